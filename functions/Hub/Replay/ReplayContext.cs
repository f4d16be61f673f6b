using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Replay;

/// <summary>What the orchestrator's code did so far: actions not yet in the history, tasks not yet completed, events not yet taken.</summary>
internal sealed class ReplayContext(
    string instanceId, TurnScheduler scheduler, DataConverter converter, ILoggerFactory loggers) : TaskOrchestrationContext
{
    /// <summary>Durable Functions' storage holds a message back for at most six days; its SDK steps by three.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(3);

    private const int CustomStatusLimit = 16 * 1024;

    private readonly Dictionary<int, P.OrchestratorAction> pending = [];
    private readonly Dictionary<int, OpenTask> open = [];
    private P.ExecutionStartedEvent? started;
    private DateTime currentUtc = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
    private bool isReplaying = true;
    private int nextId;
    private int guids;

    public ExternalEvents Events { get; } = new(scheduler, converter);

    public string? CustomStatus { get; private set; }

    public (string? Input, bool KeepsEvents)? NextExecution { get; private set; }

    public IEnumerable<P.OrchestratorAction> PendingActions => pending.Values.OrderBy(action => action.Id);

    public bool IsWaiting => open.Count > 0 || Events.HasWaiters;

    public override TaskName Name => started?.Name ?? "";

    public override string InstanceId => instanceId;

    public override ParentOrchestrationInstance? Parent => started?.ParentInstance is { } parent
        ? new(parent.Name ?? "", parent.OrchestrationInstance?.InstanceId ?? "")
        : null;

    public override DateTime CurrentUtcDateTime => currentUtc;

    public override bool IsReplaying => isReplaying;

    protected override ILoggerFactory LoggerFactory => loggers;

    public void Begin(P.ExecutionStartedEvent executionStarted) => started = executionStarted;

    public void SetReplaying(bool value) => isReplaying = value;

    public void SetClock(DateTime utc) => currentUtc = utc;

    public int TakeId() => nextId++;

    public P.OrchestratorAction? TakePending(int id) => pending.Remove(id, out var action) ? action : null;

    public OpenTask? TakeOpen(int id, OpenTaskKind kind) =>
        open.TryGetValue(id, out var task) && task.Kind == kind && open.Remove(id) ? task : null;

    public override T? GetInput<T>()
        where T : default => converter.Deserialize<T>(started?.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        scheduler.CheckOnTurn();
        var json = converter.Serialize(input);
        return WithRetriesAsync(options, () =>
        {
            var task = Open<TResult>(OpenTaskKind.Activity, name);
            Add(new() { Id = task.Id, ScheduleTask = new() { Name = name, Input = json } });
            return task.Task;
        });
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        scheduler.CheckOnTurn();
        var json = converter.Serialize(input);
        var givenId = (options as SubOrchestrationOptions)?.InstanceId;
        return WithRetriesAsync(options, () =>
        {
            var task = Open<TResult>(OpenTaskKind.SubOrchestration, orchestratorName);
            Add(new()
            {
                Id = task.Id,
                CreateSubOrchestration = new() { Name = orchestratorName, InstanceId = givenId ?? ChildId(task.Id), Input = json },
            });
            return task.Task;
        });
    }

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        scheduler.CheckOnTurn();
        if (fireAt.Kind == DateTimeKind.Local)
            throw new ArgumentException("A durable timer is set in UTC.", nameof(fireAt));
        fireAt = DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        while (fireAt - currentUtc > LongestTimer)
            await OneTimer(currentUtc + LongestTimer, cancellationToken);
        await OneTimer(fireAt, cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        scheduler.CheckOnTurn();
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<T>(cancellationToken)
            : Events.Take<T>(eventName, cancellationToken);
    }

    public override async Task<T> WaitForExternalEvent<T>(
        string eventName, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return await WaitForExternalEvent<T>(eventName, cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var received = WaitForExternalEvent<T>(eventName, either.Token);
        if (received.IsCompleted)
            return await received;
        var first = await Task.WhenAny(received, CreateTimer(timeout, either.Token));
        if (first != received)
        {
            // The waiter goes away with its time: a later event is for whoever waits next.
            either.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            throw new TaskCanceledException($"No event '{eventName}' came within {timeout}.");
        }
        either.Cancel();
        return await received;
    }

    public override void SendEvent(string instanceId, string eventName, object? payload)
    {
        scheduler.CheckOnTurn();
        Add(new()
        {
            Id = TakeId(),
            SendEvent = new() { Instance = new() { InstanceId = instanceId }, Name = eventName, Data = converter.Serialize(payload) },
        });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        scheduler.CheckOnTurn();
        var json = converter.Serialize(customStatus);
        if (json is not null && Encoding.UTF8.GetByteCount(json) > CustomStatusLimit)
            throw new ArgumentException("A custom status has at most 16 KB as JSON.", nameof(customStatus));
        CustomStatus = json;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        scheduler.CheckOnTurn();
        NextExecution = (converter.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        scheduler.CheckOnTurn();
        return NameBasedGuid.Create(instanceId, currentUtc, guids++);
    }

    private OpenTask<T> Open<T>(OpenTaskKind kind, string name)
    {
        scheduler.CheckOnTurn();
        var task = new OpenTask<T>(kind, name, TakeId(), converter);
        open.Add(task.Id, task);
        return task;
    }

    private void Add(P.OrchestratorAction action) => pending.Add(action.Id, action);

    private Task OneTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var timer = Open<object?>(OpenTaskKind.Timer, "");
        Add(new() { Id = timer.Id, CreateTimer = new() { FireAt = fireAt.ToTimestamp() } });
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.UnsafeRegister(
                _ =>
                {
                    if (scheduler.IsOnTurnOrReport() && open.Remove(timer.Id))
                        timer.Cancel(cancellationToken);
                },
                null);
        }
        return timer.Task;
    }

    private Task<T> WithRetriesAsync<T>(TaskOptions? options, Func<Task<T>> attempt) =>
        options?.Retry?.Policy is { } policy ? WithRetriesAsync(policy, attempt) : attempt();

    // The protocol knows no retries: each wait is a timer and each attempt a task with an id of its own.
    private async Task<T> WithRetriesAsync<T>(RetryPolicy policy, Func<Task<T>> attempt)
    {
        var firstAt = currentUtc;
        for (var number = 1; ; number++)
        {
            TimeSpan delay;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failed) when (!failed.FailureDetails.IsNonRetriable
                && policy.DelayAfter(number, currentUtc - firstAt) is { } wait)
            {
                delay = wait;
            }
            await CreateTimer(delay, CancellationToken.None);
        }
    }

    // Ids begin at 0 again in every execution of an instance, so the execution is part of the name.
    private string ChildId(int id)
    {
        var execution = started?.OrchestrationInstance?.ExecutionId;
        return string.IsNullOrEmpty(execution)
            ? string.Create(CultureInfo.InvariantCulture, $"{instanceId}:{id:x4}")
            : string.Create(CultureInfo.InvariantCulture, $"{instanceId}:{(execution.Length > 8 ? execution[..8] : execution)}:{id:x4}");
    }
}
