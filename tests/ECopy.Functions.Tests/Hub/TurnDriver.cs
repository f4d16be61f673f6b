using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using ECopy.TestKit;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>
/// Plays the engine by hand: what arrives is given by the test, the history is kept in the shape that Durable Functions gives it.
/// Every request goes through its bytes, and every turn is replayed in every split.
/// </summary>
internal sealed class TurnDriver
{
    public const string InstanceId = "copy-1";

    public static readonly DateTime Begin = new(2026, 3, 2, 1, 0, 0, DateTimeKind.Utc);

    private readonly OrchestrationExecutor executor;
    private readonly string name;
    private readonly List<P.HistoryEvent> past = [];
    private string? executionId = "0123456789abcdef";

    public TurnDriver(DurableTaskRegistry registry, string name = "Test", ILoggerFactory? loggers = null)
    {
        this.name = name;
        executor = ExecutorOf(registry, loggers);
    }

    public TurnDriver(Func<TaskOrchestrationContext, Task<object?>> run)
        : this(new DurableTaskRegistry().Orchestrator("Test", run))
    {
    }

    public DateTime Now { get; set; } = Begin;

    /// <summary>Off where a test counts how often its code was run.</summary>
    public bool ChecksReplay { get; init; } = true;

    public P.OrchestratorResponse Last { get; private set; } = new();

    public List<RecordedTurn> Turns { get; } = [];

    public IReadOnlyList<P.HistoryEvent> Past => past;

    /// <summary>The actions of the last turn, without the completion.</summary>
    public List<P.OrchestratorAction> Asked => [.. Last.Actions.Where(action => action.CompleteOrchestration is null)];

    public P.CompleteOrchestrationAction? Completion => Last.Actions.SingleOrDefault(action => action.CompleteOrchestration is not null)?.CompleteOrchestration;

    public static OrchestrationExecutor ExecutorOf(DurableTaskRegistry registry, ILoggerFactory? loggers = null) =>
        new(registry, new ServiceCollection().BuildServiceProvider(), new DataConverter(), loggers ?? NullLoggerFactory.Instance);

    public TurnDriver Start(object? input = null, params P.HistoryEvent[] more) =>
        Turn([Happened.Started(name, new DataConverter().Serialize(input), InstanceId, executionId), .. more]);

    public TurnDriver Turn(params P.HistoryEvent[] arrived)
    {
        List<P.HistoryEvent> fresh = [Happened.TurnStarted(Now), .. arrived];
        var request = new P.OrchestratorRequest { InstanceId = InstanceId };
        request.PastEvents.AddRange(past);
        request.NewEvents.AddRange(fresh);
        Last = executor.Execute(P.OrchestratorRequest.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(request)));
        Turns.Add(new(InstanceId, [.. past], fresh, Last.Actions, Last.CustomStatus));
        if (ChecksReplay)
            HistoryReplay.Check(executor, [Turns[^1]]);

        past.AddRange(fresh);
        past.AddRange(Asked.Select(Happened.Created));
        past.Add(new() { EventId = -1, OrchestratorCompleted = new() });
        return this;
    }

    /// <summary>Carries out a ContinueAsNew: an empty past, and what was carried over behind the new start.</summary>
    public TurnDriver StartAgain(params P.HistoryEvent[] more)
    {
        var again = Completion!;
        past.Clear();
        executionId = Guid.NewGuid().ToString("N");
        return Turn([Happened.Started(name, again.Result, InstanceId, executionId), .. again.CarryoverEvents, .. more]);
    }
}

internal static class Happened
{
    public static P.HistoryEvent TurnStarted(DateTime at) => new() { EventId = -1, Timestamp = at.ToTimestamp(), OrchestratorStarted = new() };

    public static P.HistoryEvent Started(string name, string? input = null, string id = TurnDriver.InstanceId, string? executionId = null) => new()
    {
        EventId = -1,
        ExecutionStarted = new() { Name = name, Input = input, OrchestrationInstance = new() { InstanceId = id, ExecutionId = executionId } },
    };

    public static P.HistoryEvent Completed(int id, string? result = null) =>
        new() { EventId = -1, TaskCompleted = new() { TaskScheduledId = id, Result = result } };

    public static P.HistoryEvent Failed(int id, string type = "System.IO.IOException", string message = "disk", bool isNonRetriable = false) => new()
    {
        EventId = -1,
        TaskFailed = new() { TaskScheduledId = id, FailureDetails = new() { ErrorType = type, ErrorMessage = message, IsNonRetriable = isNonRetriable } },
    };

    public static P.HistoryEvent Fired(int id) => new() { EventId = -1, TimerFired = new() { TimerId = id } };

    public static P.HistoryEvent Raised(string name, string? input = null) => new() { EventId = -1, EventRaised = new() { Name = name, Input = input } };

    public static P.HistoryEvent Suspended() => new() { EventId = -1, ExecutionSuspended = new() };

    public static P.HistoryEvent Resumed() => new() { EventId = -1, ExecutionResumed = new() };

    public static P.HistoryEvent Terminated(string? input = null) => new() { EventId = -1, ExecutionTerminated = new() { Input = input } };

    public static P.HistoryEvent Created(P.OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask =>
            new() { EventId = action.Id, TaskScheduled = new() { Name = action.ScheduleTask.Name, Input = action.ScheduleTask.Input } },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer =>
            new() { EventId = action.Id, TimerCreated = new() { FireAt = action.CreateTimer.FireAt } },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => new()
        {
            EventId = action.Id,
            SubOrchestrationInstanceCreated = new() { Name = action.CreateSubOrchestration.Name, InstanceId = action.CreateSubOrchestration.InstanceId },
        },
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => new()
        {
            EventId = action.Id,
            EventSent = new() { Name = action.SendEvent.Name, InstanceId = action.SendEvent.Instance.InstanceId, Input = action.SendEvent.Data },
        },
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };
}
