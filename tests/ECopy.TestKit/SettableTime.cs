namespace ECopy.TestKit;

/// <summary>A clock that shows what it is told, while its timers run in real time: for pauses that nobody advances.</summary>
public sealed class SettableTime(DateTimeOffset now) : TimeProvider
{
    private long ticks = now.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Set(DateTimeOffset to) => Interlocked.Exchange(ref ticks, to.UtcTicks);
}
