namespace ECopy.Functions.Hub.Replay;

/// <summary>
/// Runs an orchestrator's code on the thread of its turn and nowhere else. A continuation that arrives from another thread,
/// or after the turn, belongs to a task that is not of the context: it is never run, only reported.
/// </summary>
internal sealed class TurnScheduler(Action reportForeign) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly int thread = Environment.CurrentManagedThreadId;
    private volatile bool closed;
    private volatile bool sawForeign;

    public bool SawForeign => sawForeign;

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOnTurnOrReport())
            queue.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        CheckOnTurn();
        d(state);
    }

    /// <exception cref="ForeignTaskException">The caller is not the orchestrator's code within its turn.</exception>
    public void CheckOnTurn()
    {
        if (!IsOnTurnOrReport())
            throw new ForeignTaskException();
    }

    public bool IsOnTurnOrReport()
    {
        if (!closed && Environment.CurrentManagedThreadId == thread)
            return true;
        Report();
        return false;
    }

    /// <summary>
    /// First <paramref name="complete"/>, outside of this context: whatever awaits the completed task is then queued, never run
    /// inside the completing call. Then everything queued, in order, until the orchestrator can go no further.
    /// </summary>
    public void Run(Action complete)
    {
        complete();
        if (queue.Count == 0)
            return;
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            while (queue.TryDequeue(out var item))
                item.Callback(item.State);
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    public void Close() => closed = true;

    public void Report()
    {
        sawForeign = true;
        if (closed)
            reportForeign();
    }
}
