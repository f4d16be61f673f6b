namespace ECopy.Functions.Ledger;

/// <summary>
/// What an operation sees of a book and may do to it. Nothing is stored before all operations of the round have run,
/// and on a conflict they run again on what is there then: so each looks first for what it did itself.
/// </summary>
internal sealed class LedgerView<TEntry>
    where TEntry : class, ILedgerEntry
{
    private readonly LedgerDraft<TEntry> draft;
    private readonly int first;
    private readonly int last;

    /// <summary>A view of some pages; null as <paramref name="last"/> means up to the open end, growing with it.</summary>
    internal LedgerView(LedgerDraft<TEntry> draft, int first, int? last)
    {
        this.draft = draft;
        this.first = first;
        this.last = last ?? int.MaxValue;
    }

    /// <summary>Entries of the pages asked for, in order.</summary>
    public IEnumerable<TEntry> Entries => draft.Entries(first, last);

    /// <summary>The book's last entry, wherever it lies.</summary>
    public TEntry? Last => draft.LastEntry;

    public bool IsShut => draft.IsShut;

    /// <summary>The page that takes the next entry.</summary>
    public int OpenPage => draft.OpenPage;

    /// <summary>Adds the entry after <see cref="Last"/>; it must carry the next number.</summary>
    public void Append(TEntry entry) => draft.Append(entry);

    /// <summary>Puts an entry in the place of the one with its number; only what may change may differ.</summary>
    public void Replace(TEntry entry) => draft.Replace(entry, first, last);

    /// <summary>No more entries, for good.</summary>
    public void Shut() => draft.Shut();
}
