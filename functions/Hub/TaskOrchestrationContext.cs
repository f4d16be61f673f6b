using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Hub;

/// <summary>
/// All that an orchestrator may touch. Every member gives the same answer at every replay.
/// Members may be called only from the orchestrator's own code, never from another thread.
/// </summary>
internal abstract class TaskOrchestrationContext
{
    public abstract TaskName Name { get; }

    public abstract string InstanceId { get; }

    /// <summary>The instance that started this one as a sub-orchestration, or null.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The time at which the hub began the turn being run or replayed: the only clock.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>True while recorded events are being run again.</summary>
    public abstract bool IsReplaying { get; }

    protected abstract ILoggerFactory LoggerFactory { get; }

    public abstract T? GetInput<T>();

    /// <exception cref="TaskFailedException">The activity failed, after all retries if <paramref name="options"/> asks for them.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    public Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) =>
        CallActivityAsync<TResult>(name, null, options);

    public Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<object?>(name, input, options);

    public Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync<object?>(name, null, options);

    /// <summary>Runs another orchestrator and waits for it. Without an id in <see cref="SubOrchestrationOptions"/> the id is derived from this instance's.</summary>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    public Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    public Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallSubOrchestratorAsync<object?>(orchestratorName, input, options);

    public Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync<object?>(orchestratorName, null, options);

    public Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>A durable timer. Cancelling only stops waiting: the protocol cannot take a timer back, its late event is ignored.</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>The next event of that name (in any case), already received or still to come.</summary>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <exception cref="TaskCanceledException">No event came within <paramref name="timeout"/>.</exception>
    public abstract Task<T> WaitForExternalEvent<T>(
        string eventName, TimeSpan timeout, CancellationToken cancellationToken = default);

    public abstract void SendEvent(string instanceId, string eventName, object? payload);

    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Ends this execution when the orchestrator returns, and begins a new one with an empty history.</summary>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>An identifier that is the same at every replay.</summary>
    public abstract Guid NewGuid();

    public ILogger CreateReplaySafeLogger(string categoryName) =>
        new Replay.ReplaySafeLogger(this, LoggerFactory.CreateLogger(categoryName));

    public ILogger CreateReplaySafeLogger(Type type) =>
        new Replay.ReplaySafeLogger(this, LoggerFactory.CreateLogger(type));

    public ILogger CreateReplaySafeLogger<T>() => CreateReplaySafeLogger(typeof(T));
}

internal sealed record ParentOrchestrationInstance(TaskName Name, string InstanceId);
