namespace ECopy.Functions.Demo;

/// <summary>
/// The clock of a demo's past: put to an earlier moment it runs on from there. Everything that makes the past reads it, so that
/// register, signature and (in time) timestamp agree. It never goes back and is never ahead of the real one.
/// </summary>
/// <param name="start">Where it begins: whoever reads it first may come before the first act.</param>
internal sealed class DemoClock(TimeProvider real, DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();

    /// <summary>What was said last.</summary>
    private DateTimeOffset last = DateTimeOffset.MinValue;

    /// <summary>How far behind the real clock.</summary>
    private TimeSpan behind = Behind(real, start);

    /// <summary>Goes to a later moment; one already past, or still to come for the real clock, changes nothing of what runs.</summary>
    public void MoveTo(DateTimeOffset moment)
    {
        lock (gate)
        {
            if (moment >= last) behind = Behind(real, moment);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            var now = real.GetUtcNow() - behind;
            if (now > last) last = now;
            return last;
        }
    }

    /// <summary>Waits are real: a pause of a quarter of a second is one in the past too.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => real.CreateTimer(callback, state, dueTime, period);

    public override long GetTimestamp() => real.GetTimestamp();

    public override long TimestampFrequency => real.TimestampFrequency;

    private static TimeSpan Behind(TimeProvider real, DateTimeOffset moment) => real.GetUtcNow() is var now && moment < now ? now - moment : TimeSpan.Zero;
}
