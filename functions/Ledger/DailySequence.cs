#pragma warning disable CS9113
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Dossier codes: <c>H99.9.1-261122-0001</c>, counted anew each +07:00 day in each agency.</summary>
internal sealed class DailySequence(IBlobStore store, LedgerOptions options, TimeProvider time)
{
    /// <summary>
    /// The code of this key on this day, the same however often it is asked for; so the caller records the day first.
    /// Rejection <c>daily-sequence-full</c> after 9999.
    /// </summary>
    public Task<Result<string>> NextAsync(string agency, DateOnly date, string key, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
