namespace ECopy.TestKit;

/// <summary>
/// A clock that stands still until it is told. <see cref="Advance"/> fires the timers that fall due, in order, each at its time,
/// on the calling thread. <see cref="WhenTimerAsync"/> lets a test wait until the product has set a timer, without sleeping.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<FakeTimer> timers = [];
    private readonly List<(DateTimeOffset At, TaskCompletionSource Source)> watchers = [];
    private DateTimeOffset now;

    public FakeTime(DateTimeOffset? start = null) =>
        now = start?.ToUniversalTime() ?? new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    /// <summary>How many timers are waiting to fall due.</summary>
    public int TimersSet
    {
        get
        {
            lock (gate)
                return timers.Count;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        DateTimeOffset target;
        lock (gate)
            target = now + by;
        while (TakeDue(target) is { } due)
            due.Fire();
        lock (gate)
            now = target > now ? target : now;
    }

    /// <summary>Sets the clock, as an operator or a time server would: no timer hears of it.</summary>
    public void Jump(DateTimeOffset to)
    {
        lock (gate)
        {
            var by = to - now;
            now = to.ToUniversalTime();
            foreach (var timer in timers)
                timer.Due += by;
        }
    }

    /// <summary>Completes once a timer is set to fall due at this time; at once if one is.</summary>
    public Task WhenTimerAsync(DateTimeOffset at)
    {
        lock (gate)
        {
            if (timers.Exists(timer => timer.Due == at))
                return Task.CompletedTask;
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            watchers.Add((at, source));
            return source.Task;
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset target)
    {
        lock (gate)
        {
            var first = timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
            if (first is null)
                return null;
            now = first.Due > now ? first.Due : now;
            if (first.Period == Timeout.InfiniteTimeSpan)
                timers.Remove(first);
            else
                first.Due += first.Period;
            return first;
        }
    }

    private sealed class FakeTimer(FakeTime clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                Period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                if (dueTime == TimeSpan.Zero)
                {
                    // Due now: as with the real clock, on another thread and without any advance.
                    ThreadPool.QueueUserWorkItem(_ => Fire());
                    if (Period == Timeout.InfiniteTimeSpan)
                        return true;
                    dueTime = Period;
                }
                Due = clock.now + dueTime;
                clock.timers.Add(this);
                foreach (var watcher in clock.watchers.FindAll(watcher => watcher.At == Due))
                    watcher.Source.SetResult();
                clock.watchers.RemoveAll(watcher => watcher.At == Due);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
