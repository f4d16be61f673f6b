namespace ECopy.TestKit;

/// <summary>The real clock, moved: timers run as they do in life, dates are those of the test.</summary>
public sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
{
    private long offset = start.UtcTicks - System.GetUtcNow().UtcTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref offset));

    public void Move(TimeSpan by) => Interlocked.Add(ref offset, by.Ticks);
}
