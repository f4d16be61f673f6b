using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>
/// A book of numbered entries on pages, changed by compare-and-swap. Whoever arrives while a write is under way joins
/// the next one, so a rush costs a few writes. One instance per book and process; other processes are met as conflicts.
/// </summary>
internal sealed class PagedLedger<TEntry>
    where TEntry : class, ILedgerEntry
{
    /// <summary>As a starting page: the last two, where nobody could record one before the first attempt.</summary>
    public const int LastPages = -1;

    private const int MaxAttempts = 8;
    private readonly LedgerBook<TEntry> book;
    private readonly IBlobStore store;
    private readonly LedgerEnds<TEntry> ends;
    private readonly LedgerOptions options;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private List<LedgerOperation<TEntry>> waiting = [];
    private bool serving;

    /// <summary>The open end as this process last saw it; only the one serving round touches it.</summary>
    private LedgerEnd<TEntry>? end;

    public PagedLedger(LedgerBook<TEntry> book, IBlobStore store, IWitness? witness, LedgerOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EntriesPerPage, 1);
        this.book = book;
        this.store = store;
        this.options = options;
        this.time = time;
        Pages = new LedgerPages<TEntry>(book, store);
        ends = new LedgerEnds<TEntry>(Pages, witness, time);
    }

    public LedgerPages<TEntry> Pages { get; }

    /// <summary>
    /// Runs an operation over the entries from a page to the open end, and stores what it did. It may run more than once.
    /// Cancelling stops the waiting; an operation already taken into a round may still happen.
    /// </summary>
    public Task<TResult> ChangeAsync<TResult>(int fromPage, Func<LedgerView<TEntry>, TResult> operation, CancellationToken cancellationToken) =>
        EnqueueAsync(new LedgerOperation<TEntry, TResult>(fromPage, null, operation, cancellationToken), cancellationToken);

    /// <summary>As <see cref="ChangeAsync{TResult}"/> over the one page that holds a number; an empty view when none does.</summary>
    public Task<TResult> ChangeEntryAsync<TResult>(int number, Func<LedgerView<TEntry>, TResult> operation, CancellationToken cancellationToken) =>
        EnqueueAsync(new LedgerOperation<TEntry, TResult>(0, number, operation, cancellationToken), cancellationToken);

    /// <summary>The page to record before the first attempt at an entry: everything later comes there or behind it.</summary>
    public Task<int> OpenPageAsync(CancellationToken cancellationToken) =>
        ChangeAsync(LastPages, view => view.OpenPage, cancellationToken);

    private Task<TResult> EnqueueAsync<TResult>(LedgerOperation<TEntry, TResult> operation, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            waiting.Add(operation);
            if (!serving)
            {
                serving = true;
                _ = Task.Run(ServeAllAsync, CancellationToken.None);
            }
        }

        return operation.Outcome.WaitAsync(cancellationToken);
    }

    private async Task ServeAllAsync()
    {
        while (true)
        {
            List<LedgerOperation<TEntry>> round;
            lock (gate)
            {
                if (waiting.Count == 0)
                {
                    serving = false;
                    return;
                }

                round = waiting;
                waiting = [];
            }

            round.RemoveAll(operation => operation.GaveUp());
            if (round.Count > 0)
                await ServeAsync(round);
        }
    }

    private async Task ServeAsync(List<LedgerOperation<TEntry>> round)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryAsync(round))
                {
                    round.ForEach(operation => operation.Complete());
                    return;
                }

                if (attempt >= MaxAttempts)
                    throw new TransientException($"{book.Root}: others kept changing it");
            }
            catch (TransientException) when (attempt < MaxAttempts)
            {
                // Refused, or stored and the answer lost: what is there now decides.
                end = null;
            }
#pragma warning disable CA1031 // Handed to the callers, every one of them.
            catch (Exception e)
#pragma warning restore CA1031
            {
                end = null;
                round.ForEach(operation => operation.Fail(e));
                return;
            }

            await Backoff.PauseAsync(attempt, time, CancellationToken.None);
        }
    }

    /// <summary>One attempt at one round; false on a conflict.</summary>
    private async Task<bool> TryAsync(List<LedgerOperation<TEntry>> round)
    {
        var fresh = end is null;
        var draft = await ApplyAsync(round);
        if (!draft.Changed.Any() && !fresh)
        {
            // An answer that rests on no write must rest on a reading, not on memory.
            end = null;
            draft = await ApplyAsync(round);
        }

        if (draft.Changed.Any() && !await StoreAsync(draft))
        {
            end = null;
            return false;
        }

        // Crash point: pages written, witness behind. The next round of any process brings it up.
        end = await ends.WitnessedAsync(end!);
        return true;
    }

    private async Task<LedgerDraft<TEntry>> ApplyAsync(List<LedgerOperation<TEntry>> round)
    {
        end ??= await ends.LoadAsync(CancellationToken.None);
        var draft = new LedgerDraft<TEntry>(book, end.LastEntry, options.EntriesPerPage);
        var lastPage = end.Last?.Content.Page ?? 0;
        if (end.Last is not null)
            draft.Load(end.Last);
        var openPage = draft.OpenPage;
        foreach (var operation in round)
        {
            if (operation.Number is { } number)
            {
                var page = await Pages.FindAsync(number, lastPage, CancellationToken.None);
                if (page is not null)
                    draft.Load(page);
                operation.Apply(new LedgerView<TEntry>(draft, page?.Content.Page ?? 0, page?.Content.Page ?? 0));
                continue;
            }

            var from = operation.FromPage == LastPages ? lastPage - 1 : operation.FromPage;
            if (from > openPage)
            {
                operation.Refuse(new IntegrityException(book.PathOf(from), "was the open page once and is missing now"));
                continue;
            }

            for (var page = Math.Max(1, from); page < lastPage; page++)
            {
                if (!draft.Has(page))
                    draft.Load(await Pages.ReadAsync(page, CancellationToken.None) ?? throw new IntegrityException(book.PathOf(page), "is missing"));
            }

            operation.Apply(new LedgerView<TEntry>(draft, from, null));
        }

        return draft;
    }

    private async Task<bool> StoreAsync(LedgerDraft<TEntry> draft)
    {
        end = await ends.OpenWitnessAsync(end!);
        var stored = new List<StoredPage<TEntry>>();
        foreach (var page in draft.Changed)
        {
            var content = page.ToPage();
            var path = book.PathOf(content.Page);
            // Crash point before each: earlier pages are stored, later ones are not, and every operation recognises its own.
            var etag = await store.ReplaceIfUnchangedAsync(path, book.Serialize(content), page.ETag, CancellationToken.None);
            if (etag is null)
                return false;
            stored.Add(new StoredPage<TEntry>(content, path, etag));
            Pages.Remember(stored[^1]);
        }

        end = ends.Continue(end!, stored);
        return true;
    }
}
