using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Reads a book's pages. A page that still has the ETag of the last reading is not parsed and checked again.</summary>
internal sealed class LedgerPages<TEntry>(LedgerBook<TEntry> book, IBlobStore store)
    where TEntry : class, ILedgerEntry
{
    private const int Remembered = 64;
    private readonly ConcurrentDictionary<int, StoredPage<TEntry>> parsed = new();

    public LedgerBook<TEntry> Book { get; } = book;

    public async Task<StoredPage<TEntry>?> ReadAsync(int page, CancellationToken cancellationToken)
    {
        var blob = await store.ReadAsync(Book.PathOf(page), cancellationToken);
        if (blob is null)
            return null;
        if (parsed.TryGetValue(page, out var known) && known.ETag == blob.ETag)
            return known;
        var read = new StoredPage<TEntry>(Book.Parse(page, blob), blob.Path, blob.ETag);
        Remember(read);
        return read;
    }

    public void Remember(StoredPage<TEntry> page)
    {
        if (parsed.Count >= Remembered && !parsed.ContainsKey(page.Content.Page))
            parsed.Clear();
        parsed[page.Content.Page] = page;
    }

    /// <summary>The last page's number, 0 without any, by their names alone.</summary>
    /// <exception cref="IntegrityException">A page is missing in between, or something else lies there.</exception>
    public async Task<int> LastAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        var last = 0;
        await foreach (var path in store.ListAsync(Book.Root + "/", cancellationToken))
        {
            var name = path[(Book.Root.Length + 1)..];
            if (!int.TryParse(name.AsSpan(0, Math.Max(0, name.Length - ".json".Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var page)
                || path != Book.PathOf(page))
                throw new IntegrityException(path, "is not a page of this book");
            count++;
            last = Math.Max(last, page);
        }

        if (count == last)
            return last;
        for (var page = 1; page < last; page++)
        {
            if (await store.ReadAsync(Book.PathOf(page), cancellationToken) is null)
                throw new IntegrityException(Book.PathOf(page), "is missing although later pages are there");
        }

        return last; // a page came in while the names were read
    }

    /// <summary>All pages in order, each checked against the one before.</summary>
    public IAsyncEnumerable<StoredPage<TEntry>> ReadAllAsync(CancellationToken cancellationToken) =>
        ReadAllAsync(fault => throw fault, cancellationToken);

    /// <param name="onSeamFault">Told of two pages that do not fit together; others may know which of them is wrong.</param>
    public async IAsyncEnumerable<StoredPage<TEntry>> ReadAllAsync(
        Action<IntegrityException> onSeamFault, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = await LastAsync(cancellationToken);
        StoredPage<TEntry>? previous = null;
        for (var number = 1; number <= last; number++)
        {
            var page = await ReadAsync(number, cancellationToken)
                ?? throw new IntegrityException(Book.PathOf(number), "is missing although later pages are there");
            // The page before may have been closed after it was read.
            if (previous is { Content.Closed: false })
                previous = await ReadAsync(number - 1, cancellationToken);
            LedgerBook<TEntry>.CheckOrder(previous, page);
            if (Book.SeamFault(previous, page) is { } fault)
                onSeamFault(fault);
            yield return page;
            previous = page;
        }
    }

    /// <summary>The page that holds a number, found without reading the book.</summary>
    public async Task<StoredPage<TEntry>?> FindAsync(int number, int last, CancellationToken cancellationToken)
    {
        var low = 1;
        var high = last;
        while (low <= high)
        {
            // Pages hold about the same number of entries each, but the setting may have changed over the years.
            var middle = low + ((high - low) / 2);
            var page = await ReadAsync(middle, cancellationToken);
            if (page is null || page.Content.Entries.Count == 0 || number < page.Content.Entries[0].Number)
                high = middle - 1;
            else if (number > page.Content.Entries[^1].Number)
                low = middle + 1;
            else
                return page;
        }

        return null;
    }
}
