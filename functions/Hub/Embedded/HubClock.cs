namespace ECopy.Functions.Hub.Embedded;

/// <summary>The time that orders events: it never goes back while the hub runs, whatever is done to the clock.</summary>
internal sealed class HubClock(TimeProvider time)
{
    private readonly Lock gate = new();
    private DateTime last;

    public DateTime UtcNow
    {
        get
        {
            lock (gate)
            {
                var now = time.GetUtcNow().UtcDateTime;
                return last = now > last ? now : last;
            }
        }
    }
}
