namespace ECopy.Functions.Hub.Embedded;

/// <summary>Wakes instances at their times, with one timer set to the earliest.</summary>
internal sealed class WakeupTimer : IDisposable
{
    /// <summary>The wait runs on elapsed time, the due times on the clock: a clock put forward is noticed within this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly PriorityQueue<string, DateTime> due = new();
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly Action<string> wake;
    private readonly ITimer timer;
    private DateTime setFor = DateTime.MaxValue;
    private bool disposed;

    public WakeupTimer(TimeProvider time, Action<string> wake)
    {
        this.time = time;
        this.wake = wake;
        timer = time.CreateTimer(_ => Elapsed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(string instanceId, DateTime at)
    {
        lock (gate)
        {
            due.Enqueue(instanceId, at);
            if (at < setFor)
                Set();
        }
    }

    public void Dispose()
    {
        lock (gate)
            disposed = true;
        timer.Dispose();
    }

    private void Elapsed()
    {
        List<string> now = [];
        lock (gate)
        {
            var utc = time.GetUtcNow().UtcDateTime;
            while (due.TryPeek(out _, out var at) && at <= utc)
                now.Add(due.Dequeue());
            Set();
        }
        foreach (var instanceId in now)
            wake(instanceId);
    }

    private void Set()
    {
        if (disposed)
            return;
        if (!due.TryPeek(out _, out var first))
        {
            setFor = DateTime.MaxValue;
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        setFor = first;
        var wait = first - time.GetUtcNow().UtcDateTime;
        // Up to a whole millisecond: the system's timer would otherwise come just before the time.
        wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        timer.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
