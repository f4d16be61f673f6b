#pragma warning disable CS9113
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Something done, to be written into the audit trail once.</summary>
/// <param name="Subject">What it was done to: a copy id, an account, a setting. Never a name.</param>
/// <param name="Details">Short values without personal data.</param>
/// <param name="Key">Names this doing; a second event of the same key is the same event.</param>
internal sealed record AuditEvent(
    string Agency,
    string Actor,
    string Role,
    string Action,
    string Subject,
    IReadOnlyDictionary<string, string> Details,
    string Key);

/// <summary>One link of the chain: <see cref="Hash"/> is SHA-256 over the entry's JSON without it, which holds the hash before.</summary>
internal sealed record AuditEntry(
    int Seq,
    DateTimeOffset At,
    string Agency,
    string Actor,
    string Role,
    string Action,
    string Subject,
    IReadOnlyDictionary<string, string> Details,
    string Key,
    string Prev,
    string Hash) : ILedgerEntry
{
    int ILedgerEntry.Number => Seq;
}

/// <summary>Who did what and when, per agency, as a hash chain.</summary>
internal sealed class AuditTrail(IBlobStore store, IWitness witness, LedgerOptions options, TimeProvider time)
{
    /// <summary>The page to record before the first attempt to append.</summary>
    public Task<int> OpenPageAsync(string agency, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>
    /// Appends once per key: an earlier attempt is looked for from <paramref name="fromPage"/> to the end.
    /// Null where nobody could record a page before: then only the last two pages are searched.
    /// </summary>
    public Task<AuditEntry> AppendAsync(AuditEvent what, int? fromPage, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<AuditEntry> ReadAsync(string agency, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
