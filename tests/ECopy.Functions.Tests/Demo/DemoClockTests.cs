using ECopy.Functions.Demo;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Demo;

/// <summary>The past runs forward, and never overtakes the present.</summary>
public sealed class DemoClockTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_runs_on_from_where_it_was_put()
    {
        var real = new SettableTime(Now);
        var clock = new DemoClock(real, Now.AddDays(-40));
        Assert.Equal(Now.AddDays(-40), clock.GetUtcNow());
        clock.MoveTo(Now.AddDays(-30));
        Assert.Equal(Now.AddDays(-30), clock.GetUtcNow());
        real.Set(Now.AddMinutes(5));
        Assert.Equal(Now.AddDays(-30).AddMinutes(5), clock.GetUtcNow());
    }

    [Fact]
    public void It_never_goes_back_and_never_ahead_of_the_real_one()
    {
        var real = new SettableTime(Now);
        var clock = new DemoClock(real, Now.AddDays(-9));
        clock.MoveTo(Now.AddDays(-2));
        var reached = clock.GetUtcNow();
        clock.MoveTo(Now.AddDays(-3));
        Assert.Equal(reached, clock.GetUtcNow());
        clock.MoveTo(Now.AddDays(1));
        Assert.Equal(Now, clock.GetUtcNow());
        // The real clock is put back: the past does not follow it.
        real.Set(Now.AddHours(-1));
        Assert.Equal(Now, clock.GetUtcNow());
    }
}
