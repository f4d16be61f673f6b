using ECopy.Functions.Domain;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Review;

/// <summary>The due time only marks a request overdue; the decision stays a person's.</summary>
internal sealed class MarkOverdue(CopyRequests requests, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var request = await requests.ChangeAsync(
            work,
            current => current is { OverdueSince: null, Decision: null } ? current with { OverdueSince = now } : current,
            cancellationToken);
        return request is null ? StepOutcome.Superseded : StepOutcome.Done;
    }
}
