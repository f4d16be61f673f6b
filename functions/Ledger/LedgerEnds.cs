using ECopy.Functions.Domain;

namespace ECopy.Functions.Ledger;

/// <summary>The open end of a book: its last page, its last entry, and the digests that the witness needs to go on.</summary>
/// <param name="Before">Digest of the book up to <paramref name="Last"/>.</param>
/// <param name="Digest">Digest of the book up to <paramref name="LastEntry"/>.</param>
internal sealed record LedgerEnd<TEntry>(
    StoredPage<TEntry>? Last, TEntry? LastEntry, byte[] Before, byte[] Digest, WitnessMark? Mark);

/// <summary>Finds the end of a book and holds it against the witness, reading no more pages than it must.</summary>
internal sealed class LedgerEnds<TEntry>(LedgerPages<TEntry> pages, IWitness? witness, TimeProvider time)
    where TEntry : class, ILedgerEntry
{
    private readonly LedgerBook<TEntry> book = pages.Book;
    private int lastKnown;

    public async Task<LedgerEnd<TEntry>> LoadAsync(CancellationToken cancellationToken)
    {
        // The mark first: a page may be added between the two readings, but none may go away.
        var mark = witness is null ? null : await witness.ReadAsync(book.Root, cancellationToken);
        var (previous, last) = await FindAsync(cancellationToken);
        if (witness is not null && mark is null && last is not null)
        {
            // Another process may have begun the book between the two readings; its mark is older than its page.
            mark = await witness.ReadAsync(book.Root, cancellationToken);
            (previous, last) = await FindAsync(cancellationToken);
        }

        if (last is not null)
            book.CheckSeam(previous, last);
        lastKnown = last?.Content.Page ?? 0;
        var lastEntry = last?.Content.Entries is { Count: > 0 } entries ? entries[^1] : previous?.Content.Entries[^1];
        var found = new LedgerEnd<TEntry>(last, lastEntry, [], [], mark);
        return witness is null ? found : await WithDigestAsync(found, cancellationToken);
    }

    /// <summary>
    /// A book gets its mark before its first page. From then on, pages without a mark mean that the witness or
    /// the store is not the one it was.
    /// </summary>
    public async Task<LedgerEnd<TEntry>> OpenWitnessAsync(LedgerEnd<TEntry> end)
    {
        if (witness is null || end.Mark is not null)
            return end;
        var nothing = Convert.ToHexStringLower(book.DigestOfNothing());
        var mark = new WitnessMark(book.Root, 0, 0, nothing, nothing, time.GetUtcNow());
        await witness.WriteAsync(mark, CancellationToken.None);
        return end with { Mark = mark };
    }

    /// <summary>Brings the mark up to the end, if it is behind.</summary>
    public async Task<LedgerEnd<TEntry>> WitnessedAsync(LedgerEnd<TEntry> end)
    {
        // A last page without entries shut the book: nothing will be added that a mark behind could miss.
        if (witness is null || end.LastEntry is null || end.Last is not { Content.Entries.Count: > 0 } last
            || end.Mark?.Number >= end.LastEntry.Number)
            return end;
        var mark = new WitnessMark(
            book.Root,
            last.Content.Page,
            end.LastEntry.Number,
            Convert.ToHexStringLower(end.Before),
            Convert.ToHexStringLower(end.Digest),
            time.GetUtcNow());
        await witness.WriteAsync(mark, CancellationToken.None);
        return end with { Mark = mark };
    }

    /// <summary>The end after pages were stored, ascending.</summary>
    public LedgerEnd<TEntry> Continue(LedgerEnd<TEntry> end, IReadOnlyList<StoredPage<TEntry>> stored)
    {
        var (last, lastEntry, before, digest, mark) = end;
        foreach (var page in stored)
        {
            if (last is not null && page.Content.Page < last.Content.Page)
                continue; // a state changed on an earlier page
            if (page.Content.Page != last?.Content.Page)
                before = digest;
            last = page;
            foreach (var entry in page.Content.Entries)
            {
                if (entry.Number == lastEntry?.Number)
                    lastEntry = entry;
                if (entry.Number <= (lastEntry?.Number ?? 0))
                    continue;
                lastEntry = entry;
                if (witness is not null)
                    digest = book.DigestAfter(digest, entry);
            }
        }

        lastKnown = last?.Content.Page ?? 0;
        return new LedgerEnd<TEntry>(last, lastEntry, before, digest, mark);
    }

    private async Task<(StoredPage<TEntry>? Previous, StoredPage<TEntry>? Last)> FindAsync(CancellationToken cancellationToken)
    {
        var last = lastKnown > 0 ? await pages.ReadAsync(lastKnown, cancellationToken) : null;
        if (last is null)
        {
            var number = await pages.LastAsync(cancellationToken);
            if (number == 0)
                return (null, null);
            last = await RequiredAsync(number, cancellationToken);
        }

        StoredPage<TEntry>? previous = null;
        while (last is { Content: { Closed: true, Shut: false } }
            && await pages.ReadAsync(last.Content.Page + 1, cancellationToken) is { } next)
        {
            previous = last;
            last = next;
        }

        if (previous is null && last.Content.Page > 1)
            previous = await RequiredAsync(last.Content.Page - 1, cancellationToken);
        return (previous, last);
    }

    private async Task<LedgerEnd<TEntry>> WithDigestAsync(LedgerEnd<TEntry> end, CancellationToken cancellationToken)
    {
        var mark = end.Mark;
        var lastPage = end.Last?.Content.Page ?? 0;
        if (mark is null && lastPage > 0 && !witness!.AdoptsUnknownBooks)
            throw new IntegrityException(book.Root, "has entries but no witness: the store was moved or restored, or the witness was removed");
        var digest = mark is { Page: > 0 } ? Convert.FromHexString(mark.Before) : book.DigestOfNothing();
        var chain = new WitnessedChain<TEntry>(book, mark, digest);
        for (var number = Math.Max(1, mark?.Page ?? 1); number <= lastPage; number++)
            chain.Add(number == lastPage ? end.Last! : await RequiredAsync(number, cancellationToken));
        chain.Complete();
        return end with { Before = chain.Before, Digest = chain.Digest };
    }

    private async Task<StoredPage<TEntry>> RequiredAsync(int number, CancellationToken cancellationToken) =>
        await pages.ReadAsync(number, cancellationToken) ?? throw new IntegrityException(book.PathOf(number), "is missing");
}
