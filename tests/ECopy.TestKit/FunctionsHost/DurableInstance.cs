using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// One orchestration instance: its history, and what has arrived since the last turn. Whoever holds the engine's lock may touch it.
/// </summary>
internal sealed class DurableInstance(string id, string name, string? input, DateTimeOffset created)
{
    public string Id { get; } = id;

    public string Name { get; } = name;

    public string? Input { get; private set; } = input;

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset LastUpdated { get; set; } = created;

    /// <summary>Which run of the code this is, from 1: continue-as-new begins another, and what an older one asked for no longer counts.</summary>
    public int Execution { get; private set; }

    public string ExecutionId { get; private set; } = "";

    public List<P.HistoryEvent> History { get; } = [];

    /// <summary>Arrived, and not yet shown to the orchestrator.</summary>
    public List<P.HistoryEvent> Arrived { get; } = [];

    public P.OrchestrationStatus Status { get; set; } = P.OrchestrationStatus.Pending;

    public string? CustomStatus { get; set; }

    public string? Output { get; set; }

    public P.TaskFailureDetails? Failure { get; set; }

    public bool IsInTurn { get; set; }

    public int Turns { get; set; }

    public (DurableInstance Instance, int Execution, int TaskId)? Parent { get; init; }

    public bool IsOver => Status is P.OrchestrationStatus.Completed or P.OrchestrationStatus.Failed or P.OrchestrationStatus.Terminated;

    public void Begin(string? newInput, IEnumerable<P.HistoryEvent> carriedOver)
    {
        Execution++;
        ExecutionId = Guid.NewGuid().ToString("N");
        Input = newInput;
        History.Clear();
        // What was raised meanwhile stays; answers to the old run's tasks do not.
        var raised = Arrived.Where(one => one.EventTypeCase is P.HistoryEvent.EventTypeOneofCase.EventRaised or P.HistoryEvent.EventTypeOneofCase.ExecutionTerminated).ToList();
        Arrived.Clear();
        Arrived.Add(Event(new P.HistoryEvent
        {
            ExecutionStarted = new P.ExecutionStartedEvent
            {
                Name = Name,
                Input = newInput,
                OrchestrationInstance = new P.OrchestrationInstance { InstanceId = Id, ExecutionId = ExecutionId },
                ParentInstance = Parent is { } parent
                    ? new P.ParentInstanceInfo { TaskScheduledId = parent.TaskId, OrchestrationInstance = new P.OrchestrationInstance { InstanceId = parent.Instance.Id, ExecutionId = parent.Instance.ExecutionId } }
                    : null,
            },
        }));
        Arrived.AddRange(carriedOver);
        Arrived.AddRange(raised);
    }

    /// <summary>An event that answers or tells something: its own number is -1.</summary>
    public static P.HistoryEvent Event(P.HistoryEvent one)
    {
        one.EventId = -1;
        one.Timestamp = DateTimeOffset.UtcNow.ToTimestamp();
        return one;
    }

    public P.OrchestrationState State(bool withPayloads) => new()
    {
        InstanceId = Id,
        Name = Name,
        OrchestrationStatus = Status,
        CreatedTimestamp = Created.ToTimestamp(),
        LastUpdatedTimestamp = LastUpdated.ToTimestamp(),
        CustomStatus = CustomStatus,
        Input = withPayloads ? Input : null,
        Output = withPayloads ? Output : null,
        FailureDetails = Failure,
    };
}
