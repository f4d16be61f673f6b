using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Rules 1 to 5 and 9 of the replay: order, clock, ids, creation events, completions, end.</summary>
public class ReplayRulesTests
{
    [Fact]
    public void Past_events_are_replayed_and_new_ones_are_not()
    {
        List<bool> seen = [];
        var engine = new TurnDriver(async context =>
        {
            seen.Clear();
            seen.Add(context.IsReplaying);
            await context.CallActivityAsync("A");
            seen.Add(context.IsReplaying);
            await context.CallActivityAsync("B");
            seen.Add(context.IsReplaying);
            return null;
        })
        { ChecksReplay = false };

        engine.Start();
        Assert.Equal([false], seen);
        engine.Turn(Happened.Completed(0));
        Assert.Equal([true, false], seen);
        engine.Turn(Happened.Completed(1));
        Assert.Equal([true, true, false], seen);
    }

    [Fact]
    public void Code_runs_on_one_thread_as_far_as_it_can_after_each_event()
    {
        var threads = new HashSet<int>();
        List<string> order = [];
        var registry = new DurableTaskRegistry().Orchestrator("Test", async context =>
        {
            async Task Branch(string name)
            {
                order.Add(name + "1");
                await context.CallActivityAsync(name);
                threads.Add(Environment.CurrentManagedThreadId);
                order.Add(name + "2");
                await Task.Yield();
                order.Add(name + "3");
            }

            threads.Add(Environment.CurrentManagedThreadId);
            await Task.WhenAll(Branch("A"), Branch("B"));
            order.Add("end");
            return null;
        });
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.NewEvents.Add(Happened.TurnStarted(TurnDriver.Begin));
        request.NewEvents.Add(Happened.Started("Test"));
        request.NewEvents.Add(Happened.Completed(1));
        request.NewEvents.Add(Happened.Completed(0));
        TurnDriver.ExecutorOf(registry).Execute(request);

        Assert.Equal([Environment.CurrentManagedThreadId], threads);
        Assert.Equal(["A1", "B1", "B2", "B3", "A2", "A3", "end"], order);
    }

    [Fact]
    public void The_only_clock_is_the_time_at_which_the_turn_began()
    {
        List<DateTime> times = [];
        var engine = new TurnDriver(async context =>
        {
            times.Clear();
            times.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("A");
            times.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("B");
            return null;
        });
        engine.Start();
        engine.Now += TimeSpan.FromHours(3);
        engine.Turn(Happened.Completed(0));

        Assert.Equal([TurnDriver.Begin, TurnDriver.Begin.AddHours(3)], times);
        Assert.All(times, time => Assert.Equal(DateTimeKind.Utc, time.Kind));
    }

    [Fact]
    public void New_identifiers_are_of_version_5_and_the_same_at_every_replay()
    {
        var engine = new TurnDriver(async context =>
        {
            var ids = new[] { context.NewGuid(), context.NewGuid() };
            await context.CallActivityAsync("A");
            return new[] { ids[0], ids[1], context.NewGuid() };
        });
        engine.Start();
        engine.Now += TimeSpan.FromSeconds(1);
        engine.Turn(Happened.Completed(0));
        var ids = System.Text.Json.JsonSerializer.Deserialize<Guid[]>(engine.Completion!.Result)!;

        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(5, id.Version));
        // python3: uuid.uuid5(uuid.UUID('9e952958-5e33-4daf-827f-2fa12937b875'), 'copy-1_2026-03-02T01:00:00.0000000Z_0')
        Assert.Equal(new Guid("849e7af2-56c7-5bb8-9b06-f76609a0dede"), ids[0]);
    }

    [Fact]
    public void Ids_begin_at_zero_and_count_every_kind_of_action()
    {
        var engine = new TurnDriver(async context =>
        {
            context.SendEvent("other", "Hello", 1);
            return await Task.WhenAny(
                context.CallActivityAsync("A", new { scan = "é" }),
                context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None),
                context.CallSubOrchestratorAsync("Child"));
        }).Start();

        Assert.Equal([0, 1, 2, 3], engine.Asked.Select(action => action.Id));
        Assert.Equal("other", engine.Asked[0].SendEvent.Instance.InstanceId);
        Assert.Equal("1", engine.Asked[0].SendEvent.Data);
        Assert.Equal("""{"scan":"é"}""", engine.Asked[1].ScheduleTask.Input);
        Assert.Equal(TurnDriver.Begin.AddMinutes(1), engine.Asked[2].CreateTimer.FireAt.ToDateTime());
        Assert.Equal("Child", engine.Asked[3].CreateSubOrchestration.Name);
    }

    [Fact]
    public void A_creation_event_takes_its_action_off_the_answer_whatever_the_case_of_its_name()
    {
        var engine = new TurnDriver(context => context.CallActivityAsync<object?>("HashScan")).Start();
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.PastEvents.Add(Happened.TurnStarted(TurnDriver.Begin));
        request.PastEvents.Add(Happened.Started("Test"));
        request.NewEvents.Add(new P.HistoryEvent { EventId = 0, TaskScheduled = new() { Name = "hashscan" } });
        var answer = TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("test", context => context.CallActivityAsync<object?>("HashScan"))).Execute(request);

        Assert.Single(engine.Asked);
        Assert.Empty(answer.Actions);
    }

    public static TheoryData<string, byte[]> ForeignHistories => new()
    {
        { "another name", new P.HistoryEvent { EventId = 0, TaskScheduled = new() { Name = "Sign" } }.ToByteArray() },
        { "another kind", new P.HistoryEvent { EventId = 0, TimerCreated = new() }.ToByteArray() },
        { "another kind", new P.HistoryEvent { EventId = 0, SubOrchestrationInstanceCreated = new() { Name = "HashScan" } }.ToByteArray() },
        { "another kind", new P.HistoryEvent { EventId = 0, EventSent = new() { Name = "HashScan" } }.ToByteArray() },
        { "a number never given", new P.HistoryEvent { EventId = 1, TaskScheduled = new() { Name = "HashScan" } }.ToByteArray() },
        { "a timer never asked for", new P.HistoryEvent { EventId = 7, TimerCreated = new() }.ToByteArray() },
    };

    [Theory]
    [MemberData(nameof(ForeignHistories))]
    public void A_history_that_the_code_did_not_make_fails_the_instance_and_asks_for_nothing(string why, byte[] bytes)
    {
        var recorded = P.HistoryEvent.Parser.ParseFrom(bytes);
        var executor = TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("Test", async context =>
        {
            context.SetCustomStatus("hashing");
            await context.CallActivityAsync("HashScan");
            return null;
        }));
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.PastEvents.Add(Happened.TurnStarted(TurnDriver.Begin));
        request.PastEvents.Add(Happened.Started("Test"));
        request.PastEvents.Add(recorded);
        var answer = executor.Execute(request);

        var only = Assert.Single(answer.Actions).CompleteOrchestration;
        Assert.True(only.OrchestrationStatus == P.OrchestrationStatus.Failed, why);
        Assert.Equal("NonDeterministicOrchestrationException", only.FailureDetails.ErrorType);
        Assert.Contains($"#{recorded.EventId}", only.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.True(TaskFailureDetails.From(only.FailureDetails).IsCausedBy<NonDeterministicOrchestrationException>());
        Assert.Equal("\"hashing\"", answer.CustomStatus);
    }

    [Fact]
    public void The_engines_own_timer_numbered_minus_100_is_passed_over()
    {
        var engine = new TurnDriver(context => context.CallActivityAsync<object?>("A"))
            .Start(null, new P.HistoryEvent { EventId = -100, TimerCreated = new() { FireAt = TurnDriver.Begin.ToTimestamp() } })
            .Turn(Happened.Fired(-100), Happened.Completed(0, "1"));

        Assert.Equal("1", engine.Completion!.Result);
    }

    [Fact]
    public void A_completion_told_twice_or_for_nothing_is_ignored()
    {
        var engine = new TurnDriver(async context =>
            new[] { await context.CallActivityAsync<int>("A"), await context.CallActivityAsync<int>("B") });
        engine.Start().Turn(Happened.Completed(0, "1"), Happened.Completed(0, "5"), Happened.Failed(0), Happened.Completed(99, "5"), Happened.Fired(1))
            .Turn(Happened.Completed(0, "6"), Happened.Completed(1, "2"));

        Assert.Equal("[1,2]", engine.Completion!.Result);
    }

    [Fact]
    public void The_end_comes_after_the_actions_still_open_and_does_not_wait_for_them()
    {
        var engine = new TurnDriver(context =>
        {
            _ = context.CallActivityAsync("Notify");
            _ = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            return Task.FromResult<object?>(new { done = true });
        }).Start();

        Assert.Equal([0, 1, 2], engine.Last.Actions.Select(action => action.Id));
        Assert.Equal(P.OrchestrationStatus.Completed, engine.Last.Actions[2].CompleteOrchestration.OrchestrationStatus);
        Assert.Equal("""{"done":true}""", engine.Completion!.Result);
    }

    [Fact]
    public void Code_that_throws_fails_the_instance_with_the_exception_and_its_cause()
    {
        var registry = new DurableTaskRegistry { IsNonRetriable = exception => exception is FormatException }
            .Orchestrator("Test", async context =>
            {
                await context.CallActivityAsync("A");
                throw new FormatException("bad register", new IOException("disk"));
            });
        var engine = new TurnDriver(registry).Start().Turn(Happened.Completed(0));

        var failure = engine.Completion!.FailureDetails;
        Assert.Equal(P.OrchestrationStatus.Failed, engine.Completion.OrchestrationStatus);
        Assert.Equal(("System.FormatException", "bad register", true), (failure.ErrorType, failure.ErrorMessage, failure.IsNonRetriable));
        Assert.Equal("System.IO.IOException", failure.InnerFailure.ErrorType);
        Assert.Contains(nameof(Code_that_throws_fails_the_instance_with_the_exception_and_its_cause), failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_activity_is_thrown_where_it_is_awaited()
    {
        var engine = new TurnDriver(async context =>
        {
            try
            {
                await context.CallActivityAsync("Sign");
                return "signed";
            }
            catch (TaskFailedException failed) when (failed.FailureDetails.IsCausedBy<IOException>() && !failed.FailureDetails.IsCausedBy<FormatException>())
            {
                return $"{failed.TaskName} #{failed.TaskId}: {failed.FailureDetails.ErrorMessage}";
            }
        });
        engine.Start().Turn(Happened.Failed(0, "System.IO.FileNotFoundException", "no key"));

        Assert.Equal("\"Sign #0: no key\"", engine.Completion!.Result);
    }

    [Fact]
    public void A_result_of_another_type_is_thrown_where_it_is_awaited()
    {
        var engine = new TurnDriver(async context => await context.CallActivityAsync<int>("Count"));
        engine.Start().Turn(Happened.Completed(0, "\"many\""));

        Assert.Equal("System.Text.Json.JsonException", engine.Completion!.FailureDetails.ErrorType);
    }

    [Fact]
    public void Waits_for_any_and_all_nest()
    {
        var engine = new TurnDriver(async context =>
        {
            var a = context.CallActivityAsync<int>("A");
            var b = context.CallActivityAsync<int>("B");
            var c = context.CallActivityAsync<int>("C");
            var d = context.WaitForExternalEvent<int>("D");
            var pair = Task.WhenAll(a, b);
            var first = await Task.WhenAny(pair, Task.WhenAll(c, d));
            var next = await Task.WhenAny(c, d);
            return new[] { first == pair ? 1 : 2, next == c ? 1 : 2, (await pair).Sum() };
        });
        engine.Start().Turn(Happened.Completed(1, "10"), Happened.Raised("d", "4")).Turn(Happened.Completed(0, "20"));

        Assert.Equal("[1,2,30]", engine.Completion!.Result);
    }

    [Fact]
    public void The_same_request_gives_the_same_bytes_and_is_left_as_it_was()
    {
        var engine = new TurnDriver(async context =>
        {
            context.SetCustomStatus(context.NewGuid());
            await Task.WhenAll(Enumerable.Range(0, 5).Select(n => context.CallActivityAsync($"A{n}", n)));
            return context.CurrentUtcDateTime;
        }).Start().Turn(Happened.Completed(3), Happened.Completed(1));
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.PastEvents.AddRange(engine.Past);
        request.NewEvents.Add(Happened.TurnStarted(engine.Now));
        request.NewEvents.Add(Happened.Completed(0));
        var before = request.ToByteArray();
        var executor = TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("Test", async context =>
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(n => context.CallActivityAsync($"A{n}", n)));
            return null;
        }));

        var answers = Enumerable.Range(0, 20).AsParallel().Select(_ => Convert.ToHexString(executor.Execute(request.Clone()).ToByteArray())).Distinct();

        Assert.Single(answers);
        Assert.Equal(before, request.ToByteArray());
    }

    [Fact]
    public void Changed_code_needs_a_new_name_the_old_history_does_not_fit_it()
    {
        var registry = new DurableTaskRegistry()
            .Orchestrator("Copy", async context =>
            {
                await context.CallActivityAsync("Hash");
                return await context.CallActivityAsync<string>("Sign");
            })
            .Orchestrator("CopyV2", async context =>
            {
                await context.CallActivityAsync("Scan");
                return await context.CallActivityAsync<string>("Sign");
            });
        var old = new TurnDriver(registry, "Copy").Start().Turn(Happened.Completed(0)).Turn(Happened.Completed(1, "\"old\""));
        var fresh = new TurnDriver(registry, "CopyV2").Start().Turn(Happened.Completed(0)).Turn(Happened.Completed(1, "\"new\""));
        var mixed = new P.OrchestratorRequest { InstanceId = "i" };
        mixed.PastEvents.AddRange(old.Past.Select(happened => happened.Clone()));
        mixed.PastEvents[1].ExecutionStarted.Name = "CopyV2";

        Assert.Equal("\"old\"", old.Completion!.Result);
        Assert.Equal("\"new\"", fresh.Completion!.Result);
        Assert.Equal(
            "NonDeterministicOrchestrationException",
            TurnDriver.ExecutorOf(registry).Execute(mixed).Actions[0].CompleteOrchestration.FailureDetails.ErrorType);
    }

    [Fact]
    public void An_unknown_orchestrator_fails_its_instance()
    {
        var engine = new TurnDriver(new DurableTaskRegistry(), "Nobody").Start();

        Assert.Equal(typeof(UnknownTaskException).FullName, engine.Completion!.FailureDetails.ErrorType);
        Assert.Contains("Nobody", engine.Completion.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_its_past_is_asked_for_again()
    {
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.NewEvents.Add(Happened.TurnStarted(TurnDriver.Begin));
        request.NewEvents.Add(Happened.Completed(0));
        request.Properties.Add("IncludeState", Value.ForBool(false));
        var executor = TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("Test", context => context.CallActivityAsync<object?>("A")));

        Assert.True(executor.Execute(request).RequiresHistory);

        request.Properties.Clear();
        Assert.Equal(typeof(InvalidHistoryException).FullName, executor.Execute(request).Actions[0].CompleteOrchestration.FailureDetails.ErrorType);
    }

    [Fact]
    public void Log_lines_are_written_once_however_often_the_code_is_replayed()
    {
        var lines = new LogLines();
        var engine = new TurnDriver(
            new DurableTaskRegistry().Orchestrator("Test", async context =>
            {
                var logger = context.CreateReplaySafeLogger<ReplayRulesTests>();
                logger.Log(LogLevel.Information, default, "first", null, (line, _) => line);
                await context.CallActivityAsync("A");
                logger.Log(LogLevel.Information, default, "second", null, (line, _) => line);
                return null;
            }),
            loggers: lines)
        { ChecksReplay = false };
        engine.Start().Turn(Happened.Completed(0)).Turn(Happened.Completed(0));

        Assert.Equal(["first", "second"], lines.Written);
    }
}
