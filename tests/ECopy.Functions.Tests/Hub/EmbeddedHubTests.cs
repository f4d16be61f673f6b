using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;

namespace ECopy.Functions.Tests.Hub;

/// <summary>The embedded hub at work: results, clients' calls, many instances at once, instances that fail alone.</summary>
public class EmbeddedHubTests
{
    [Fact]
    public async Task An_orchestration_calls_activities_one_after_another_and_gives_its_result()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator<string, string>("Greet", async (context, name) =>
            {
                context.SetCustomStatus(new { step = "greeting" });
                var greeting = await context.CallActivityAsync<string>("SayHello", name);
                return await context.CallActivityAsync<string>("Shout", greeting);
            })
            .Activity<string, string>("SayHello", name => $"chào {name}")
            .Activity<string, string>("Shout", text => text.ToUpperInvariant()));

        var ended = await hub.RunAsync("Greet", "Bình");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.Equal("\"CHÀO BÌNH\"", ended.SerializedOutput);
        Assert.Equal("\"Bình\"", ended.SerializedInput);
        Assert.Equal("""{"step":"greeting"}""", ended.SerializedCustomStatus);
        Assert.True(ended.LastUpdatedAt >= ended.CreatedAt);
        Assert.Equal(3, hub.Turns.Count);
    }

    [Fact]
    public async Task A_hundred_activities_at_once_all_come_back()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator<int, int[]>("FanOut", (context, count) =>
                Task.WhenAll(Enumerable.Range(0, count).Select(n => context.CallActivityAsync<int>("Square", n))))
            .Activity<int, int>("Square", n => n * n));

        var ended = await hub.RunAsync("FanOut", 100);

        Assert.Equal(Enumerable.Range(0, 100).Select(n => n * n), ended.ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task Sixty_four_instances_run_at_once_and_none_gets_anothers_result()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator<int, string>("Chain", async (context, n) =>
            {
                var text = "";
                for (var step = 0; step < 5; step++)
                    text += await context.CallActivityAsync<string>("Step", $"{context.InstanceId}/{n}/{step} ");
                return text;
            })
            .Activity<string, string>("Step", async (context, text) =>
            {
                await Task.Yield();
                Assert.StartsWith(context.InstanceId, text, StringComparison.Ordinal);
                return text;
            }));

        var ended = await Task.WhenAll(Enumerable.Range(0, 64).Select(n => hub.RunAsync("Chain", n, $"copy-{n}")));

        for (var n = 0; n < 64; n++)
            Assert.Equal(string.Concat(Enumerable.Range(0, 5).Select(step => $"copy-{n}/{n}/{step} ")), ended[n].ReadOutputAs<string>());
    }

    [Fact]
    public async Task Of_sixty_four_starts_with_one_id_one_wins_and_a_finished_id_is_free_only_once_purged()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator<int, int>("Wait", async (context, n) => n + await context.WaitForExternalEvent<int>("Go")));
        async Task<bool> Start(int n)
        {
            try
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", n, new("copy-1"));
                return true;
            }
            catch (OrchestrationAlreadyExistsException exists)
            {
                Assert.Equal("copy-1", exists.InstanceId);
                return false;
            }
        }

        var started = await Task.WhenAll(Enumerable.Range(0, 64).Select(Start));
        Assert.Single(started, won => won);
        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("copy-1")).PurgedInstanceCount);

        await hub.Client.RaiseEventAsync("copy-1", "go", 100);
        var ended = await hub.FinishAsync("copy-1");
        Assert.Equal(100 + Array.IndexOf(started, true), ended.ReadOutputAs<int>());
        Assert.False(await Start(1));

        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("copy-1")).PurgedInstanceCount);
        Assert.Null(await hub.Client.GetInstanceAsync("copy-1"));
        Assert.True(await Start(1));
        await hub.Client.RaiseEventAsync("copy-1", "go", 5);
        Assert.Equal(6, (await hub.FinishAsync("copy-1")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Suspending_holds_an_instance_and_resuming_lets_it_go_on()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator("Wait", async context => await context.WaitForExternalEvent<int>("Go")));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await hub.Client.SuspendInstanceAsync(id, "stocktaking");
        await hub.WhenAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await hub.Client.RaiseEventAsync(id, "Go", 3);
        await hub.Client.ResumeInstanceAsync(id);

        Assert.Equal(3, (await hub.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Terminating_ends_an_instance_with_the_given_output()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator("Wait", async context => await context.WaitForExternalEvent<int>("Go")));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await hub.Client.TerminateInstanceAsync(id, new { reason = "hết hạn" });

        var ended = await hub.FinishAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, ended.RuntimeStatus);
        Assert.Equal("""{"reason":"hết hạn"}""", ended.SerializedOutput);
        // Whatever comes later finds nobody.
        await hub.Client.RaiseEventAsync(id, "Go", 3);
        await hub.Client.TerminateInstanceAsync(id);
        await hub.Client.RaiseEventAsync("nobody", "Go");
        Assert.Equal(ended, await hub.FinishAsync(id));
        await Assert.ThrowsAsync<ArgumentException>(() => hub.FinishAsync("nobody"));
    }

    [Fact]
    public async Task Continuing_as_new_a_hundred_times_keeps_the_history_short()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator<int[], int>("Sum", async (context, state) =>
            {
                var added = await context.WaitForExternalEvent<int>("Add");
                var done = await context.CallActivityAsync<int>("Plus", new[] { state[0], added });
                if (state[1] == 99)
                    return done;
                context.ContinueAsNew(new[] { done, state[1] + 1 });
                return -1;
            })
            .Activity<int[], int>("Plus", numbers => numbers.Sum()));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sum", new[] { 0, 0 });
        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => hub.Client.RaiseEventAsync(id, "add", n)));

        var ended = await hub.FinishAsync(id);

        Assert.Equal(4950, ended.ReadOutputAs<int>());
        Assert.All(hub.Turns, turn => Assert.InRange(turn.PastEvents.Count, 0, 210));
    }

    [Fact]
    public async Task Sub_orchestrations_answer_their_parent_and_their_failures_too()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry { IsNonRetriable = exception => exception is InvalidDataException }
            .Orchestrator<int, string>("Parent", async (context, n) =>
            {
                var half = await context.CallSubOrchestratorAsync<int>("Half", 2 * n);
                try
                {
                    await context.CallSubOrchestratorAsync("Half", 3, new SubOrchestrationOptions(new RetryPolicy(5, TimeSpan.FromHours(1)), "odd"));
                    return "?";
                }
                catch (TaskFailedException failed)
                {
                    var why = failed.FailureDetails;
                    return $"{half} {context.Parent is null} {why.ErrorMessage.Contains("odd number", StringComparison.Ordinal)} {why.InnerFailure!.IsCausedBy<IOException>()} {why.IsNonRetriable}";
                }
            })
            .Orchestrator<int, int>("Half", async (context, n) =>
            {
                Assert.Equal("Parent", context.Parent!.Name);
                return await context.CallActivityAsync<int>("Divide", n);
            })
            .Activity<int, int>("Divide", n => n % 2 == 0 ? n / 2 : throw new InvalidDataException("odd number", null)));

        var ended = await hub.RunAsync("Parent", 21, "p");

        Assert.Equal("21 True True False True", ended.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.Client.GetInstanceAsync("odd"))!.RuntimeStatus);
        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("p-nobody")).PurgedInstanceCount);
    }

    [Fact]
    public async Task A_sub_orchestration_whose_id_is_taken_fails_and_a_parents_own_failed_child_may_be_tried_again()
    {
        var tries = 0;
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator("Wait", async context => await context.WaitForExternalEvent<int>("Go"))
            .Orchestrator("Taken", async context => await context.CallSubOrchestratorAsync<int>("Wait", new SubOrchestrationOptions(instanceId: "busy")))
            .Orchestrator("Again", async context => await context.CallSubOrchestratorAsync<int>(
                "Child", new SubOrchestrationOptions(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)), "child")))
            .Orchestrator("Child", async context => await context.CallActivityAsync<int>("Third"))
            .Activity<object?, int>("Third", _ => Interlocked.Increment(ref tries) == 3 ? 3 : throw new IOException("not yet")));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new("busy"));

        var taken = await hub.RunAsync("Taken");
        var again = await hub.RunAsync("Again");

        Assert.True(taken.FailureDetails!.InnerFailure!.IsCausedBy<OrchestrationAlreadyExistsException>());
        Assert.Equal(3, again.ReadOutputAs<int>());
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await hub.Client.GetInstanceAsync("busy"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Instances_send_each_other_events()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator("Pong", async context => await context.WaitForExternalEvent<string>("Ball"))
            .Orchestrator("Ping", context =>
            {
                context.SendEvent("pong", "ball", "hit");
                context.SendEvent("nobody", "ball", "miss");
                return Task.FromResult<object?>(null);
            }));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Pong", null, new("pong"));
        await hub.RunAsync("Ping");

        Assert.Equal("hit", (await hub.FinishAsync("pong")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_nobody_registered_fails_its_own_instance_and_no_other()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator("Fine", async context => await context.CallActivityAsync<int>("One"))
            .Orchestrator("Lost", async context => await context.CallActivityAsync<int>("Nothing"))
            .Activity<object?, int>("One", _ => 1));

        var unknown = await hub.RunAsync("Nobody");
        var lost = await hub.RunAsync("Lost");
        var fine = await hub.RunAsync("Fine");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, unknown.RuntimeStatus);
        Assert.True(unknown.FailureDetails!.IsCausedBy<UnknownTaskException>());
        Assert.True(lost.FailureDetails!.InnerFailure!.IsCausedBy<UnknownTaskException>());
        Assert.Equal(1, fine.ReadOutputAs<int>());
    }

    [Fact]
    public async Task An_instance_that_awaits_a_foreign_task_is_failed_without_waiting_for_its_next_event()
    {
        var foreign = new TaskCompletionSource();
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry().Orchestrator("Broken", async context =>
        {
            await Task.WhenAny(context.WaitForExternalEvent<int>("Go"), foreign.Task);
            return null;
        }));
        hub.ChecksReplay = false;
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Broken");
        await hub.WhenAsync(id, instance => instance.IsRunning);
        foreign.SetResult();

        Assert.True((await hub.FinishAsync(id)).FailureDetails!.IsCausedBy<ForeignTaskException>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("@entity")]
    [InlineData("a\nb")]
    public async Task Ids_that_the_Functions_host_would_refuse_are_refused_here(string id)
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry());

        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync("A", null, new(id)));
    }

    [Fact]
    public async Task Thousands_of_events_for_one_instance_all_arrive_in_order()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator("Count", async context =>
            {
                var next = 0;
                while (next < 2500 && await context.WaitForExternalEvent<int>("Next") == next)
                    next++;
                return next;
            }));
        hub.ChecksReplay = false; // Every split of thousands of events would take minutes.
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Count");
        await hub.Client.SuspendInstanceAsync(id);
        await Task.WhenAll(Enumerable.Range(0, 2500).Select(n => hub.Client.RaiseEventAsync(id, "Next", n)));
        await hub.Client.ResumeInstanceAsync(id);

        Assert.Equal(2500, (await hub.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Finished_instances_are_purged_by_age_and_end()
    {
        await using var hub = await HubUnderTest.StartAsync(new DurableTaskRegistry()
            .Orchestrator<bool, int>("End", (_, well) => well ? Task.FromResult(1) : throw new IOException("disk"))
            .Orchestrator("Wait", async context => await context.WaitForExternalEvent<int>("Go")));
        await hub.RunAsync("End", true, "well");
        await hub.RunAsync("End", false, "badly");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new("open"));

        Assert.Equal(0, (await hub.Client.PurgeAllInstancesAsync(new(CreatedTo: DateTimeOffset.UnixEpoch))).PurgedInstanceCount);
        Assert.Equal(1, (await hub.Client.PurgeAllInstancesAsync(new(Statuses: [OrchestrationRuntimeStatus.Completed]))).PurgedInstanceCount);
        Assert.NotNull(await hub.Client.GetInstanceAsync("badly"));
        Assert.Equal(1, (await hub.Client.PurgeAllInstancesAsync(new())).PurgedInstanceCount);
        Assert.NotNull(await hub.Client.GetInstanceAsync("open"));
    }

    [Fact]
    public async Task A_recorder_that_throws_stops_nothing()
    {
        await using var hub = await HubUnderTest.StartAsync(
            new DurableTaskRegistry().Orchestrator("Fine", context => Task.FromResult<object?>(1)),
            onTurn: () => throw new FormatException());

        Assert.Equal(1, (await hub.RunAsync("Fine")).ReadOutputAs<int>());
    }
}
