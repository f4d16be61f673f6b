using ECopy.Functions.Domain;
using ECopy.Functions.Hub;

namespace ECopy.Functions.Workflow;

/// <summary>
/// Tells the hub of what was stored before. Nothing rests on it: what is not told, or told and lost, the sweeper tells again, and
/// what is told twice finds nothing to do.
/// </summary>
internal interface ICopyCommands
{
    /// <summary>Starts the attempt's instance if there is none, and raises the event if one is given.</summary>
    Task TellAsync(CopyRequest request, string? eventName, CancellationToken cancellationToken);
}

/// <summary>The hub is in this process.</summary>
internal sealed class DirectCommands(DurableTaskClient hub) : ICopyCommands
{
    public Task TellAsync(CopyRequest request, string? eventName, CancellationToken cancellationToken) => hub.TellAsync(request, eventName, cancellationToken);
}

/// <summary>What a command comes to, for whoever has the hub at hand.</summary>
internal static class CopyInstances
{
    public static async Task TellAsync(this DurableTaskClient hub, CopyRequest request, string? eventName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hub);
        ArgumentNullException.ThrowIfNull(request);
        if (request.IsFinished) return;
        var instance = CopyWorkflow.InstanceId(request.CopyId, request.Attempt);
        await hub.StartAsync(instance, new CopyWork(request.Agency, request.CopyId, request.Attempt), cancellationToken);
        if (eventName is not null) await hub.RaiseEventAsync(instance, eventName, null, cancellationToken);
    }

    private static async Task StartAsync(this DurableTaskClient hub, string instance, CopyWork work, CancellationToken cancellationToken)
    {
        if (await hub.GetInstanceAsync(instance, cancellation: cancellationToken) is not null) return;
        try
        {
            await hub.ScheduleNewOrchestrationInstanceAsync(nameof(CopyOrchestrator), work, new StartOrchestrationOptions(instance), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Somebody else started it at the same moment.
        }
    }
}
