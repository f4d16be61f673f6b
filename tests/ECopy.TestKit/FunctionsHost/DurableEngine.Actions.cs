using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>What orchestrators ask for: tasks, timers, events, other orchestrations.</summary>
internal sealed partial class DurableEngine
{
    /// <summary>With the lock held: sets an action going and gives the event that says so, numbered like the action.</summary>
    private P.HistoryEvent Begin(DurableInstance instance, P.OrchestratorAction action)
    {
        var created = new P.HistoryEvent();
        switch (action.OrchestratorActionTypeCase)
        {
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                var task = action.ScheduleTask;
                created.TaskScheduled = new P.TaskScheduledEvent { Name = task.Name, Version = task.Version, Input = task.Input };
                Schedule(instance, action.Id, task);
                break;
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                var fireAt = action.CreateTimer.FireAt;
                created.TimerCreated = new P.TimerCreatedEvent { FireAt = fireAt };
                SetTimer(instance, action.Id, fireAt);
                break;
            case P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                var sent = action.SendEvent;
                created.EventSent = new P.EventSentEvent { InstanceId = sent.Instance.InstanceId, Name = sent.Name, Input = sent.Data };
                if (instances.TryGetValue(sent.Instance.InstanceId, out var receiver))
                    Arrive(receiver, null, new P.HistoryEvent { EventRaised = new P.EventRaisedEvent { Name = sent.Name, Input = sent.Data } });
                break;
            default:
                var child = action.CreateSubOrchestration;
                created.SubOrchestrationInstanceCreated = new P.SubOrchestrationInstanceCreatedEvent { InstanceId = child.InstanceId, Name = child.Name, Version = child.Version, Input = child.Input };
                StartChild(instance, action.Id, child);
                break;
        }

        DurableInstance.Event(created).EventId = action.Id;
        return created;
    }

    private void Schedule(DurableInstance instance, int taskId, P.ScheduleTaskAction task)
    {
        var execution = instance.Execution;
        if (!functions.HasActivity(task.Name))
        {
            Breaches.Enqueue($"{instance.Id}: there is no activity {task.Name}");
            Arrive(instance, execution, Failed(taskId, $"The activity function '{task.Name}' doesn't exist.", ""));
            return;
        }

        var key = FormattableString.Invariant($"{instance.Id} {execution} {taskId}");
        var twice = chance.Comes(disorder.RepeatActivity, "activity " + key);
        var atOnce = chance.Comes(0.5, "at once " + key);
        if (twice) Repeats++;
        if (twice && atOnce)
        {
            Run(() => DeliverAsync(instance, execution, taskId, task, key));
            Run(() => DeliverAsync(instance, execution, taskId, task, key));
            return;
        }

        Run(async () =>
        {
            await DeliverAsync(instance, execution, taskId, task, key);
            // Its message was not deleted in time: the work is done once more, when its result is long in use.
            if (twice) await DeliverAsync(instance, execution, taskId, task, key);
        });
    }

    private async Task DeliverAsync(DurableInstance instance, int execution, int taskId, P.ScheduleTaskAction task, string key)
    {
        P.HistoryEvent answer;
        await activities.WaitAsync(stopping.Token);
        try
        {
            lock (gate) Deliveries++;
            Calling?.Invoke(Turns + Deliveries);
            var result = await functions.ActAsync(task.Name, instance.Id, task.Input, stopping.Token);
            answer = new P.HistoryEvent { TaskCompleted = new P.TaskCompletedEvent { TaskScheduledId = taskId, Result = result } };
        }
        catch (FunctionFailedException failed)
        {
            if (!failed.LostConnection) Breaches.Enqueue($"{instance.Id}: {task.Name} ended with {failed.Inner}");
            answer = Failed(taskId, failed.Message, failed.Inner);
        }
        finally
        {
            activities.Release();
        }

        lock (gate)
        {
            Arrive(instance, execution, answer);
            if (chance.Comes(disorder.RepeatAnswer, "answer " + key)) Arrive(instance, execution, answer.Clone());
        }
    }

    /// <summary>All that is left of a failed call.</summary>
    private static P.HistoryEvent Failed(int taskId, string message, string inner) => new()
    {
        TaskFailed = new P.TaskFailedEvent
        {
            TaskScheduledId = taskId,
            FailureDetails = new P.TaskFailureDetails
            {
                ErrorType = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
                ErrorMessage = message,
                InnerFailure = new P.TaskFailureDetails { ErrorType = "System.Net.Http.HttpRequestException", ErrorMessage = inner },
            },
        },
    };

    private void SetTimer(DurableInstance instance, int timerId, Timestamp fireAt)
    {
        var execution = instance.Execution;
        Run(async () =>
        {
            var left = fireAt.ToDateTime() - DateTime.UtcNow;
            if (left > TimeSpan.Zero) await Task.Delay(left, stopping.Token);
            lock (gate) Arrive(instance, execution, new P.HistoryEvent { TimerFired = new P.TimerFiredEvent { FireAt = fireAt, TimerId = timerId } });
        });
    }

    private void StartChild(DurableInstance parent, int taskId, P.CreateSubOrchestrationAction child)
    {
        if (!functions.HasOrchestrator(child.Name) || (instances.TryGetValue(child.InstanceId, out var there) && !there.IsOver))
        {
            Breaches.Enqueue($"{parent.Id}: {child.Name} cannot be started as {child.InstanceId}");
            Arrive(parent, parent.Execution, new P.HistoryEvent
            {
                SubOrchestrationInstanceFailed = new P.SubOrchestrationInstanceFailedEvent { TaskScheduledId = taskId, FailureDetails = new P.TaskFailureDetails { ErrorType = "InvalidOperationException", ErrorMessage = "it cannot be started" } },
            });
            return;
        }

        Start(new DurableInstance(child.InstanceId, child.Name, child.Input, DateTimeOffset.UtcNow) { Parent = (parent, parent.Execution, taskId) });
    }

    private void Start(DurableInstance instance)
    {
        instances[instance.Id] = instance;
        instance.Begin(instance.Input, []);
        Wake(instance);
    }
}
