using System.Globalization;
using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Backup;

/// <summary>
/// Trails and registers, read again and again; pages that cannot change any more are written and read once. The trail is read
/// before the register, which is written before it: what the trail says, the register has. Of the books, the newest first: a book
/// is shut before a newer one begins. Of a book, the list of pages first: a page is closed before its successor is made.
/// </summary>
internal sealed class LedgerCut(IBlobStore store, BackupTarget target)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> trails = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Book, int Number), RegisterState> entries = [];
    private readonly Dictionary<(string CopyId, string Approval), RegisterState> states = [];
    private readonly HashSet<string> issued = new(StringComparer.Ordinal);

    /// <summary>What an approval's number is by now; null when it has none.</summary>
    public RegisterState? StateOf(string copyId, int approval) => StateOf(copyId, approval.ToString(CultureInfo.InvariantCulture));

    public RegisterState? StateOf(string copyId, string approval) => states.TryGetValue((copyId, approval), out var state) ? state : null;

    public bool IsIssued(string copyId) => issued.Contains(copyId);

    /// <summary>What has moved since the reading before: agency, and the copy or whatever else the trail is about.</summary>
    public async Task<IReadOnlySet<(string Agency, string Subject)>> ReadAsync(CancellationToken cancellationToken)
    {
        var moved = new HashSet<(string, string)>();
        foreach (var agency in await AgenciesAsync(cancellationToken))
        {
            await foreach (var page in NewPagesAsync(new AuditBook(agency), page => page.Closed, cancellationToken))
            {
                foreach (var entry in page.Entries.Where(entry => entry.Seq > trails.GetValueOrDefault(agency)))
                {
                    trails[agency] = entry.Seq;
                    moved.Add((agency, entry.Subject));
                }
            }
        }

        var books = await new RegisterShelf(store).ListAsync(null, cancellationToken);
        foreach (var book in books.OrderByDescending(book => book.Name.Year))
        {
            await foreach (var page in NewPagesAsync(book, page => page.Shut || (page.Closed && page.Entries.All(entry => entry.State is not RegisterState.Reserved)), cancellationToken))
            {
                foreach (var entry in page.Entries)
                {
                    if (entries.TryGetValue((book.Root, entry.Number), out var known) && known == entry.State) continue;
                    entries[(book.Root, entry.Number)] = entry.State;
                    states[(entry.CopyId, entry.Approval.ToString(CultureInfo.InvariantCulture))] = entry.State;
                    if (entry.State is RegisterState.Issued) issued.Add(entry.CopyId);
                    moved.Add((book.Agency, entry.CopyId));
                }
            }
        }

        return moved;
    }

    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, content) in open) await target.AddAsync(BackupRecord.Store + path, content, cancellationToken);
    }

    private async Task<IReadOnlyCollection<string>> AgenciesAsync(CancellationToken cancellationToken)
    {
        var agencies = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var path in store.ListAsync(AuditBook.Prefix, cancellationToken)) agencies.Add(path.Split('/')[1]);
        return agencies;
    }

    private async IAsyncEnumerable<LedgerPage<TEntry>> NewPagesAsync<TEntry>(
        LedgerBook<TEntry> book, Func<LedgerPage<TEntry>, bool> isFinal, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TEntry : class, ILedgerEntry
    {
        var pages = new LedgerPages<TEntry>(book, store);
        var last = await pages.LastAsync(cancellationToken);
        for (var number = 1; number <= last; number++)
        {
            var path = book.PathOf(number);
            if (target.Has(BackupRecord.Store + path)) continue;
            var blob = await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "is missing although later pages are there");
            var page = book.Parse(number, blob);
            // The last one may still be shut by a newer book.
            if (isFinal(page) && number < last)
            {
                open.Remove(path);
                await target.AddAsync(BackupRecord.Store + path, blob.Content, cancellationToken);
            }
            else
            {
                open[path] = blob.Content;
            }

            yield return page;
        }
    }
}
