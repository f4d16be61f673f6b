using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Register;

/// <summary>When each copy that carries a document timestamp must get the next one, as marks in the store: one for each copy.</summary>
internal sealed class RenewalPlan(IBlobStore store, TimeProvider clock)
{
    /// <summary>Before the authority's certificate ends; half of what is left where that is less.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromDays(180);

    /// <summary>Marks the day; nothing where there is no document timestamp.</summary>
    public async Task PlanAsync(string agency, string copyId, SignedFileReport check, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(check);
        if (check.Timestamps is not [.., { Authority: { } authority }]) return;
        var left = authority.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime;
        var day = LocalTime.DateOf(clock.GetUtcNow() + left - (left / 2 < Margin ? left / 2 : Margin));
        await store.CreateImmutableAsync(BlobPaths.RenewalDue(day, agency, copyId), Encoding.ASCII.GetBytes(copyId), cancellationToken);
    }

    /// <summary>What is due by now, the longest due first.</summary>
    public async IAsyncEnumerable<(string Mark, string Agency, string CopyId)> DueAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var today = LocalTime.DateOf(clock.GetUtcNow()).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await foreach (var mark in store.ListAsync(BlobPaths.Due, cancellationToken))
        {
            if (mark.Split('/') is not [_, var day, var agency, var copyId]) continue;
            // In the order of the days, so nothing behind it is due either.
            if (string.CompareOrdinal(day, today) > 0) yield break;
            yield return (mark, agency, copyId);
        }
    }

    /// <summary>The marks of a copy up to now: its renewal is done.</summary>
    public async Task DoneAsync(string agency, string copyId, CancellationToken cancellationToken)
    {
        var own = new List<string>();
        await foreach (var (mark, ofAgency, ofCopy) in DueAsync(cancellationToken))
        {
            if (ofAgency == agency && ofCopy == copyId) own.Add(mark);
        }

        foreach (var mark in own) await store.DeleteAsync(mark, cancellationToken);
    }
}
