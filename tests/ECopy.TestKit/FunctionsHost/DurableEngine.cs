using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>How often deliveries go wrong without anybody's fault; each from 0 to 1.</summary>
/// <param name="RepeatActivity">An activity is delivered twice: at once, or again when it has answered.</param>
/// <param name="RepeatAnswer">The orchestrator is told twice that a task is done.</param>
/// <param name="RepeatMessage">A queue's message comes again although its function succeeded.</param>
internal sealed record Disorder(double RepeatActivity, double RepeatAnswer, double RepeatMessage)
{
    public static readonly Disorder None = new(0, 0, 0);
    public static readonly Disorder Some = new(0.15, 0.1, 0.2);
}

/// <summary>How the engine calls the handler.</summary>
internal interface IDurableFunctions
{
    bool HasOrchestrator(string name);

    bool HasActivity(string name);

    Task<P.OrchestratorResponse> TurnAsync(string orchestrator, P.OrchestratorRequest request, CancellationToken cancellationToken);

    /// <returns>The result as JSON text; null when there is none.</returns>
    Task<string?> ActAsync(string activity, string instanceId, string? input, CancellationToken cancellationToken);
}

/// <summary>
/// The Durable Functions extension, played in memory: histories, turns one at a time for each instance, activities at least once,
/// timers, events. A turn that fails in any way fails its instance for good, as the extension does it to custom handlers.
/// </summary>
internal sealed partial class DurableEngine(IDurableFunctions functions, HostSettings host, Chance chance, Disorder disorder) : IAsyncDisposable
{
    /// <summary>What the default storage provider takes.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(6);
    private readonly Lock gate = new();
    private readonly Dictionary<string, DurableInstance> instances = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turns = new(host.MostTurnsAtOnce);
    private readonly SemaphoreSlim activities = new(host.MostActivitiesAtOnce);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Task, bool> work = new();

    /// <summary>Instances that were failed for good because the handler was dead or died in a turn.</summary>
    public ConcurrentQueue<string> Lost { get; } = new();

    /// <summary>What the handler did that it must not: an answer that is not 200, one that cannot be read, a timer too far ahead.</summary>
    public ConcurrentQueue<string> Breaches { get; } = new();

    /// <summary>Before each call of the handler: how many there have been. For whoever wants to kill it just then.</summary>
    public event Action<int>? Calling;

    public int Turns { get; private set; }

    public int Deliveries { get; private set; }

    public int Repeats { get; private set; }

    public IReadOnlyList<P.OrchestrationState> States()
    {
        lock (gate) return [.. instances.Values.Select(instance => instance.State(withPayloads: true))];
    }

    /// <summary>The whole history, for replays elsewhere.</summary>
    public IReadOnlyList<P.HistoryEvent> HistoryOf(string id)
    {
        lock (gate) return instances.TryGetValue(id, out var instance) ? [.. instance.History] : [];
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        while (!work.IsEmpty) await Task.WhenAll(work.Keys);
        stopping.Dispose();
        turns.Dispose();
        activities.Dispose();
    }

    private void Run(Func<Task> job)
    {
        if (stopping.IsCancellationRequested) return;
        var task = Task.Run(async () =>
        {
            try
            {
                await job();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The host ends; what was under way is given up, as its histories are.
            }
        });
        work[task] = true;
        task.ContinueWith(done => work.TryRemove(done, out _), TaskScheduler.Default);
    }

    /// <summary>With the lock held: something arrived.</summary>
    private void Wake(DurableInstance instance)
    {
        if (instance.IsInTurn || instance.IsOver || instance.Arrived.Count == 0) return;
        instance.IsInTurn = true;
        Run(() => TurnAsync(instance));
    }

    private async Task TurnAsync(DurableInstance instance)
    {
        await turns.WaitAsync(stopping.Token);
        try
        {
            P.OrchestratorRequest request;
            lock (gate)
            {
                request = new P.OrchestratorRequest { InstanceId = instance.Id };
                request.PastEvents.Add(instance.History);
                request.NewEvents.Add(DurableInstance.Event(new P.HistoryEvent { OrchestratorStarted = new P.OrchestratorStartedEvent() }));
                request.NewEvents.Add(InOrderOfArrival(instance));
                instance.Arrived.Clear();
                instance.Turns++;
                Turns++;
                if (instance.Status is P.OrchestrationStatus.Pending) instance.Status = P.OrchestrationStatus.Running;
            }

            P.OrchestratorResponse? response = null;
            FunctionFailedException? failure = null;
            Calling?.Invoke(Turns + Deliveries);
            try
            {
                response = await functions.TurnAsync(instance.Name, request, stopping.Token);
            }
            catch (FunctionFailedException failed)
            {
                failure = failed;
            }

            lock (gate)
            {
                instance.LastUpdated = DateTimeOffset.UtcNow;
                if (response is null) FailForGood(instance, failure!);
                else Commit(instance, request, response);
                instance.IsInTurn = false;
                Wake(instance);
            }
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Messages come in any order; only the beginning of a run is first.</summary>
    private List<P.HistoryEvent> InOrderOfArrival(DurableInstance instance)
    {
        var starts = instance.Arrived.Where(one => one.ExecutionStarted is not null).ToList();
        var others = instance.Arrived.Where(one => one.ExecutionStarted is null).ToList();
        if (disorder != Disorder.None) others = [.. chance.Shuffled(others, FormattableString.Invariant($"order {instance.Id} {instance.Turns}"))];
        return [.. starts, .. others];
    }

    private void FailForGood(DurableInstance instance, FunctionFailedException failure)
    {
        instance.Failure = new P.TaskFailureDetails
        {
            ErrorType = "FunctionInvocationException",
            ErrorMessage = $"Function '{instance.Name}' failed with an unhandled exception.",
        };
        End(instance, P.OrchestrationStatus.Failed, instance.Failure.ErrorMessage);
        if (failure.LostConnection) Lost.Enqueue(instance.Id);
        else Breaches.Enqueue($"{instance.Id}: a turn ended with {failure.Inner}");
    }

    private void Commit(DurableInstance instance, P.OrchestratorRequest request, P.OrchestratorResponse response)
    {
        instance.History.AddRange(request.NewEvents);
        // As given, every turn: what is not said again is gone.
        instance.CustomStatus = response.CustomStatus;
        foreach (var action in response.Actions)
        {
            if (action.CompleteOrchestration is { } completion)
            {
                Complete(instance, completion);
                return;
            }

            if (Refusal(action) is { } refusal)
            {
                Breaches.Enqueue($"{instance.Id}: {refusal}");
                instance.Failure = new P.TaskFailureDetails { ErrorType = "NotSupportedException", ErrorMessage = refusal };
                End(instance, P.OrchestrationStatus.Failed, refusal);
                return;
            }

            instance.History.Add(Begin(instance, action));
        }

        instance.History.Add(DurableInstance.Event(new P.HistoryEvent { OrchestratorCompleted = new P.OrchestratorCompletedEvent() }));
        Suspend(instance, request);
    }

    private static void Suspend(DurableInstance instance, P.OrchestratorRequest request)
    {
        foreach (var one in request.NewEvents)
        {
            if (one.ExecutionSuspended is not null) instance.Status = P.OrchestrationStatus.Suspended;
            else if (one.ExecutionResumed is not null) instance.Status = P.OrchestrationStatus.Running;
        }
    }

    private static string? Refusal(P.OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.None => "an action of an unknown kind",
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer when action.CreateTimer.FireAt.ToDateTime() > DateTime.UtcNow + LongestTimer => "a timer more than six days ahead",
        P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent when action.SendEvent.Instance is null => "an event to nobody",
        _ => null,
    };

    private void Complete(DurableInstance instance, P.CompleteOrchestrationAction completion)
    {
        if (completion.OrchestrationStatus is P.OrchestrationStatus.ContinuedAsNew)
        {
            instance.Begin(completion.Result, completion.CarryoverEvents.Where(one => one.EventRaised is not null));
            return;
        }

        instance.Failure = completion.FailureDetails;
        End(instance, completion.OrchestrationStatus, completion.Result);
    }

    private void End(DurableInstance instance, P.OrchestrationStatus status, string? output)
    {
        instance.Status = status;
        instance.Output = output;
        instance.Arrived.Clear();
        if (instance.Parent is not { } parent) return;
        Arrive(parent.Instance, parent.Execution, status is P.OrchestrationStatus.Completed
            ? new P.HistoryEvent { SubOrchestrationInstanceCompleted = new P.SubOrchestrationInstanceCompletedEvent { TaskScheduledId = parent.TaskId, Result = output } }
            : new P.HistoryEvent { SubOrchestrationInstanceFailed = new P.SubOrchestrationInstanceFailedEvent { TaskScheduledId = parent.TaskId, FailureDetails = instance.Failure } });
    }

    /// <summary>With the lock held. An answer to a run that is over is dropped.</summary>
    private void Arrive(DurableInstance instance, int? execution, P.HistoryEvent one)
    {
        if (instance.IsOver || (execution is { } run && run != instance.Execution)) return;
        instance.Arrived.Add(DurableInstance.Event(one));
        Wake(instance);
    }
}
