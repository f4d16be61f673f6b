using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>What one kind of book is made of: where its pages lie, how they are written, what must hold between entries.</summary>
internal abstract class LedgerBook<TEntry>(string root)
    where TEntry : class, ILedgerEntry
{
    /// <summary>Path of the folder of the pages; also the book's name for its witness.</summary>
    public string Root { get; } = root;

    public string PathOf(int page) => string.Create(CultureInfo.InvariantCulture, $"{Root}/{page:0000}.json");

    public abstract byte[] Serialize(LedgerPage<TEntry> page);

    /// <summary>The part of an entry that never changes after it was written; the witness covers it.</summary>
    public abstract byte[] Unchanging(TEntry entry);

    /// <summary>What is wrong with an entry, and after its predecessor if that is given; null when nothing. Numbers are compared already.</summary>
    public abstract string? Fault(TEntry? previous, TEntry entry);

    /// <summary>Digest of a book without entries.</summary>
    public byte[] DigestOfNothing() => SHA256.HashData(Encoding.UTF8.GetBytes(Root));

    /// <summary>The digest of the book continued by one entry.</summary>
    public byte[] DigestAfter(ReadOnlySpan<byte> before, TEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(Unchanging(entry));
        return hash.GetHashAndReset();
    }

    /// <exception cref="IntegrityException">Not the page that belongs here, or not as it was written.</exception>
    public LedgerPage<TEntry> Parse(int number, Blob blob)
    {
        var page = Deserialize(blob);
        if (page.Page != number)
            throw new IntegrityException(blob.Path, $"is page {page.Page}");
        if (page.Shut && !page.Closed)
            throw new IntegrityException(blob.Path, "is shut but not closed");
        if (page.Entries.Count == 0 && !page.Shut)
            throw new IntegrityException(blob.Path, "is a blank page");
        TEntry? previous = null;
        foreach (var entry in page.Entries)
        {
            // What comes before the first one is not at hand; that is checked at the seam.
            if (previous is not null)
                CheckNumber(blob.Path, previous, entry);
            if (Fault(previous, entry) is { } fault)
                throw new IntegrityException(blob.Path, $"number {entry.Number}: {fault}");
            previous = entry;
        }

        // Whatever differs from our own writing was not written by us, even if it reads the same.
        if (!blob.Content.Span.SequenceEqual(Serialize(page)))
            throw new IntegrityException(blob.Path, "is not written the way its records are");
        return page;
    }

    /// <summary>What must hold between two pages, or before the first one.</summary>
    public void CheckSeam(StoredPage<TEntry>? previous, StoredPage<TEntry> page)
    {
        CheckOrder(previous, page);
        if (SeamFault(previous, page) is { } fault)
            throw fault;
    }

    /// <summary>That the page follows: closing and numbers.</summary>
    public static void CheckOrder(StoredPage<TEntry>? previous, StoredPage<TEntry> page)
    {
        if (previous is { Content.Closed: false })
            throw new IntegrityException(previous.Path, "is not closed but has a successor");
        if (previous is { Content.Shut: true })
            throw new IntegrityException(page.Path, "follows a page that shut the book");
        if (page.Content.Entries.Count > 0)
            CheckNumber(page.Path, previous?.Content.Entries[^1], page.Content.Entries[0]);
    }

    /// <summary>
    /// What does not fit between the entries at a seam. Each is right by itself, so either may be the changed one; of a
    /// hash chain it is the earlier, since changing the later breaks the chain behind it as well.
    /// </summary>
    public IntegrityException? SeamFault(StoredPage<TEntry>? previous, StoredPage<TEntry> page) =>
        previous is not null && page.Content.Entries.Count > 0 && Fault(previous.Content.Entries[^1], page.Content.Entries[0]) is { } fault
            ? new IntegrityException(previous.Path, $"its last entry does not fit number {page.Content.Entries[0].Number} on the next page: {fault}")
            : null;

    protected abstract LedgerPage<TEntry> Deserialize(Blob blob);

    private static void CheckNumber(string path, TEntry? previous, TEntry entry)
    {
        var expected = (previous?.Number ?? 0) + 1;
        if (entry.Number != expected)
            throw new IntegrityException(path, $"has number {entry.Number} where {expected} must be");
    }
}
