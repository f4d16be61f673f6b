using ECopy.Functions.Hub;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Durable timers, retries and stopping, on a clock that the test moves.</summary>
public class HubTimeTests
{
    private readonly FakeTime time = new();
    private readonly DateTimeOffset begin = new FakeTime().GetUtcNow();

    [Fact]
    public async Task A_failing_activity_is_tried_again_at_the_times_of_its_policy()
    {
        var attempts = new List<DateTimeOffset>();
        await using var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry()
                .Orchestrator("Seal", context => context.CallActivityAsync<object?>(
                    "Try", TaskOptions.FromRetryPolicy(new(9, TimeSpan.FromSeconds(10), 3, TimeSpan.FromSeconds(60)))))
                .Activity<object?, int>("Try", _ =>
                {
                    attempts.Add(time.GetUtcNow());
                    return attempts.Count == 5 ? 5 : throw new IOException("not yet");
                }),
            time: time);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Seal");
        foreach (var due in new[] { 10, 40, 100, 160 })
        {
            await time.WhenTimerAsync(begin.AddSeconds(due)).WaitAsync(TimeSpan.FromMinutes(1));
            time.Advance(begin.AddSeconds(due) - time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(5, (await hub.FinishAsync(id)).ReadOutputAs<int>());
        Assert.Equal([0, 10, 40, 100, 160], attempts.Select(at => (at - begin).TotalSeconds));
    }

    [Fact]
    public async Task A_timer_of_eight_days_fires_on_time_and_survives_crashes()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var registry = new DurableTaskRegistry().Orchestrator("Due", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(8), CancellationToken.None);
            return context.CurrentUtcDateTime;
        });
        var hub = await HubUnderTest.StartAsync(registry, folder, time: time);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Due", null, new("due"));
        foreach (var day in new[] { 0, 3, 6 })
        {
            // Each wait of the real timer is short, so that a clock put forward is noticed.
            await time.WhenTimerAsync(begin.AddDays(day).AddMinutes(5)).WaitAsync(TimeSpan.FromMinutes(1));
            await hub.CrashAsync();
            hub = await HubUnderTest.StartAsync(registry, folder, time: time);
            time.Advance(begin.AddDays(Math.Min(day + 3, 8)) - time.GetUtcNow());
        }

        Assert.Equal(begin.AddDays(8), (await hub.FinishAsync("due")).ReadOutputAs<DateTimeOffset>());
        await hub.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_timer_that_fell_due_while_the_hub_was_down_fires_at_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var registry = new DurableTaskRegistry().Orchestrator("Either", async context =>
        {
            var go = context.WaitForExternalEvent<int>("Go");
            var due = context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            return await Task.WhenAny(go, due) == due ? "overdue" : "in time";
        });
        foreach (var (id, minutes, expected) in new[] { ("late", 2, "overdue"), ("early", 0, "in time") })
        {
            var first = await HubUnderTest.StartAsync(registry, folder, time: time);
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Either", null, new(id));
            await time.WhenTimerAsync(time.GetUtcNow().AddMinutes(1)).WaitAsync(TimeSpan.FromMinutes(1));
            await first.Client.SuspendInstanceAsync(id);
            await first.WhenAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
            time.Advance(TimeSpan.FromMinutes(minutes));
            await first.Client.RaiseEventAsync(id, "Go", 1);
            await first.CrashAsync();
            time.Advance(TimeSpan.FromMinutes(10));

            // Both are there now: the order is that of their times.
            await using var second = await HubUnderTest.StartAsync(registry, folder, time: time);
            await second.Client.ResumeInstanceAsync(id);
            Assert.Equal(expected, (await second.FinishAsync(id)).ReadOutputAs<string>());
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_clock_put_forward_is_noticed_and_one_put_back_stops_nothing()
    {
        await using var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry()
                .Orchestrator("Due", async context =>
                {
                    await context.CreateTimer(TimeSpan.FromMinutes(30), CancellationToken.None);
                    return null;
                })
                .Orchestrator("Ask", async context =>
                {
                    var first = await context.WaitForExternalEvent<int>("Go");
                    context.SetCustomStatus("one");
                    var order = new[] { first, await context.WaitForExternalEvent<int>("Go") };
                    await context.CreateTimer(TimeSpan.FromSeconds(30), CancellationToken.None);
                    return order;
                }),
            time: time);
        var due = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Due");
        await time.WhenTimerAsync(begin.AddMinutes(5)).WaitAsync(TimeSpan.FromMinutes(1));
        time.Jump(begin.AddHours(1));
        time.Advance(TimeSpan.FromMinutes(5));
        await hub.FinishAsync(due);

        var ask = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Ask");
        await hub.Client.RaiseEventAsync(ask, "Go", 1);
        // Taken before the clock goes back: a turn under way would still have the time before.
        await Until.TrueAsync(async () => (await hub.Client.GetInstanceAsync(ask))?.SerializedCustomStatus == "\"one\"");
        time.Jump(begin.AddHours(-1));
        await hub.Client.RaiseEventAsync(ask, "Go", 2);
        // Told one after the other, taken in that order; a wait begun now ends as the clock now goes.
        await time.WhenTimerAsync(begin.AddHours(-1).AddSeconds(30)).WaitAsync(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("[1,2]", (await hub.FinishAsync(ask)).SerializedOutput);
    }

    [Fact]
    public async Task A_start_can_be_put_off_and_events_wait_for_it()
    {
        await using var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry().Orchestrator("Ask", async context => await context.WaitForExternalEvent<int>("Go")),
            time: time);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Ask", null, new("ask", begin.AddMinutes(3)));
        await hub.Client.RaiseEventAsync("ask", "Go", 4);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync("ask"))!.RuntimeStatus);
        time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(4, (await hub.FinishAsync("ask")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task An_idle_hub_sets_no_timer()
    {
        await using var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry().Orchestrator("Ask", async context => await context.WaitForExternalEvent<int>("Go")),
            time: time);
        var ask = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Ask");
        await hub.WhenAsync(ask, instance => instance.IsRunning);

        Assert.Equal(0, time.TimersSet);
    }

    [Fact]
    public async Task Stopping_asks_running_activities_to_give_up_and_keeps_their_work()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var running = new TaskCompletionSource();
        var runs = 0;
        var registry = new DurableTaskRegistry()
            .Orchestrator("Long", async context => await context.CallActivityAsync<int>("Work"))
            .Activity<object?, int>("Work", async (context, _) =>
            {
                if (Interlocked.Increment(ref runs) == 1)
                {
                    running.SetResult();
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }
                return runs;
            });
        var first = await HubUnderTest.StartAsync(registry, folder);
        var client = first.Client;
        await client.ScheduleNewOrchestrationInstanceAsync("Long", null, new("long"));
        var waiting = first.FinishAsync("long");
        await running.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await first.DisposeAsync();
        await Assert.ThrowsAsync<HubStorageException>(() => waiting);
        await Assert.ThrowsAsync<HubStorageException>(() => client.RaiseEventAsync("long", "Go"));
        await Assert.ThrowsAsync<HubStorageException>(() => client.GetInstanceAsync("long"));

        await using (var second = await HubUnderTest.StartAsync(registry, folder))
            Assert.Equal(2, (await second.FinishAsync("long")).ReadOutputAs<int>());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Stopping_does_not_wait_beyond_its_time_for_an_activity_that_will_not_end()
    {
        var running = new TaskCompletionSource();
        var hold = new TaskCompletionSource();
        var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry()
                .Orchestrator("Long", async context => await context.CallActivityAsync<int>("Work"))
                .Activity<object?, int>("Work", async (_, _) =>
                {
                    running.SetResult();
                    await hold.Task;
                    return 1;
                }),
            time: time);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long", null, new("long"));
        await running.Task.WaitAsync(TimeSpan.FromMinutes(1));
        var stopped = hub.Hub.StopAsync(CancellationToken.None);
        await time.WhenTimerAsync(begin.AddSeconds(10)).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(stopped.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));

        await stopped.WaitAsync(TimeSpan.FromMinutes(1));
        hold.SetResult();
        await hub.DisposeAsync();
    }
}
