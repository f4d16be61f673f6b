namespace ECopy.Functions.Ledger;

/// <summary>One round's changes to a book, in memory.</summary>
internal sealed class LedgerDraft<TEntry>(LedgerBook<TEntry> book, TEntry? lastEntry, int entriesPerPage)
    where TEntry : class, ILedgerEntry
{
    private readonly SortedDictionary<int, DraftPage> pages = [];

    public TEntry? LastEntry { get; private set; } = lastEntry;

    public bool IsShut => LastPage is { Shut: true };

    public int OpenPage => LastPage is { } page ? page.Number + (page.Closed && !page.Shut ? 1 : 0) : 1;

    /// <summary>Ascending: a page is closed before its successor exists.</summary>
    public IEnumerable<DraftPage> Changed => pages.Values.Where(page => page.Changed);

    private DraftPage? LastPage { get; set; }

    public void Load(StoredPage<TEntry> page)
    {
        if (pages.ContainsKey(page.Content.Page))
            return;
        var loaded = new DraftPage(page);
        pages.Add(loaded.Number, loaded);
        if (LastPage is null || LastPage.Number < loaded.Number)
            LastPage = loaded;
    }

    public bool Has(int page) => pages.ContainsKey(page);

    public IEnumerable<TEntry> Entries(int first, int last) =>
        pages.Values.Where(page => page.Number >= first && page.Number <= last).SelectMany(page => page.Entries);

    public void Append(TEntry entry)
    {
        if (IsShut)
            throw new InvalidOperationException($"{book.Root} is shut");
        if (entry.Number != (LastEntry?.Number ?? 0) + 1)
            throw new InvalidOperationException($"{book.Root}: {entry.Number} is not the next number");
        if (LastPage is not { Closed: false } open)
        {
            open = Next();
        }
        else if (open.Entries.Count >= entriesPerPage)
        {
            open.Closed = open.Changed = true;
            open = Next();
        }

        open.Entries.Add(entry);
        open.Changed = true;
        LastEntry = entry;
    }

    public void Replace(TEntry entry, int first, int last)
    {
        foreach (var page in pages.Values.Where(page => page.Number >= first && page.Number <= last))
        {
            var index = page.Entries.FindIndex(old => old.Number == entry.Number);
            if (index < 0)
                continue;
            if (!book.Unchanging(page.Entries[index]).AsSpan().SequenceEqual(book.Unchanging(entry)))
                throw new InvalidOperationException($"{book.Root}: {entry.Number} would change what must not change");
            page.Entries[index] = entry;
            page.Changed = true;
            if (LastEntry?.Number == entry.Number)
                LastEntry = entry;
            return;
        }

        throw new InvalidOperationException($"{book.Root}: {entry.Number} is not in view");
    }

    /// <summary>
    /// Shuts where the next entry would go, so that a late one conflicts. After a crash between closing a page and
    /// creating its successor that place is a page of its own, which then stays blank.
    /// </summary>
    public void Shut()
    {
        if (IsShut)
            return;
        var end = LastPage is { Closed: false } open ? open : Next();
        end.Closed = end.Shut = end.Changed = true;
    }

    private DraftPage Next()
    {
        var page = new DraftPage((LastPage?.Number ?? 0) + 1);
        pages.Add(page.Number, page);
        return LastPage = page;
    }

    internal sealed class DraftPage
    {
        public DraftPage(StoredPage<TEntry> stored)
        {
            Number = stored.Content.Page;
            ETag = stored.ETag;
            Closed = stored.Content.Closed;
            Shut = stored.Content.Shut;
            Entries = [.. stored.Content.Entries];
        }

        public DraftPage(int number)
        {
            Number = number;
            Entries = [];
        }

        public int Number { get; }

        public string? ETag { get; }

        public bool Closed { get; set; }

        public bool Shut { get; set; }

        public bool Changed { get; set; }

        public List<TEntry> Entries { get; }

        public LedgerPage<TEntry> ToPage() => new(Number, Closed, Shut, [.. Entries]);
    }
}
