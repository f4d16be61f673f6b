using ECopy.Functions.Hub;

namespace ECopy.Functions.Workflow;

/// <summary>Where the hub is in this process, rounds of the <see cref="Sweeper"/> are too.</summary>
internal sealed class SweepRounds(Sweeper sweeper, DurableTaskClient hub, WorkGate gate, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the start path, and at once: what the last process left behind goes on now.
        await Task.Yield();
        await gate.OpenedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, clock);
        do await sweeper.RoundAsync(hub, stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
