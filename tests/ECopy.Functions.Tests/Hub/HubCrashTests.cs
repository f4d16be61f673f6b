using System.Collections.Concurrent;
using ECopy.Functions.Hub;
using Microsoft.Data.Sqlite;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Restarts, crashes at any commit, damaged files.</summary>
public class HubCrashTests
{
    [Fact]
    public async Task After_a_crash_the_unfinished_activity_runs_again_and_the_finished_ones_do_not()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var runs = new ConcurrentQueue<int>();
        var reached = new TaskCompletionSource();
        var hold = new TaskCompletionSource();
        var crashed = false;
        var registry = new DurableTaskRegistry()
            .Orchestrator("Five", async context =>
            {
                var sum = 0;
                for (var step = 1; step <= 5; step++)
                    sum += await context.CallActivityAsync<int>("Step", step);
                return sum;
            })
            .Activity<int, int>("Step", async (_, step) =>
            {
                // The effect comes first: it has happened when the crash comes, and its result is lost.
                runs.Enqueue(step);
                if (step == 3 && !Volatile.Read(ref crashed))
                {
                    reached.SetResult();
                    await hold.Task;
                }
                return step;
            });
        var first = await HubUnderTest.StartAsync(registry, folder);
        await first.Client.ScheduleNewOrchestrationInstanceAsync("Five", null, new("five"));
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Volatile.Write(ref crashed, true);
        await first.CrashAsync();
        hold.SetResult();

        await using (var second = await HubUnderTest.StartAsync(registry, folder))
        {
            Assert.Null(second.Hub.DamagedDatabase);
            Assert.Equal(15, (await second.FinishAsync("five")).ReadOutputAs<int>());
        }
        Assert.Equal([1, 2, 3, 3, 4, 5], runs);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task From_a_copy_of_the_file_taken_at_any_commit_the_work_comes_to_the_same_end()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var work = Directory.CreateDirectory(Path.Combine(folder, "0")).FullName;
        var copies = new List<string>();
        var registry = WorkRegistry();

        // Called by the only writer right after a commit: what is in the files now is what a kill would leave.
        void Copy()
        {
            var target = Directory.CreateDirectory(Path.Combine(folder, $"{copies.Count + 1}")).FullName;
            foreach (var file in new[] { "hub.sqlite", "hub.sqlite-wal" })
                File.Copy(Path.Combine(work, file), Path.Combine(target, file));
            copies.Add(target);
        }

        string output;
        await using (var hub = await HubUnderTest.StartAsync(registry, work, Copy))
        {
            await StartWork(hub);
            output = (await hub.FinishAsync("work")).SerializedOutput!;
        }
        Assert.Equal("[55,110,3]", output);
        Assert.True(copies.Count >= 10, $"{copies.Count} copies");

        foreach (var copy in copies)
        {
            await using var again = await HubUnderTest.StartAsync(registry, copy);
            await StartWork(again);
            Assert.Equal(output, (await again.FinishAsync("work")).SerializedOutput);
        }
        Directory.Delete(folder, recursive: true);

        static async Task StartWork(HubUnderTest hub)
        {
            try
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("Work", 0, new("work"));
            }
            catch (OrchestrationAlreadyExistsException)
            {
                // It is in the copy.
            }
            // Events may be told again: nobody takes what is left over.
            for (var n = 0; n < 3; n++)
                await hub.Client.RaiseEventAsync("work", "Add", 1);
        }
    }

    [Fact]
    public async Task A_crash_at_every_turn_loses_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var registry = WorkRegistry();
        OrchestrationMetadata? ended = null;
        var crashes = 0;
        for (; ended is null && crashes < 200; crashes++)
        {
            var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var hub = await HubUnderTest.StartAsync(registry, folder, () => turned.TrySetResult());
            if (crashes == 0)
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("Work", 0, new("work"));
                for (var n = 0; n < 3; n++)
                    await hub.Client.RaiseEventAsync("work", "Add", 1);
            }
            var finish = hub.FinishAsync("work");
            if (await Task.WhenAny(turned.Task, finish) == finish)
                ended = await finish;
            await hub.CrashAsync();
            if (ended is null)
                await Record.ExceptionAsync(() => finish);
        }

        Assert.Equal("[55,110,3]", ended!.SerializedOutput);
        Assert.InRange(crashes, 5, 199);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_damaged_history_fails_its_own_instance_and_no_other()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var registry = new DurableTaskRegistry()
            .Orchestrator("Wait", async context => await context.WaitForExternalEvent<int>("Go"))
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<int>("Wait", new SubOrchestrationOptions(instanceId: "child")));
        var first = await HubUnderTest.StartAsync(registry, folder);
        foreach (var id in new[] { "a", "b", "c" })
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new(id));
            await first.WhenAsync(id, instance => instance.IsRunning);
        }
        await first.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, new("parent"));
        await first.WhenAsync("child", instance => instance.IsRunning);
        await first.Client.SuspendInstanceAsync("c");
        await first.WhenAsync("c", instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await first.CrashAsync();
        Execute(first.Path, "UPDATE history SET events = x'FFFFFF' WHERE instance IN ('a', 'child')");
        Execute(first.Path, "INSERT INTO inbox (instance, visible, at, event) VALUES ('c', 0, 0, x'0A')");

        await using (var second = await HubUnderTest.StartAsync(registry, folder))
        {
            foreach (var id in new[] { "a", "b", "child" })
                await second.Client.RaiseEventAsync(id, "Go", 7);

            Assert.True((await second.FinishAsync("a")).FailureDetails!.IsNonRetriable);
            Assert.Equal(7, (await second.FinishAsync("b")).ReadOutputAs<int>());
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await second.FinishAsync("c")).RuntimeStatus);
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await second.FinishAsync("parent")).RuntimeStatus);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("pages")]
    [InlineData("truncated")]
    [InlineData("version")]
    [InlineData("foreign")]
    [InlineData("log without database")]
    public async Task A_damaged_database_is_moved_aside_and_a_fresh_one_begun(string damage)
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var registry = new DurableTaskRegistry()
            .Orchestrator<string, string>("Echo", (_, text) => Task.FromResult(text));
        string path;
        await using (var first = await HubUnderTest.StartAsync(registry, folder))
        {
            path = first.Path;
            for (var n = 0; n < 20; n++)
                await first.RunAsync("Echo", new string('x', 2000), $"copy-{n}");
            if (damage == "log without database")
            {
                File.Copy(path + "-wal", path + "-kept");
                await first.CrashAsync();
            }
        }
        switch (damage)
        {
            case "noise":
                await File.WriteAllBytesAsync(path, Enumerable.Repeat((byte)'x', 9000).ToArray());
                break;
            case "pages":
                await using (var file = File.OpenWrite(path))
                {
                    file.Position = 4096;
                    await file.WriteAsync(new byte[file.Length - 4096]);
                }
                break;
            case "truncated":
                await using (var file = File.OpenWrite(path))
                    file.SetLength(file.Length / 2 / 4096 * 4096);
                break;
            case "version":
                Execute(path, "PRAGMA user_version = 99");
                break;
            case "foreign":
                File.Delete(path);
                Execute(path, "CREATE TABLE somebody (elses INTEGER)");
                break;
            default:
                File.Delete(path);
                File.Move(path + "-kept", path + "-wal");
                break;
        }

        string? told = null;
        await using (var second = await HubUnderTest.StartAsync(registry, folder, configure: options => options with { OnDatabaseReplaced = moved => told = moved }))
        {
            Assert.NotNull(second.Hub.DamagedDatabase);
            Assert.Equal(second.Hub.DamagedDatabase, told);
            Assert.Contains(".bad-", told, StringComparison.Ordinal);
            Assert.NotEmpty(Directory.GetFiles(folder, Path.GetFileName(told) + "*"));
            Assert.Null(await second.Client.GetInstanceAsync("copy-1"));
            Assert.Equal("again", (await second.RunAsync("Echo", "again", "copy-1")).ReadOutputAs<string>());
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_deleted_database_is_begun_anew()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        var registry = new DurableTaskRegistry().Orchestrator("One", _ => Task.FromResult<object?>(1));
        await using (var first = await HubUnderTest.StartAsync(registry, folder))
            await first.RunAsync("One", null, "copy-1");
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);

        await using (var second = await HubUnderTest.StartAsync(registry, folder))
        {
            Assert.Null(second.Hub.DamagedDatabase);
            Assert.Equal(1, (await second.RunAsync("One", null, "copy-1")).ReadOutputAs<int>());
        }
        Directory.Delete(folder, recursive: true);
    }

    private static DurableTaskRegistry WorkRegistry() => new DurableTaskRegistry()
        .Orchestrator<int, int[]>("Work", async (context, round) =>
        {
            var squares = await Task.WhenAll(Enumerable.Range(1, 5).Select(n => context.CallActivityAsync<int>("Square", n)));
            await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
            var twice = await context.CallSubOrchestratorAsync<int>("Twice", squares.Sum());
            var added = await context.WaitForExternalEvent<int>("Add");
            if (round + added < 3)
                context.ContinueAsNew(round + added);
            return [squares.Sum(), twice, round + added];
        })
        .Orchestrator<int, int>("Twice", async (context, n) => await context.CallActivityAsync<int>("Double", n))
        .Activity<int, int>("Square", n => n * n)
        .Activity<int, int>("Double", n => 2 * n);

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
