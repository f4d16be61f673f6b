using ECopy.Functions.Domain;
using ECopy.Functions.Hub;

namespace ECopy.Functions.Workflow;

/// <summary>One renewal of a registered copy: another timestamp over it, then its entry. Authorities are waited for; the day after another instance goes on.</summary>
internal sealed class RenewalOrchestrator : TaskOrchestrator<CopyWork, string>
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private const int MostLooks = 24;

    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 8, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    public override async Task<string> RunAsync(TaskOrchestrationContext context, CopyWork work)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            foreach (var step in (string[])[StepNames.RenewTimestamp, StepNames.RegisterRenewal])
            {
                if (await StepAsync(context, step, work) is { Result: not StepResult.Done } outcome) return outcome.Code ?? "not-renewed";
            }

            return "renewed";
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<IntegrityException>())
        {
            await context.CallActivityAsync<StepOutcome>(StepNames.RaiseAlarm, work with { Reason = failure.FailureDetails.ErrorMessage }, Retried);
            return "failed";
        }
    }

    private static async Task<StepOutcome> StepAsync(TaskOrchestrationContext context, string step, CopyWork work)
    {
        var pause = FirstPause;
        for (var look = 1; ; look++)
        {
            context.SetCustomStatus(new StepStatus(step, null, null));
            var outcome = await context.CallActivityAsync<StepOutcome>(step, work, Retried);
            if (outcome.Result is not StepResult.Waiting || look == MostLooks) return outcome;
            context.SetCustomStatus(new StepStatus(step, null, outcome.Code));
            await context.CreateTimer(context.CurrentUtcDateTime + pause, CancellationToken.None);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
