using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Review;

/// <summary>What the official decided, if anything yet. The event only said "look".</summary>
internal sealed class LookForDecision(CopyRequests requests, AuditTrail audit) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ChangeAsync(
            work,
            current => current is { Decision.Kind: ReviewDecision.Approved, State: CopyState.WaitingForReview, Stop: null }
                ? current with { State = CopyState.Signing }
                : current,
            cancellationToken);
        // Where the command was killed between the request and the trail.
        if (request?.Decision is { } decision) await audit.AppendAsync(RequestEvents.Decided(request, decision), request.AuditPage, cancellationToken);
        if (request?.Stop is { } order) await audit.AppendAsync(RequestEvents.Stopped(request, order), request.AuditPage, cancellationToken);
        return request switch
        {
            null or { State: CopyState.Failed } or { IsFinished: true, Decision: null, Stop: null } => StepOutcome.Superseded,
            { Stop: { } stop } => StepOutcome.Rejected(stop.Code),
            { Decision: null } => StepOutcome.WaitUntil(request.OverdueSince is null ? request.DueAt : null, "waiting-for-review"),
            { Decision.Kind: ReviewDecision.Approved } => StepOutcome.Done with { Approval = request.Approval },
            { Decision.Kind: ReviewDecision.Rejected } => StepOutcome.Rejected(ClosingCodes.Refused),
            _ => StepOutcome.Rejected(ClosingCodes.Returned),
        };
    }
}
