using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Review;

/// <param name="DigestSeen">Digest of the scan that was on the official's screen.</param>
/// <param name="Reasons">At least one unless approved.</param>
internal sealed record DecisionOrder(string Agency, string CopyId, string PersonId, ReviewDecision Kind, string DigestSeen, IReadOnlyList<string> Reasons);

/// <summary>
/// The official's decision: stored before the hub is told. Exactly one decision wins; every later one is refused.
/// </summary>
internal sealed class DecideCopy(CopyRequests requests, OfficeDirectory office, SignerCertificates certificates, AuditTrail audit, TimeProvider clock)
{
    public async Task<Result<CopyRequest>> RunAsync(DecisionOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var request = await requests.FindAsync(order.Agency, order.CopyId, cancellationToken);
        if (request is null) return new Rejection("copy-not-found");
        if (await RefuseAsync(order, request, cancellationToken) is { } refusal)
            return await RecordRefusalAsync(order, request, refusal, cancellationToken);

        // One winner: whoever's compare-and-swap finds the request still waiting.
        var decision = new Decision(order.Kind, order.PersonId, order.DigestSeen, order.Reasons, clock.GetUtcNow());
        var won = false;
        var changed = await requests.ChangeAsync(
            order.Agency,
            order.CopyId,
            current =>
            {
                // Repeated after "stored but answer lost": the decision that stands there is this very one.
                won = decision.IsSameAct(current.Decision);
                if (won || !IsWaiting(current)) return current;
                won = true;
                return current with
                {
                    Decision = decision,
                    Approval = current.Approval + (order.Kind is ReviewDecision.Approved ? 1 : 0),
                    Failure = null,
                };
            },
            cancellationToken);
        if (!won) return await RecordRefusalAsync(order, changed, new Rejection("decision-not-waiting"), cancellationToken);

        await audit.AppendAsync(RequestEvents.Decided(changed, decision), changed.AuditPage, cancellationToken);
        return changed;
    }

    private static bool IsWaiting(CopyRequest request) => request is { State: CopyState.WaitingForReview, Decision: null, Stop: null };

    private async Task<Rejection?> RefuseAsync(DecisionOrder order, CopyRequest request, CancellationToken cancellationToken)
    {
        var person = await office.FindPersonAsync(order.Agency, order.PersonId, cancellationToken);
        if (person is null || !person.Has(OfficeRole.Attestor)) return new Rejection("not-an-attestor");
        if (!IsWaiting(request)) return new Rejection("decision-not-waiting");
        if (order.DigestSeen != request.ScanDigest) return new Rejection("digest-not-stored");
        var agency = await office.AgencyAsync(order.Agency, cancellationToken);
        if (agency.Policies.FourEyes && request.ReceivedBy == order.PersonId) return new Rejection("four-eyes");
        if (order.Kind is not ReviewDecision.Approved)
            return order.Reasons.Any(reason => !string.IsNullOrWhiteSpace(reason)) ? null : new Rejection("reasons-missing");

        var today = LocalTime.DateOf(clock.GetUtcNow());
        if (person.Delegation is { } delegation && !delegation.CoversDay(today)) return new Rejection("delegation-not-in-force", "number", delegation.Number);
        var signer = await certificates.ForPersonAsync(person, cancellationToken);
        return signer.Rejection;
    }

    /// <summary>A refused attempt to decide is part of the trail: who tried what, and why not.</summary>
    private async Task<Result<CopyRequest>> RecordRefusalAsync(DecisionOrder order, CopyRequest request, Rejection rejection, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(
            new AuditEvent(
                order.Agency,
                order.PersonId,
                nameof(OfficeRole.Attestor),
                "decision-refused",
                order.CopyId,
                new Dictionary<string, string> { ["code"] = rejection.Code },
                $"{order.CopyId}:decision-refused:{Guid.NewGuid():N}"),
            request.AuditPage,
            cancellationToken);
        return rejection;
    }
}
