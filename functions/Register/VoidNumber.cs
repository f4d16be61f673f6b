using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Register;

/// <summary>
/// Gives up the number of an approval that cannot be finished: the entry becomes void with its reason, for good.
/// Then the request goes back to the official, goes on under a new number (only the date had passed), or is closed.
/// </summary>
internal sealed class VoidNumber(CopyRequests requests, NumberRelease release, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var code = work.Reason ?? ClosingCodes.Terminated;
        // The approval may have moved on because this very step did it and its answer was lost: only the attempt fences.
        var request = await requests.ForStepAsync(work with { Approval = 0 }, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.Approval > work.Approval) return StepOutcome.Done;

        // First that it is given up, then the void: killed in between, no later attempt signs under a number that is void.
        var marked = await requests.ChangeAsync(
            work,
            current => current.GivenUp?.Approval == work.Approval ? current : current with { GivenUp = new GivenUp(work.Approval, code) },
            cancellationToken);
        if (marked is null) return StepOutcome.Done;
        await release.RunAsync(request, work.Approval, code, cancellationToken);
        var closes = request.Stop is not null || code is ClosingCodes.Returned or ClosingCodes.Terminated;
        var now = clock.GetUtcNow();
        var changed = await requests.ChangeAsync(
            work,
            current => code switch
            {
                _ when closes => current with { Waiting = null },
                // The approval stands; only its number and date do not.
                ClosingCodes.StatementDatePassed => current with { Approval = current.Approval + 1, SealRelease = null, Waiting = null },
                _ => current with
                {
                    State = CopyState.WaitingForReview,
                    Decision = null,
                    SealRelease = null,
                    Waiting = null,
                    Failure = new Failure(code, ClosingCodes.VoidReason(code), now),
                },
            },
            cancellationToken);
        if (changed is null) return StepOutcome.Done;
        return closes ? StepOutcome.Rejected(request.Stop?.Code ?? code) : StepOutcome.Done;
    }
}
