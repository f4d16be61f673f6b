using System.Diagnostics;

namespace ECopy.TestKit;

/// <summary>Waits for a condition of the product, with a deadline; never for a time.</summary>
public static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException("the condition did not come true");
            await Task.Delay(5);
        }
    }
}
