using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Something done, to be written into the audit trail once.</summary>
/// <param name="Subject">What it was done to: a copy id, an account, a setting. Never a name.</param>
/// <param name="Details">Short values without personal data; <see cref="AuditedBlobs"/> gives some of them a meaning.</param>
/// <param name="Key">Names this doing; a second event of the same key is the same event.</param>
internal sealed record AuditEvent(
    string Agency,
    string Actor,
    string Role,
    string Action,
    string Subject,
    IReadOnlyDictionary<string, string> Details,
    string Key);

/// <summary>Who did what and when: one hash chain per agency.</summary>
internal sealed class AuditTrail(IBlobStore store, IWitness witness, LedgerOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PagedLedger<AuditEntry>> trails = new(StringComparer.Ordinal);

    /// <summary>The page to record before the first attempt to append.</summary>
    public Task<int> OpenPageAsync(string agency, CancellationToken cancellationToken) =>
        TrailOf(agency).OpenPageAsync(cancellationToken);

    /// <summary>
    /// Appends once per key: an earlier attempt is looked for from <paramref name="fromPage"/> to the end.
    /// Null where nobody could record a page before: then only the last two pages are searched.
    /// </summary>
    public Task<AuditEntry> AppendAsync(AuditEvent what, int? fromPage, CancellationToken cancellationToken) =>
        TrailOf(what.Agency).ChangeAsync(
            fromPage ?? PagedLedger<AuditEntry>.LastPages,
            view =>
            {
                var earlier = view.Entries.FirstOrDefault(entry => entry.Key == what.Key);
                if (earlier is not null)
                    return earlier;
                var entry = AuditEntry.After(view.Last, what, time.GetUtcNow());
                view.Append(entry);
                return entry;
            },
            cancellationToken);

    /// <summary>All entries in order; an IntegrityException names the first page whose chain is broken.</summary>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(string agency, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in TrailOf(agency).Pages.ReadAllAsync(cancellationToken))
        {
            foreach (var entry in page.Content.Entries)
                yield return entry;
        }
    }

    private PagedLedger<AuditEntry> TrailOf(string agency) =>
        trails.GetOrAdd(agency, _ => new PagedLedger<AuditEntry>(new AuditBook(agency), store, witness, options, time));
}
