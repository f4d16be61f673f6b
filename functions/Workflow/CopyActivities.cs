using ECopy.Functions.Compose;
using ECopy.Functions.Domain;
using ECopy.Functions.Hash;
using ECopy.Functions.Hub;
using ECopy.Functions.Register;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;

namespace ECopy.Functions.Workflow;

/// <summary>Makes the steps known to the hub under their names. The steps themselves know no hub.</summary>
internal static class CopyActivities
{
    public static DurableTaskRegistry AddCopyFlow(this DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.IsNonRetriable = failure => failure is IntegrityException;
        return registry
            .AddOrchestrator<CopyOrchestrator>()
            .AddOrchestrator<RenewalOrchestrator>()
            .AddStep<HashScan>(StepNames.HashScan)
            .AddStep<LookForDecision>(StepNames.LookForDecision)
            .AddStep<MarkOverdue>(StepNames.MarkOverdue)
            .AddStep<CloseRequest>(StepNames.CloseRequest)
            .AddStep<ReserveNumber>(StepNames.ReserveNumber)
            .AddStep<ComposeCopy>(StepNames.ComposeCopy)
            .AddStep<PrepareSignature>(StepNames.PrepareSignature)
            .AddStep<CreateSignature>(StepNames.CreateSignature)
            .AddStep<TimestampSignature>(StepNames.TimestampSignature)
            .AddStep<AssembleSignature>(StepNames.AssembleSignature)
            .AddStep<LookForSeal>(StepNames.LookForSeal)
            .AddStep<PreserveCopy>(StepNames.PreserveCopy)
            .AddStep<RegisterCopy>(StepNames.RegisterCopy)
            .AddStep<VoidNumber>(StepNames.VoidNumber)
            .AddStep<RaiseAlarm>(StepNames.RaiseAlarm)
            .AddStep<RenewTimestamp>(StepNames.RenewTimestamp)
            .AddStep<RegisterRenewal>(StepNames.RegisterRenewal);
    }

    private static DurableTaskRegistry AddStep<TStep>(this DurableTaskRegistry registry, string name)
        where TStep : class, ICopyStep =>
        registry.AddActivity(name, services => new StepActivity(services.GetRequiredService<TStep>(), services.GetRequiredService<StepDeadline>()));

    /// <summary>An activity that runs one step within the deadline that the sweeper counts on.</summary>
    private sealed class StepActivity(ICopyStep step, StepDeadline deadline) : TaskActivity<CopyWork, StepOutcome>
    {
        public override async Task<StepOutcome> RunAsync(TaskActivityContext context, CopyWork input)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            stop.CancelAfter(deadline.Activity);
            return await step.RunAsync(input, stop.Token);
        }
    }
}

/// <param name="Activity">No step works longer; behind the Functions host this stays below <c>functionTimeout</c>.</param>
/// <param name="Stuck">An instance that has not moved for so long, though not waiting for a person, is started anew.</param>
/// <param name="Pause">Before a request that has already been started anew is started anew again; each time twice as long.</param>
internal sealed record StepDeadline(TimeSpan Activity, TimeSpan Stuck, TimeSpan Pause)
{
    public static readonly StepDeadline Default = new(TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(12), TimeSpan.FromSeconds(15));

    /// <summary>Only the pause may be set: the others hang together with host.json.</summary>
    public static StepDeadline From(IConfiguration? settings) => Default with { Pause = settings?.GetValue<TimeSpan?>("Sweeper:Pause") ?? Default.Pause };
}
