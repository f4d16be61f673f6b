using ECopy.Functions.Hub;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Rules 9 (continue as new) to 13: executions, retries, sub-orchestrations, long timers, custom status.</summary>
public class ContinuationTests
{
    [Fact]
    public void Continuing_as_new_carries_the_events_that_nobody_took()
    {
        var engine = new TurnDriver(new DurableTaskRegistry().Orchestrator<int, int>("Test", async (context, round) =>
        {
            var got = await context.WaitForExternalEvent<int>("Add");
            if (got == 0)
                return round;
            context.ContinueAsNew(round + got);
            return -1;
        }));
        engine.Start(100, Happened.Raised("Add", "1"), Happened.Raised("Other", "5"), Happened.Raised("Add", "2"), Happened.Raised("Add", "0"));

        Assert.Equal(P.OrchestrationStatus.ContinuedAsNew, engine.Completion!.OrchestrationStatus);
        Assert.Equal("101", engine.Completion.Result);
        Assert.Equal(["5", "2", "0"], engine.Completion.CarryoverEvents.Select(carried => carried.EventRaised.Input));

        engine.StartAgain().StartAgain();
        Assert.Equal("103", engine.Completion!.Result);
        Assert.Equal(P.OrchestrationStatus.Completed, engine.Completion.OrchestrationStatus);
    }

    [Fact]
    public void Events_after_the_return_are_carried_too_even_if_somebody_had_waited_for_them()
    {
        var engine = new TurnDriver(async context =>
        {
            var abandoned = context.WaitForExternalEvent<int>("Add");
            await context.CallActivityAsync("A");
            context.ContinueAsNew();
            return abandoned.IsCompleted;
        });
        engine.Start().Turn(Happened.Completed(0), Happened.Raised("Add", "1"));

        Assert.Single(engine.Completion!.CarryoverEvents);
        Assert.Null(engine.Completion.Result);
    }

    [Fact]
    public void Unprocessed_events_are_dropped_when_not_wanted()
    {
        var engine = new TurnDriver(context =>
        {
            context.ContinueAsNew("next", preserveUnprocessedEvents: false);
            return Task.FromResult<object?>(null);
        }).Start(null, Happened.Raised("Add", "1"));

        Assert.Equal("\"next\"", engine.Completion!.Result);
        Assert.Empty(engine.Completion.CarryoverEvents);
    }

    [Fact]
    public void Code_that_throws_after_continuing_as_new_fails()
    {
        var engine = new TurnDriver(context =>
        {
            context.ContinueAsNew();
            throw new FormatException();
        }).Start();

        Assert.Equal(P.OrchestrationStatus.Failed, engine.Completion!.OrchestrationStatus);
    }

    [Fact]
    public void Completions_of_the_execution_before_are_taken_for_duplicates()
    {
        var engine = new TurnDriver(async context =>
        {
            var first = await context.WaitForExternalEvent<string>("Go");
            if (first == "again")
                context.ContinueAsNew();
            return first;
        });
        engine.Start(null, Happened.Raised("Go", "\"again\"")).StartAgain(Happened.Completed(3, "1"), Happened.Fired(4), Happened.Raised("Go", "\"end\""));

        Assert.Equal("\"end\"", engine.Completion!.Result);
    }

    [Fact]
    public void A_retry_is_a_timer_and_then_a_new_task()
    {
        var policy = new RetryPolicy(4, TimeSpan.FromSeconds(10), 3, TimeSpan.FromSeconds(60));
        var engine = new TurnDriver(context => context.CallActivityAsync<object?>("Seal", 5, TaskOptions.FromRetryPolicy(policy))).Start();
        List<int> waits = [];
        for (var attempt = 1; attempt < 4; attempt++)
        {
            var task = engine.Asked.Single();
            Assert.Equal(2 * attempt - 2, task.Id);
            Assert.Equal(("Seal", "5"), (task.ScheduleTask.Name, task.ScheduleTask.Input));
            engine.Now += TimeSpan.FromSeconds(1);
            engine.Turn(Happened.Failed(task.Id));
            var timer = engine.Asked.Single();
            waits.Add((int)(timer.CreateTimer.FireAt.ToDateTime() - engine.Now).TotalSeconds);
            engine.Now = timer.CreateTimer.FireAt.ToDateTime();
            engine.Turn(Happened.Fired(timer.Id));
        }
        Assert.Equal([10, 30, 60], waits);

        engine.Turn(Happened.Failed(engine.Asked.Single().Id, message: "still down"));
        Assert.Equal(P.OrchestrationStatus.Failed, engine.Completion!.OrchestrationStatus);
        Assert.Equal("still down", engine.Completion.FailureDetails.InnerFailure.ErrorMessage);
    }

    [Fact]
    public void Retries_end_with_success_with_time_or_with_a_failure_that_no_retry_can_help()
    {
        static TurnDriver Run() => new TurnDriver(context => context.CallActivityAsync<object?>(
            "Seal", new TaskOptions(new RetryPolicy(100, TimeSpan.FromSeconds(10), retryTimeout: TimeSpan.FromSeconds(25))))).Start();

        var helped = Run().Turn(Happened.Failed(0)).Turn(Happened.Fired(1)).Turn(Happened.Completed(2, "true"));
        Assert.Equal("true", helped.Completion!.Result);

        var late = Run();
        late.Turn(Happened.Failed(0));
        late.Now += TimeSpan.FromSeconds(25);
        late.Turn(Happened.Fired(1)).Turn(Happened.Failed(2));
        Assert.Equal(P.OrchestrationStatus.Failed, late.Completion!.OrchestrationStatus);

        var hopeless = Run().Turn(Happened.Failed(0, "ECopy.IntegrityException", "digest differs", isNonRetriable: true));
        Assert.Equal(P.OrchestrationStatus.Failed, hopeless.Completion!.OrchestrationStatus);
        Assert.True(hopeless.Completion.FailureDetails.IsNonRetriable);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(10, 0, 512)]
    [InlineData(60, 0, 3600)]
    [InlineData(5000, 0, 3600)]
    [InlineData(10_000, 0, null)]
    [InlineData(1, 86_400, null)]
    public void The_waits_of_a_policy_grow_to_their_limit(int attempt, int secondsSinceFirst, int? wait)
    {
        var policy = new RetryPolicy(10_000, TimeSpan.FromSeconds(1), 2, retryTimeout: TimeSpan.FromDays(1));

        Assert.Equal(wait, (int?)policy.DelayAfter(attempt, TimeSpan.FromSeconds(secondsSinceFirst))?.TotalSeconds);
    }

    [Fact]
    public void Sub_orchestrations_have_ids_that_no_other_execution_has()
    {
        static async Task<object?> Run(TaskOrchestrationContext context)
        {
            var own = context.CallSubOrchestratorAsync("Child", 1);
            var named = context.CallSubOrchestratorAsync<int>("Child", 2, new SubOrchestrationOptions(instanceId: "child-7"));
            await own;
            var result = await named;
            context.ContinueAsNew();
            return result;
        }

        var engine = new TurnDriver(Run).Start();
        Assert.Equal(["copy-1:01234567:0000", "child-7"], engine.Asked.Select(action => action.CreateSubOrchestration.InstanceId));
        var first = engine.Asked[0].CreateSubOrchestration.InstanceId;

        engine.Turn(
            new P.HistoryEvent { EventId = -1, SubOrchestrationInstanceCompleted = new() { TaskScheduledId = 0 } },
            new P.HistoryEvent { EventId = -1, SubOrchestrationInstanceCompleted = new() { TaskScheduledId = 1, Result = "5" } });
        engine.StartAgain();
        Assert.NotEqual(first, engine.Asked[0].CreateSubOrchestration.InstanceId);
    }

    [Fact]
    public void A_failed_sub_orchestration_is_thrown_with_its_details_and_can_be_retried()
    {
        var engine = new TurnDriver(async context =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<int>("Child", TaskOptions.FromRetryPolicy(new(2, TimeSpan.FromSeconds(1))));
            }
            catch (TaskFailedException failed)
            {
                return failed.FailureDetails.InnerFailure!.ErrorMessage;
            }
        });
        static P.HistoryEvent Failed(int id) => new()
        {
            EventId = -1,
            SubOrchestrationInstanceFailed = new()
            {
                TaskScheduledId = id,
                FailureDetails = new() { ErrorType = "A", ErrorMessage = "outer", InnerFailure = new() { ErrorType = "B", ErrorMessage = "inner" } },
            },
        };
        engine.Start().Turn(Failed(0)).Turn(Happened.Fired(1)).Turn(Failed(2));

        Assert.Equal("\"inner\"", engine.Completion!.Result);
    }

    [Fact]
    public void A_timer_of_weeks_goes_in_steps_of_three_days()
    {
        var engine = new TurnDriver(async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(8), CancellationToken.None);
            return context.CurrentUtcDateTime;
        }).Start();
        List<DateTime> steps = [];
        while (engine.Completion is null)
        {
            var timer = engine.Asked.Single();
            steps.Add(timer.CreateTimer.FireAt.ToDateTime());
            engine.Now = steps[^1];
            engine.Turn(Happened.Fired(timer.Id));
        }

        Assert.Equal([3, 6, 8], steps.Select(step => (step - TurnDriver.Begin).TotalDays));
    }

    [Fact]
    public void A_timer_in_local_time_is_refused_since_machines_differ_in_it()
    {
        var engine = new TurnDriver(async context =>
        {
            await context.CreateTimer(new DateTime(2026, 3, 3, 0, 0, 0, DateTimeKind.Local), CancellationToken.None);
            return null;
        }).Start();

        Assert.Equal("System.ArgumentException", engine.Completion!.FailureDetails.ErrorType);
    }

    [Fact]
    public void The_custom_status_is_in_every_answer_and_small()
    {
        var engine = new TurnDriver(async context =>
        {
            context.SetCustomStatus(new { state = "đang ký" });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            context.SetCustomStatus(null);
            await context.CallActivityAsync("C");
            context.SetCustomStatus(new string('x', 17_000));
            return null;
        }).Start();
        Assert.Equal("""{"state":"đang ký"}""", engine.Last.CustomStatus);
        engine.Turn(Happened.Completed(0));
        Assert.Equal("""{"state":"đang ký"}""", engine.Last.CustomStatus);
        engine.Turn(Happened.Completed(1));
        Assert.Null(engine.Last.CustomStatus);
        engine.Turn(Happened.Completed(2));
        Assert.Equal("System.ArgumentException", engine.Completion!.FailureDetails.ErrorType);
    }
}
