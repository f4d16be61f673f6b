using ECopy.Functions.Hub;
using ECopy.TestKit;
using Microsoft.Data.Sqlite;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Writes that the database refuses for a while: nothing half-done, nothing lost, nothing done twice.</summary>
public class HubFaultTests
{
    private readonly FakeTime time = new();
    private readonly DateTimeOffset begin = new FakeTime().GetUtcNow();

    [Fact]
    public async Task A_start_that_could_not_be_stored_has_not_happened_and_the_others_beside_it_have()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry().Orchestrator("One", _ => Task.FromResult<object?>(1)));
        Refuse(hub.Path, "INSERT ON instances WHEN NEW.id = 'bad'");
        var starts = Enumerable.Range(0, 40)
            .Select(n => hub.Client.ScheduleNewOrchestrationInstanceAsync("One", null, new(n == 20 ? "bad" : $"good-{n}")))
            .ToList();

        await Assert.ThrowsAsync<HubStorageException>(() => starts[20]);
        foreach (var start in starts.Where((_, n) => n != 20))
            Assert.Equal(1, (await hub.FinishAsync(await start)).ReadOutputAs<int>());
        Assert.Null(await hub.Client.GetInstanceAsync("bad"));

        Allow(hub.Path);
        Assert.Equal(1, (await hub.RunAsync("One", null, "bad")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_turn_that_could_not_be_stored_is_taken_again()
    {
        await using var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry()
                .Orchestrator("Two", async context => await context.CallActivityAsync<int>("Two"))
                .Activity<object?, int>("Two", _ => 2),
            time: time);
        Refuse(hub.Path, "INSERT ON history");
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Two");
        await time.WhenTimerAsync(begin.AddSeconds(1)).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Assert.Empty(hub.Turns);

        Allow(hub.Path);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await hub.FinishAsync(id)).ReadOutputAs<int>());
        Assert.Equal(2, hub.Turns.Count);
    }

    [Fact]
    public async Task A_result_that_could_not_be_stored_is_kept_and_the_activity_is_not_run_again()
    {
        var runs = 0;
        HubUnderTest? hub = null;
        await using (hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry()
                .Orchestrator("Count", async context => await context.CallActivityAsync<int>("Count"))
                .Activity<object?, int>("Count", _ =>
                {
                    Refuse(hub!.Path, "INSERT ON inbox");
                    return Interlocked.Increment(ref runs);
                }),
            time: time))
        {
            var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Count");
            for (var second = 1; second <= 3; second++)
            {
                await time.WhenTimerAsync(begin.AddSeconds(second)).WaitAsync(TimeSpan.FromMinutes(1));
                if (second == 3)
                    Allow(hub.Path);
                time.Advance(TimeSpan.FromSeconds(1));
            }
            Assert.Equal(1, (await hub.FinishAsync(id)).ReadOutputAs<int>());
        }
        Assert.Equal(1, runs);
    }

    // A trigger refuses like a full disk does: the statement fails, the transaction is open.
    private static void Refuse(string path, string what) =>
        Execute(path, $"CREATE TRIGGER refuse BEFORE {what} BEGIN SELECT RAISE(ABORT, 'refused'); END");

    private static void Allow(string path) => Execute(path, "DROP TRIGGER refuse");

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
