using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// Stores what a turn decided, within the writer's transaction: the events it consumed leave the inbox, they and the creation
/// event of each action enter the history, and the actions themselves become queue entries, timers, messages or instances.
/// </summary>
internal sealed class TurnCommit(string instanceId, PendingTurn turn, IReadOnlyList<P.HistoryEvent> newEvents, P.OrchestratorResponse response, DateTime now)
{
    public bool Apply(WriteSession session)
    {
        var head = session.Head(instanceId);
        if (head is null || head.IsFinished || head.Execution != turn.Execution || head.Turns != turn.Turns)
            return false;
        session.DropFromInbox(turn.Messages.Select(message => message.Seq));
        session.Effects.Turns.Add(new(instanceId, turn.History, newEvents, response.Actions, response.CustomStatus));

        var batch = new P.OrchestratorRequest();
        batch.PastEvents.AddRange(newEvents);
        P.CompleteOrchestrationAction? completion = null;
        foreach (var action in response.Actions)
        {
            if (action.CompleteOrchestration is not null)
                completion = action.CompleteOrchestration;
            else
                batch.PastEvents.Add(Begin(session, head, action));
        }
        if (completion is { OrchestrationStatus: P.OrchestrationStatus.ContinuedAsNew })
        {
            Continue(session, completion);
            return true;
        }
        if (completion is not null)
            batch.PastEvents.Add(Finish(session, head, completion));
        else
            Go(session, head);
        batch.PastEvents.Add(Happened(happened => happened.OrchestratorCompleted = new()));
        session.AppendHistory(instanceId, head.Turns, batch.ToByteArray());
        return true;
    }

    /// <summary>Tells the parent of a finished sub-orchestration, if it is still the execution that asked.</summary>
    public static void TellParent(WriteSession session, ParentTask? parent, string? result, P.TaskFailureDetails? failure, DateTime now)
    {
        if (parent is null || session.Head(parent.Instance) is not { IsFinished: false } head || head.Execution != parent.Execution)
            return;
        var told = new P.HistoryEvent { EventId = -1, Timestamp = now.ToTimestamp() };
        if (failure is null)
            told.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = parent.Task, Result = result };
        else
            told.SubOrchestrationInstanceFailed = new() { TaskScheduledId = parent.Task, FailureDetails = failure };
        session.Deliver(parent.Instance, parent.Execution, told, default, now);
    }

    private P.HistoryEvent Begin(WriteSession session, InstanceHead head, P.OrchestratorAction action)
    {
        var created = new P.HistoryEvent { EventId = action.Id, Timestamp = now.ToTimestamp() };
        switch (action.OrchestratorActionTypeCase)
        {
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                var task = action.ScheduleTask;
                session.Enqueue(instanceId, head.Execution, action.Id, task.Name, task.Input);
                created.TaskScheduled = new() { Name = task.Name, Input = task.Input };
                break;
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                var fireAt = action.CreateTimer.FireAt;
                session.Deliver(
                    instanceId,
                    head.Execution,
                    Happened(happened => happened.TimerFired = new() { FireAt = fireAt, TimerId = action.Id }, fireAt),
                    fireAt.ToDateTime(),
                    fireAt.ToDateTime());
                created.TimerCreated = new() { FireAt = fireAt };
                break;
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                var child = action.CreateSubOrchestration;
                StartChild(session, head, action.Id, child);
                created.SubOrchestrationInstanceCreated = new() { InstanceId = child.InstanceId, Name = child.Name, Input = child.Input };
                break;
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                var sent = action.SendEvent;
                if (session.Head(sent.Instance.InstanceId) is { IsFinished: false })
                {
                    session.Deliver(
                        sent.Instance.InstanceId,
                        null,
                        Happened(happened => happened.EventRaised = new() { Name = sent.Name, Input = sent.Data }),
                        default,
                        now);
                }
                created.EventSent = new() { InstanceId = sent.Instance.InstanceId, Name = sent.Name, Input = sent.Data };
                break;
            default:
                throw new InvalidOperationException($"An action of kind {action.OrchestratorActionTypeCase} cannot be stored.");
        }
        return created;
    }

    private void StartChild(WriteSession session, InstanceHead head, int taskId, P.CreateSubOrchestrationAction child)
    {
        var parent = new ParentTask(instanceId, head.Execution, taskId);
        if (session.Head(child.InstanceId) is { } existing)
        {
            // A retry may reuse the id that its options name, but only of this parent's own finished child.
            if (!existing.IsFinished || existing.Parent?.Instance != instanceId)
            {
                var taken = new OrchestrationAlreadyExistsException(child.InstanceId, existing.Status);
                TellParent(session, parent, null, TaskFailureDetails.From(taken, static _ => true).ToWire(), now);
                return;
            }
            session.Forget(child.InstanceId);
        }
        InstanceStart.Apply(
            session,
            new(child.InstanceId, child.Name, InstanceStart.NewExecutionId(), child.Input, now, parent),
            head.Name,
            default);
    }

    private void Continue(WriteSession session, P.CompleteOrchestrationAction completion)
    {
        var execution = InstanceStart.NewExecutionId();
        var head = session.Head(instanceId)!;
        session.DropExecutionFromInbox(instanceId, turn.Execution);
        session.DropHistory(instanceId);
        session.UpdateContinued(instanceId, execution, completion.Result, response.CustomStatus, now);
        InstanceStart.DeliverStart(
            session, new(instanceId, head.Name, execution, completion.Result, now, head.Parent), ParentNameOf(turn, newEvents), default);
        // Right behind the start, before whatever has arrived meanwhile.
        foreach (var carried in completion.CarryoverEvents)
            session.Deliver(instanceId, null, carried, default, default);
    }

    private P.HistoryEvent Finish(WriteSession session, InstanceHead head, P.CompleteOrchestrationAction completion)
    {
        session.UpdateFinished(
            instanceId,
            head.Turns + 1,
            (OrchestrationRuntimeStatus)completion.OrchestrationStatus,
            completion.Result,
            completion.FailureDetails,
            response.CustomStatus,
            now);
        session.DropInbox(instanceId);
        var failure = completion.OrchestrationStatus == P.OrchestrationStatus.Completed
            ? null
            : completion.FailureDetails
                ?? new P.TaskFailureDetails { ErrorType = "Terminated", ErrorMessage = "The sub-orchestration was terminated.", IsNonRetriable = true };
        TellParent(session, head.Parent, completion.Result, failure, now);
        return Happened(happened => happened.ExecutionCompleted = new()
        {
            OrchestrationStatus = completion.OrchestrationStatus,
            Result = completion.Result,
            FailureDetails = completion.FailureDetails,
        });
    }

    private void Go(WriteSession session, InstanceHead head)
    {
        session.UpdateRunning(instanceId, head.Turns + 1, StatusAfter(), response.CustomStatus, now);
        // More may be waiting than one turn takes.
        if (turn.Messages.Count == HubReader.LargestBatch)
            session.Effects.Wake.Add(instanceId);
    }

    private OrchestrationRuntimeStatus StatusAfter()
    {
        var status = turn.Status == OrchestrationRuntimeStatus.Suspended ? turn.Status : OrchestrationRuntimeStatus.Running;
        foreach (var happened in newEvents)
        {
            if (happened.ExecutionSuspended is not null)
                status = OrchestrationRuntimeStatus.Suspended;
            else if (happened.ExecutionResumed is not null)
                status = OrchestrationRuntimeStatus.Running;
        }
        return status;
    }

    private P.HistoryEvent Happened(Action<P.HistoryEvent> fill, Timestamp? at = null)
    {
        var happened = new P.HistoryEvent { EventId = -1, Timestamp = at ?? now.ToTimestamp() };
        fill(happened);
        return happened;
    }

    private static string? ParentNameOf(PendingTurn turn, IReadOnlyList<P.HistoryEvent> newEvents) =>
        turn.History.Concat(newEvents).FirstOrDefault(happened => happened.ExecutionStarted is not null)?.ExecutionStarted.ParentInstance?.Name;
}
