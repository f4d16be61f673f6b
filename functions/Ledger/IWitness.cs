namespace ECopy.Functions.Ledger;

/// <summary>
/// The high-water mark of a book, kept in a second place, so that a book restored from a backup is noticed before it
/// gives a number a second time. It is written after the page: behind is a crash in between and fine, ahead is a fault.
/// </summary>
internal interface IWitness
{
    /// <summary>
    /// True only where an operator has said so (a store moved to another machine): a book that has entries but no mark
    /// is then taken as it is. Otherwise it is refused, since a restored backup looks just like it.
    /// </summary>
    bool AdoptsUnknownBooks { get; }

    /// <summary>The mark, or null when this book was never witnessed. Throws IntegrityException on a mark that is not ours.</summary>
    Task<WitnessMark?> ReadAsync(string book, CancellationToken cancellationToken);

    /// <summary>Writes the mark durably; a mark never goes back to a lower number.</summary>
    Task WriteAsync(WitnessMark mark, CancellationToken cancellationToken);

    /// <summary>The books that have a mark, in ordinal order.</summary>
    IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken);
}

/// <param name="Book">The root path of the book's pages.</param>
/// <param name="Page">The page that holds the last number; 0 before the first one.</param>
/// <param name="Number">The last number, which is also the count of entries.</param>
/// <param name="Before">Digest of the book up to the page.</param>
/// <param name="Digest">Digest of the book up to the number, over what never changes in its entries.</param>
internal sealed record WitnessMark(string Book, int Page, int Number, string Before, string Digest, DateTimeOffset At);
