using System.Collections.Concurrent;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Workflow;

/// <summary>
/// Looks at every open request (the markers only) and mends what a crash left behind: an instance that is missing,
/// failed, or past its step's deadline gets a successor with a higher attempt, which fences the old one off.
/// Waiting for a person is not being stuck. A command that was stored but never told is told again.
/// </summary>
internal sealed partial class Sweeper(
    IBlobStore store,
    CopyRequests requests,
    CopyWorkflow workflow,
    CertificateWatch certificates,
    RenewalRounds renewals,
    StepDeadline deadline,
    TimeProvider clock,
    ILogger<Sweeper> log)
{
    /// <summary>Before an upload's request is written its marker stands alone; after this long it never will be.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Finished instances are of no more use: the store has everything. Long enough to look into a complaint.</summary>
    private static readonly TimeSpan KeepHistories = TimeSpan.FromDays(30);

    private const int AtOnce = 4;

    /// <summary>Asking for old instances goes through all of them.</summary>
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(6);

    /// <summary>Markers without a request, and since when. Another process counts from its own first sight: later, never sooner.</summary>
    private readonly ConcurrentDictionary<string, long> alone = new(StringComparer.Ordinal);

    private long? purged;

    /// <summary>
    /// A round, and from time to time the histories that nobody needs any more. Faults are logged: the next round comes soon. Each
    /// part by itself, since a hub that does not answer must not silence what needs no hub.
    /// </summary>
    public async Task RoundAsync(DurableTaskClient hub, CancellationToken cancellationToken)
    {
        foreach (var part in (Func<Task>[])[() => SweepAsync(hub, cancellationToken), () => certificates.LookAsync(cancellationToken), () => renewals.LookAsync(hub, cancellationToken), () => PurgeAsync(hub, cancellationToken)])
        {
            try
            {
                await part();
            }
            // A call that took too long ends like one that was stopped.
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogRoundFailed(failure);
            }
        }
    }

    /// <summary>One round over all open requests. One bad request does not keep the others waiting.</summary>
    public async Task SweepAsync(DurableTaskClient hub, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hub);
        await SweepDraftsAsync(cancellationToken);
        await Parallel.ForEachAsync(
            store.ListAsync(BlobPaths.OpenMarkers, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (marker, stop) =>
            {
                if (marker.Split('/') is not [_, var agency, var copyId]) return;
                try
                {
                    await SweepAsync(hub, agency, copyId, marker, stop);
                }
                // A hub that does not answer at all ends the round: it would be the same with each of thousands.
                catch (Exception failure) when (failure is not (OperationCanceledException or HttpRequestException))
                {
                    LogFailed(failure, copyId);
                }
            });
    }

    /// <summary>Visits whose submission was cut short, and drafts whose pages are still to be removed.</summary>
    private async Task SweepDraftsAsync(CancellationToken cancellationToken)
    {
        await foreach (var marker in store.ListAsync(BlobPaths.EndingDrafts, cancellationToken))
        {
            if (marker.Split('/') is not [_, var agency, var draftId]) continue;
            try
            {
                // A draft that was given up says "not found", as it should.
                if (await workflow.ResumeDraftAsync(agency, draftId, cancellationToken) is { Code: not "draft-not-found" } refused) LogDraftRefused(draftId, refused.Code);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure, draftId);
            }
        }
    }

    private async Task PurgeAsync(DurableTaskClient hub, CancellationToken cancellationToken)
    {
        if (purged is { } last && clock.GetElapsedTime(last) < PurgeInterval) return;
        await hub.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: clock.GetUtcNow() - KeepHistories), cancellationToken);
        purged = clock.GetTimestamp();
    }

    private async Task SweepAsync(DurableTaskClient hub, string agency, string copyId, string marker, CancellationToken cancellationToken)
    {
        var request = await requests.FindAsync(agency, copyId, cancellationToken);
        if (request is null)
        {
            await ForgetAbandonedAsync(agency, copyId, marker, cancellationToken);
            return;
        }

        // An integrity fault waits for a person; its marker keeps it on the lists.
        if (request.State is CopyState.Failed) return;
        if (request.IsFinished)
        {
            // Finished, and killed before its marker was removed.
            await store.DeleteAsync(marker, cancellationToken);
            return;
        }

        var instance = await hub.GetInstanceAsync(CopyWorkflow.InstanceId(copyId, request.Attempt), cancellation: cancellationToken);
        if (instance is null)
        {
            // Never started, or the hub's database is gone: the same attempt, since nothing else can be running it.
            LogStarted(copyId, request.Attempt);
            await hub.TellAsync(request, null, cancellationToken);
        }
        else if (IsStuck(instance) && Age(instance) >= Pause(request.Attempt))
        {
            await RestartAsync(hub, request, instance, cancellationToken);
        }
        else if (WaitsForEvent(instance) && await UntoldEventAsync(request, cancellationToken) is { } untold)
        {
            await hub.TellAsync(request, untold, cancellationToken);
        }
    }

    private async Task RestartAsync(DurableTaskClient hub, CopyRequest request, OrchestrationMetadata instance, CancellationToken cancellationToken)
    {
        LogRestarted(request.CopyId, request.Attempt, instance.RuntimeStatus);
        // The fence first: from here on the old instance's activities are superseded.
        var raised = await requests.ChangeAsync(
            request.Agency,
            request.CopyId,
            current => current.Attempt == request.Attempt && !current.IsFinished ? current with { Attempt = current.Attempt + 1, Waiting = "retrying" } : current,
            cancellationToken);
        if (!instance.IsCompleted) await hub.TerminateInstanceAsync(instance.InstanceId, "superseded", cancellationToken);
        await hub.TellAsync(raised, null, cancellationToken);
    }

    /// <summary>Whichever way the clock was set in between.</summary>
    private TimeSpan Age(OrchestrationMetadata instance) => (clock.GetUtcNow() - instance.LastUpdatedAt).Duration();

    /// <summary>The second attempt comes at once, later ones ever more slowly: what fails each time needs a person, not a loop.</summary>
    private TimeSpan Pause(int attempt) => attempt == 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(1800, deadline.Pause.TotalSeconds * Math.Pow(2, Math.Min(attempt, 10))));

    private bool IsStuck(OrchestrationMetadata instance) =>
        instance.IsCompleted || (!WaitsForEvent(instance) && Age(instance) > deadline.Stuck);

    private static bool WaitsForEvent(OrchestrationMetadata instance) => instance.ReadCustomStatusAs<StepStatus>()?.Waiting is not null;

    private async Task<string?> UntoldEventAsync(CopyRequest request, CancellationToken cancellationToken) =>
        UntoldEvent(request) ?? (request.Waiting == CopyWaits.ReturnedFile && await workflow.HasReturnedAsync(request, cancellationToken) ? CopyOrchestrator.FileReturned : null);

    private static string? UntoldEvent(CopyRequest request) => request switch
    {
        { Waiting: CopyWaits.ReturnedFile, Stop: not null } => CopyOrchestrator.FileReturned,
        { State: CopyState.WaitingForReview, Decision: not null } or { State: CopyState.WaitingForReview, Stop: not null } => CopyOrchestrator.ReviewDecided,
        { State: CopyState.WaitingForSeal, SealRelease: { } release } when release.Approval == request.Approval => CopyOrchestrator.SealReleased,
        { State: CopyState.WaitingForSeal, Stop: not null } => CopyOrchestrator.SealReleased,
        _ => null,
    };

    private async Task ForgetAbandonedAsync(string agency, string copyId, string marker, CancellationToken cancellationToken)
    {
        // Elapsed time, not the time of day: a clock that jumps must not make an upload look abandoned.
        if (alone.TryAdd(copyId, clock.GetTimestamp()) || clock.GetElapsedTime(alone[copyId]) <= Abandoned) return;
        await store.DeleteAsync(marker, cancellationToken);
        alone.TryRemove(copyId, out _);
        // The sender may have come back at this very moment: then the marker belongs there.
        if (await requests.FindAsync(agency, copyId, cancellationToken) is { IsFinished: false })
            await store.CreateImmutableAsync(marker, Encoding.ASCII.GetBytes(copyId), cancellationToken);
    }

    [LoggerMessage(EventId = 211, Level = LogLevel.Information, Message = "Request {CopyId} had no instance; attempt {Attempt} started")]
    private partial void LogStarted(string copyId, int attempt);

    [LoggerMessage(EventId = 212, Level = LogLevel.Warning, Message = "Request {CopyId}: attempt {Attempt} was {Status} and is replaced")]
    private partial void LogRestarted(string copyId, int attempt, OrchestrationRuntimeStatus status);

    [LoggerMessage(EventId = 213, Level = LogLevel.Error, Message = "Request {CopyId} could not be swept")]
    private partial void LogFailed(Exception failure, string copyId);

    [LoggerMessage(EventId = 215, Level = LogLevel.Warning, Message = "Draft {DraftId} could not be handed in: {Code}")]
    private partial void LogDraftRefused(string draftId, string code);

    [LoggerMessage(EventId = 214, Level = LogLevel.Error, Message = "A round over the open requests was not finished")]
    private partial void LogRoundFailed(Exception failure);
}
