using ECopy.Functions.Domain;
using ECopy.Functions.Hub;

namespace ECopy.Functions.Workflow;

/// <summary>
/// The only place that knows the order of the steps:
/// hash → review → reserve → compose → sign → seal → preserve → register.
/// It decides nothing by itself: what people decided stands in the store, an event only says "look".
/// </summary>
internal sealed class CopyOrchestrator : TaskOrchestrator<CopyWork, string>
{
    /// <summary>External events; they only say "look into the store".</summary>
    public const string ReviewDecided = nameof(ReviewDecided);
    public const string SealReleased = nameof(SealReleased);
    public const string FileReturned = nameof(FileReturned);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public override async Task<string> RunAsync(TaskOrchestrationContext context, CopyWork work)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(work);
        var run = new CopyRun(context);
        try
        {
            return await RunStepsAsync(run, work);
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<IntegrityException>())
        {
            // Never retried, never repaired by guessing: the number is given up, the alarm raised, a person looks.
            return await GiveUpAsync(run, work, failure.FailureDetails.ErrorMessage);
        }
    }

    private static async Task<string> RunStepsAsync(CopyRun run, CopyWork work)
    {
        var hashed = await run.StepAsync(StepNames.HashScan, work);
        if (hashed.Result is not StepResult.Done) return await EndAsync(run, work, hashed);

        while (true)
        {
            var review = await ReviewAsync(run, work);
            if (review.Result is not StepResult.Done) return await EndAsync(run, work, review);

            var approved = work with { Approval = review.Approval };
            var issued = await IssueAsync(run, approved);
            if (issued.Result is StepResult.Done) return "registered";
            if (issued.Result is StepResult.Superseded) return "superseded";

            // Nothing is taken back in silence: the number, if one was taken, becomes void with this reason, and the
            // request waits for another decision (or, when only the date had passed, goes on under a new number).
            var voided = await run.StepAsync(StepNames.VoidNumber, approved, issued.Code);
            if (voided.Result is not StepResult.Done) return await EndAsync(run, work, voided);
        }
    }

    private static async Task<StepOutcome> ReviewAsync(CopyRun run, CopyWork work)
    {
        while (true)
        {
            var review = await run.StepAsync(StepNames.LookForDecision, work);
            if (review.Result is not StepResult.Waiting) return review;
            if (await run.EventAsync(ReviewDecided, review.Until)) continue;
            await run.StepAsync(StepNames.MarkOverdue, work);
        }
    }

    private static async Task<StepOutcome> IssueAsync(CopyRun run, CopyWork work)
    {
        var outcome = await run.InOrderAsync(
            work,
            (StepNames.ReserveNumber, null),
            (StepNames.ComposeCopy, null),
            (StepNames.PrepareSignature, SignerRole.Person),
            (StepNames.CreateSignature, SignerRole.Person),
            (StepNames.TimestampSignature, SignerRole.Person),
            (StepNames.AssembleSignature, SignerRole.Person));
        if (outcome.Result is not StepResult.Done) return outcome;

        while ((outcome = await run.StepAsync(StepNames.LookForSeal, work)).Result is StepResult.Waiting)
            await run.EventAsync(SealReleased, null);
        if (outcome.Result is not StepResult.Done) return outcome;

        return await run.InOrderAsync(
            work,
            (StepNames.PrepareSignature, SignerRole.Seal),
            (StepNames.CreateSignature, SignerRole.Seal),
            (StepNames.TimestampSignature, SignerRole.Seal),
            (StepNames.AssembleSignature, SignerRole.Seal),
            (StepNames.PreserveCopy, null),
            (StepNames.RegisterCopy, null));
    }

    private static async Task<string> EndAsync(CopyRun run, CopyWork work, StepOutcome outcome)
    {
        if (outcome.Result is StepResult.Superseded) return "superseded";
        await run.StepAsync(StepNames.CloseRequest, work, outcome.Code);
        return outcome.Code ?? "closed";
    }

    private static async Task<string> GiveUpAsync(CopyRun run, CopyWork work, string reason)
    {
        await run.StepAsync(StepNames.RaiseAlarm, work, reason);
        return "failed";
    }

    /// <summary>One run's view of the context: steps with retry, their names as custom status.</summary>
    private sealed class CopyRun(TaskOrchestrationContext context)
    {
        private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(
            maxNumberOfAttempts: 12,
            firstRetryInterval: TimeSpan.FromMilliseconds(250),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromMinutes(1)));

        public async Task<StepOutcome> StepAsync(string step, CopyWork work, string? reason = null)
        {
            context.SetCustomStatus(new StepStatus(step, work.Signer, null));
            return await context.CallActivityAsync<StepOutcome>(step, work with { Reason = reason }, Retried);
        }

        /// <summary>Each step until it is done; waits as long as it says. Ends at the first that is rejected or superseded.</summary>
        public async Task<StepOutcome> InOrderAsync(CopyWork work, params (string Step, SignerRole? Signer)[] steps)
        {
            foreach (var (step, signer) in steps)
            {
                StepOutcome outcome;
                var pause = FirstPause;
                while ((outcome = await StepAsync(step, work with { Signer = signer })).Result is StepResult.Waiting)
                {
                    var status = new StepStatus(step, signer, outcome.Code);
                    var next = NextLook(context.CurrentUtcDateTime, outcome.Until, pause);
                    if (outcome.Code == CopyWaits.ReturnedFile)
                    {
                        await EventAsync(FileReturned, next, status);
                        continue;
                    }

                    context.SetCustomStatus(status);
                    await context.CreateTimer(next, CancellationToken.None);
                    // An authority that is away all day must not fill the history.
                    pause = pause * 2 < LongestWait ? pause * 2 : LongestWait;
                }

                if (outcome.Result is not StepResult.Done) return outcome;
            }

            return StepOutcome.Done;
        }

        /// <summary>When it says, but often enough for a stop to be seen; else ever more rarely.</summary>
        private static DateTime NextLook(DateTime now, DateTimeOffset? until, TimeSpan pause) =>
            until is null || until.Value.UtcDateTime <= now ? now + pause
            : until.Value.UtcDateTime < now + LongestWait ? until.Value.UtcDateTime
            : now + LongestWait;

        /// <summary>True when the event came, false at the due time. No due time: waits for the event alone.</summary>
        public async Task<bool> EventAsync(string name, DateTimeOffset? due, StepStatus? status = null)
        {
            context.SetCustomStatus(status ?? new StepStatus(name, null, "waiting"));
            if (due is null)
            {
                await context.WaitForExternalEvent<object?>(name, CancellationToken.None);
                return true;
            }

            var left = due.Value.UtcDateTime - context.CurrentUtcDateTime;
            if (left <= TimeSpan.Zero) return false;
            try
            {
                await context.WaitForExternalEvent<object?>(name, left, CancellationToken.None);
                return true;
            }
            catch (TaskCanceledException)
            {
                return false;
            }
        }
    }
}

/// <summary>Custom status of an instance: which step, for whom, and why it waits.</summary>
internal sealed record StepStatus(string Step, SignerRole? Signer, string? Waiting);

/// <summary>Names of the activities, as in the custom status, the progress lines and the Functions folders.</summary>
internal static class StepNames
{
    public const string HashScan = nameof(HashScan);
    public const string LookForDecision = nameof(LookForDecision);
    public const string MarkOverdue = nameof(MarkOverdue);
    public const string ReserveNumber = nameof(ReserveNumber);
    public const string ComposeCopy = nameof(ComposeCopy);
    public const string PrepareSignature = nameof(PrepareSignature);
    public const string CreateSignature = nameof(CreateSignature);
    public const string TimestampSignature = nameof(TimestampSignature);
    public const string AssembleSignature = nameof(AssembleSignature);
    public const string LookForSeal = nameof(LookForSeal);
    public const string PreserveCopy = nameof(PreserveCopy);
    public const string RegisterCopy = nameof(RegisterCopy);
    public const string VoidNumber = nameof(VoidNumber);
    public const string CloseRequest = nameof(CloseRequest);
    public const string RaiseAlarm = nameof(RaiseAlarm);
    public const string RenewTimestamp = nameof(RenewTimestamp);
    public const string RegisterRenewal = nameof(RegisterRenewal);
}
