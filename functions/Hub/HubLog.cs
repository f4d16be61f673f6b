using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Hub;

/// <summary>Ids, names and counts only: inputs and results may hold personal data.</summary>
internal static partial class HubLog
{
    [LoggerMessage(4001, LogLevel.Error, "Turn of instance {InstanceId} failed")]
    public static partial void TurnFailed(ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(4002, LogLevel.Error, "Instance {InstanceId} awaits a task that is not of its context and will be failed")]
    public static partial void ForeignTask(ILogger logger, string instanceId);

    [LoggerMessage(4003, LogLevel.Warning, "Activity {Name} of instance {InstanceId} failed")]
    public static partial void ActivityFailed(ILogger logger, string name, string instanceId, Exception exception);

    [LoggerMessage(4004, LogLevel.Warning, "Activity {Name} of instance {InstanceId} was given up because the hub is stopping; it stays queued")]
    public static partial void ActivityGivenUp(ILogger logger, string name, string instanceId);

    [LoggerMessage(4005, LogLevel.Error, "Result of activity {Name} of instance {InstanceId} could not be stored yet")]
    public static partial void OutcomeNotStored(ILogger logger, string name, string instanceId, Exception exception);

    [LoggerMessage(4006, LogLevel.Error, "Turn of instance {InstanceId} was not stored and will be repeated")]
    public static partial void TurnNotStored(ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(4007, LogLevel.Error, "History of instance {InstanceId} is damaged; the instance is failed")]
    public static partial void HistoryDamaged(ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(4008, LogLevel.Error, "The hub's database was damaged, moved to {MovedTo} and begun anew")]
    public static partial void DatabaseReplaced(ILogger logger, string movedTo);

    [LoggerMessage(4009, LogLevel.Warning, "The hub stopped with {Count} workers still running; their work stays queued")]
    public static partial void StoppedWithoutWaiting(ILogger logger, int count);

    [LoggerMessage(4010, LogLevel.Error, "The recorder of turns failed for instance {InstanceId}")]
    public static partial void RecorderFailed(ILogger logger, string instanceId, Exception exception);
}
