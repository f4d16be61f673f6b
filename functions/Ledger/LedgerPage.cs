namespace ECopy.Functions.Ledger;

/// <summary>One line of a book. Numbers run from 1 without a gap through all of the book's pages.</summary>
internal interface ILedgerEntry
{
    int Number { get; }
}

/// <param name="Closed">Its successor may exist; it takes no more entries. Their states may still change.</param>
/// <param name="Shut">The whole book takes no more entries; such a page has no successor.</param>
internal sealed record LedgerPage<TEntry>(int Page, bool Closed, bool Shut, IReadOnlyList<TEntry> Entries);

internal sealed record StoredPage<TEntry>(LedgerPage<TEntry> Content, string Path, string ETag);

internal sealed record LedgerOptions
{
    public int EntriesPerPage { get; init; } = 300;
}
