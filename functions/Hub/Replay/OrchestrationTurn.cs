using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Replay;

/// <summary>
/// Feeds one turn's events, past and new, to an orchestrator and collects what it wants done next.
/// The numbers in comments are those of the rules in README.md.
/// </summary>
internal sealed class OrchestrationTurn(
    ReplayContext context, TurnScheduler scheduler, DurableTaskRegistry registry, IServiceProvider services, DataConverter converter)
{
    /// <summary>Durable Task splits very large batches with timers of this id, which no orchestrator asked for.</summary>
    private const int FakeTimerId = -100;

    private readonly Queue<P.HistoryEvent> whileSuspended = new();
    private Task<object?>? run;
    private bool wasDone;
    private bool isSuspended;
    private P.ExecutionTerminatedEvent? terminated;

    public bool IsStarted { get; private set; }

    private bool IsDone => run is { IsCompleted: true };

    public void Process(P.HistoryEvent happened)
    {
        if (terminated is not null)
            return;
        switch (happened.EventTypeCase)
        {
            case P.HistoryEvent.EventTypeOneofCase.OrchestratorStarted: // rule 2
                // The clock goes on while suspended: buffered events are seen with the time of their release.
                if (happened.Timestamp is not null)
                    context.SetClock(TimeOf(happened.Timestamp));
                break;
            case P.HistoryEvent.EventTypeOneofCase.ExecutionTerminated: // rule 8
                // What has returned by itself stays completed, unless suspension held its answer back.
                if (!IsDone || isSuspended)
                    terminated = happened.ExecutionTerminated;
                break;
            case P.HistoryEvent.EventTypeOneofCase.ExecutionSuspended: // rule 7
                isSuspended = true;
                break;
            case P.HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                isSuspended = false;
                while (!isSuspended && whileSuspended.TryDequeue(out var held))
                    Advance(held);
                break;
            default:
                if (isSuspended)
                    whileSuspended.Enqueue(happened);
                else
                    Advance(happened);
                break;
        }
    }

    /// <summary>Rule 9: what is to be done now that all events were seen.</summary>
    public IEnumerable<P.OrchestratorAction> Actions()
    {
        if (terminated is not null)
            return [Completion(new() { OrchestrationStatus = P.OrchestrationStatus.Terminated, Result = terminated.Input })];
        if (scheduler.SawForeign)
            throw new ForeignTaskException();
        if (isSuspended)
            return [];
        if (IsDone)
            return [.. context.PendingActions, Completion(Outcome(run!))];
        if (!context.IsWaiting)
            throw new ForeignTaskException();
        return context.PendingActions;
    }

    /// <summary>The only answer of a turn that broke a rule.</summary>
    public P.OrchestratorAction Failure(TaskFailureDetails details) => Completion(new()
    {
        OrchestrationStatus = P.OrchestrationStatus.Failed,
        FailureDetails = details.ToWire(),
    });

    /// <summary>The orchestrator's code may still be held by a foreign task; if it ever ends elsewhere, that is reported.</summary>
    public void Abandon()
    {
        scheduler.Close();
        if (run is { IsCompleted: false })
            _ = run.ContinueWith(_ => scheduler.Report(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Advance(P.HistoryEvent happened)
    {
        switch (happened.EventTypeCase)
        {
            case P.HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                if (!IsStarted)
                    Start(happened.ExecutionStarted);
                break;

            // Rule 4: the code must have asked for what the history says it asked for.
            case P.HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Confirm(happened.EventId, $"activity '{happened.TaskScheduled.Name}'",
                    action => IsSame(action.ScheduleTask?.Name, happened.TaskScheduled.Name));
                break;
            case P.HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated:
                Confirm(happened.EventId, $"sub-orchestration '{happened.SubOrchestrationInstanceCreated.Name}'",
                    action => IsSame(action.CreateSubOrchestration?.Name, happened.SubOrchestrationInstanceCreated.Name));
                break;
            case P.HistoryEvent.EventTypeOneofCase.TimerCreated:
                if (happened.EventId != FakeTimerId)
                    Confirm(happened.EventId, "a timer", action => action.CreateTimer is not null);
                break;
            case P.HistoryEvent.EventTypeOneofCase.EventSent:
                Confirm(happened.EventId, $"event '{happened.EventSent.Name}' sent",
                    action => IsSame(action.SendEvent?.Name, happened.EventSent.Name));
                break;

            // Rule 5: a completion finds its open task or is a duplicate.
            case P.HistoryEvent.EventTypeOneofCase.TaskCompleted:
                CompleteActivity(happened.TaskCompleted.TaskScheduledId, ActivityEnvelope.FromHistory(happened.TaskCompleted.Result));
                break;
            case P.HistoryEvent.EventTypeOneofCase.TaskFailed:
                CompleteActivity(happened.TaskFailed.TaskScheduledId,
                    ActivityOutcome.Failed(TaskFailureDetails.From(happened.TaskFailed.FailureDetails)));
                break;
            case P.HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCompleted:
                if (context.TakeOpen(happened.SubOrchestrationInstanceCompleted.TaskScheduledId, OpenTaskKind.SubOrchestration) is { } child)
                    Resume(() => child.Complete(happened.SubOrchestrationInstanceCompleted.Result));
                break;
            case P.HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceFailed:
                if (context.TakeOpen(happened.SubOrchestrationInstanceFailed.TaskScheduledId, OpenTaskKind.SubOrchestration) is { } failed)
                    Resume(() => failed.Fail(Thrown(failed, TaskFailureDetails.From(happened.SubOrchestrationInstanceFailed.FailureDetails))));
                break;
            case P.HistoryEvent.EventTypeOneofCase.TimerFired:
                if (context.TakeOpen(happened.TimerFired.TimerId, OpenTaskKind.Timer) is { } timer)
                    Resume(() => timer.Complete(null));
                break;

            case P.HistoryEvent.EventTypeOneofCase.EventRaised: // rule 6
                Resume(() => context.Events.Raise(happened));
                break;
        }
    }

    private void Start(P.ExecutionStartedEvent started)
    {
        IsStarted = true;
        context.Begin(started);
        if (!registry.TryGetOrchestrator(started.Name, out var factory))
            throw new UnknownTaskException("orchestrator", started.Name);
        // The code itself runs inside the scheduler, so that its first awaits are captured by it.
        Resume(() => scheduler.Post(
            _ =>
            {
                try
                {
                    var orchestrator = factory(services);
                    run = orchestrator.RunAsync(context, converter.Deserialize(started.Input, orchestrator.InputType));
                }
                catch (Exception exception)
                {
                    run = Task.FromException<object?>(exception);
                }
            },
            null));
    }

    private void CompleteActivity(int id, ActivityOutcome outcome)
    {
        if (context.TakeOpen(id, OpenTaskKind.Activity) is not { } task)
            return;
        Resume(() =>
        {
            if (outcome.Failure is { } failure)
                task.Fail(Thrown(task, failure));
            else
                task.Complete(outcome.Result);
        });
    }

    private void Resume(Action complete)
    {
        scheduler.Run(complete);
        if (IsDone && !wasDone)
        {
            wasDone = true;
            context.Events.DropWaiters();
        }
    }

    private void Confirm(int id, string what, Func<P.OrchestratorAction, bool> isSame)
    {
        var action = context.TakePending(id)
            ?? throw new NonDeterministicOrchestrationException($"The history has {what} as #{id}, the code asked for nothing with that number.");
        if (!isSame(action))
            throw new NonDeterministicOrchestrationException($"The history has {what} as #{id}, the code asked for {action.OrchestratorActionTypeCase}.");
    }

    private P.OrchestratorAction Completion(P.CompleteOrchestrationAction completion) =>
        new() { Id = context.TakeId(), CompleteOrchestration = completion };

    private P.CompleteOrchestrationAction Outcome(Task<object?> ended)
    {
        object? value;
        string? result;
        try
        {
            value = ended.GetAwaiter().GetResult();
            result = converter.Serialize(value);
        }
        catch (Exception exception)
        {
            return new()
            {
                OrchestrationStatus = P.OrchestrationStatus.Failed,
                FailureDetails = TaskFailureDetails.From(exception, registry.IsNonRetriable).ToWire(),
            };
        }
        if (context.NextExecution is not { } next)
            return new() { OrchestrationStatus = P.OrchestrationStatus.Completed, Result = result };
        var again = new P.CompleteOrchestrationAction { OrchestrationStatus = P.OrchestrationStatus.ContinuedAsNew, Result = next.Input };
        if (next.KeepsEvents)
            again.CarryoverEvents.AddRange(context.Events.Unconsumed);
        return again;
    }

    private static DateTime TimeOf(Google.Protobuf.WellKnownTypes.Timestamp timestamp)
    {
        try
        {
            return timestamp.ToDateTime();
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidHistoryException("A time in the history is none.", exception);
        }
    }

    private static TaskFailedException Thrown(OpenTask task, TaskFailureDetails details) => new(task.Name, task.Id, details);

    private static bool IsSame(string? asked, string recorded) => string.Equals(asked, recorded, StringComparison.OrdinalIgnoreCase);
}
