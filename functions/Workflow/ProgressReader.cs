using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Workflow;

/// <summary>Asks the store, then the hub, how far a request is. A hub that does not answer makes the answer coarser, never an error.</summary>
internal sealed partial class ProgressReader(CopyRequests requests, IHubView hub, ILogger<ProgressReader> log)
{
    /// <summary>A page is not kept waiting for details.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Null when the agency has no such request.</summary>
    public async Task<CopyProgress?> FindAsync(string agency, string copyId, CancellationToken cancellationToken)
    {
        if (await requests.FindAsync(agency, copyId, cancellationToken) is not { } request) return null;
        if (request.IsFinished) return CopyProgress.Of(request);
        var instance = await AskAsync(request, cancellationToken);
        if (instance is not { IsCompleted: true }) return CopyProgress.Of(request, instance?.ReadCustomStatusAs<StepStatus>());

        // It may have finished between the two questions: the store, asked once more, knows.
        var now = await requests.FindAsync(agency, copyId, cancellationToken) ?? request;
        return CopyProgress.Of(now, isLost: !now.IsFinished && now.Attempt == request.Attempt);
    }

    private async Task<OrchestrationMetadata?> AskAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        if (hub.Client is not { } client) return null;
        try
        {
            return await client.GetInstanceAsync(CopyWorkflow.InstanceId(request.CopyId, request.Attempt), cancellation: cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception silent) when (!cancellationToken.IsCancellationRequested)
        {
            LogSilent(silent, request.CopyId);
            // Gone, not slow: the next page need not ask there.
            if (silent is HttpRequestException) hub.Lost(client);
            return null;
        }
    }

    [LoggerMessage(EventId = 221, Level = LogLevel.Warning, Message = "The hub did not say how far {CopyId} is")]
    private partial void LogSilent(Exception silent, string copyId);
}
