using ECopy.Functions.Domain;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Review;

/// <summary>What the official decided, if anything yet. The event only said "look".</summary>
internal sealed class LookForDecision(CopyRequests requests) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ChangeAsync(
            work,
            current => current is { Decision.Kind: ReviewDecision.Approved, State: CopyState.WaitingForReview, Stop: null }
                ? current with { State = CopyState.Signing }
                : current,
            cancellationToken);
        return request switch
        {
            null => StepOutcome.Superseded,
            { Stop: { } stop } => StepOutcome.Rejected(stop.Code),
            { Decision: null } => StepOutcome.WaitUntil(request.OverdueSince is null ? request.DueAt : null, "waiting-for-review"),
            { Decision.Kind: ReviewDecision.Approved } => StepOutcome.Done with { Approval = request.Approval },
            { Decision.Kind: ReviewDecision.Rejected } => StepOutcome.Rejected(ClosingCodes.Refused),
            _ => StepOutcome.Rejected(ClosingCodes.Returned),
        };
    }
}
