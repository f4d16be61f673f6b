using System.Globalization;
using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>Reads whole books and holds them against their witness.</summary>
internal sealed class BookWalk(IBlobStore store, IWitness witness, LedgerOptions options)
{
    private readonly HashSet<string> walked = new(StringComparer.Ordinal);

    /// <summary>The first book with entries that the witness does not know.</summary>
    public string? Unwitnessed { get; private set; }

    /// <summary>The marks of all books; read before the books, which may only grow meanwhile.</summary>
    public async Task<IReadOnlyList<WitnessMark>> WitnessedAsync(CancellationToken cancellationToken)
    {
        var marks = new List<WitnessMark>();
        await foreach (var book in witness.ListAsync(cancellationToken))
        {
            if (await witness.ReadAsync(book, cancellationToken) is { Number: > 0 } mark)
                marks.Add(mark);
        }

        return marks;
    }

    /// <param name="onUnclearFault">
    /// A difference from the witness, or between two pages, says that something changed but not what; others may know better.
    /// </param>
    public async IAsyncEnumerable<StoredPage<TEntry>> PagesAsync<TEntry>(
        LedgerBook<TEntry> book, Action<IntegrityException> onUnclearFault, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TEntry : class, ILedgerEntry
    {
        walked.Add(book.Root);
        var mark = await witness.ReadAsync(book.Root, cancellationToken);
        if (mark is null)
            Unwitnessed ??= book.Root;
        var chain = new WitnessedChain<TEntry>(book, mark, book.DigestOfNothing());
        StoredPage<TEntry>? last = null;
        var full = options.EntriesPerPage;
        await foreach (var page in new LedgerPages<TEntry>(book, store).ReadAllAsync(onUnclearFault, cancellationToken))
        {
            Guard(() => chain.Add(page), onUnclearFault);
            // The setting may have been another one when the pages were filled.
            full = Math.Min(full, last?.Content.Entries.Count ?? full);
            yield return last = page;
        }

        Guard(chain.Complete, onUnclearFault);
        // A crash may leave a full page closed without a successor, but never one with room.
        if (last is { Content: { Closed: true, Shut: false } } && last.Content.Entries.Count < full)
            throw new IntegrityException(last.Path, "is closed but neither full nor followed by another page");
    }

    /// <summary>Throws for a book that the witness knows and the store no longer holds.</summary>
    public void ThrowIfAnyGone(IReadOnlyList<WitnessMark> marks)
    {
        foreach (var mark in marks.Where(mark => !walked.Contains(mark.Book)))
        {
            throw new IntegrityException(
                string.Create(CultureInfo.InvariantCulture, $"{mark.Book}/{mark.Page:0000}.json"),
                $"is missing; the witness saw it with number {mark.Number}: removed, or restored from a backup");
        }
    }

    private static void Guard(Action action, Action<IntegrityException> onFault)
    {
        try
        {
            action();
        }
        catch (IntegrityException e)
        {
            onFault(e);
        }
    }
}
