using Google.Protobuf.WellKnownTypes;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>Writes a new instance, or the first message of a new execution of one.</summary>
internal static class InstanceStart
{
    /// <summary>Chosen by the hub, outside of any replay: it only has to differ from every other.</summary>
    public static string NewExecutionId() => Guid.NewGuid().ToString("N");

    /// <param name="visible">When it is to begin; default: now.</param>
    public static void Apply(WriteSession session, NewInstance instance, string? parentName, DateTime visible)
    {
        session.Insert(instance);
        DeliverStart(session, instance, parentName, visible);
    }

    public static void DeliverStart(WriteSession session, NewInstance instance, string? parentName, DateTime visible)
    {
        var started = new Protocol.HistoryEvent
        {
            EventId = -1,
            Timestamp = instance.At.ToTimestamp(),
            ExecutionStarted = new()
            {
                Name = instance.Name,
                Input = instance.Input,
                OrchestrationInstance = new() { InstanceId = instance.Id, ExecutionId = instance.Execution },
            },
        };
        if (visible != default)
            started.ExecutionStarted.ScheduledStartTimestamp = visible.ToTimestamp();
        if (instance.Parent is { } parent)
        {
            started.ExecutionStarted.ParentInstance = new()
            {
                TaskScheduledId = parent.Task,
                Name = parentName,
                OrchestrationInstance = new() { InstanceId = parent.Instance, ExecutionId = parent.Execution },
            };
        }
        session.Deliver(instance.Id, instance.Execution, started, visible, default);
    }
}
