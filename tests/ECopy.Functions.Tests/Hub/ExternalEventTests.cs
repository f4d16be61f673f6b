using ECopy.Functions.Hub;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Rules 6 to 8: events, suspension, termination.</summary>
public class ExternalEventTests
{
    [Fact]
    public void Events_are_kept_in_order_until_somebody_waits_whatever_the_case_of_their_names()
    {
        var engine = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            var first = await context.WaitForExternalEvent<int>("decided");
            var other = await context.WaitForExternalEvent<int>("Sealed");
            return new[] { first, other, await context.WaitForExternalEvent<int>("DECIDED") };
        });
        engine.Start(null, Happened.Raised("Decided", "1"), Happened.Raised("dEcided", "2"), Happened.Raised("sealed", "9")).Turn(Happened.Completed(0));

        Assert.Equal("[1,9,2]", engine.Completion!.Result);
    }

    [Fact]
    public void The_oldest_waiter_gets_the_event_and_only_that_one()
    {
        var engine = new TurnDriver(async context =>
        {
            var waits = Enumerable.Range(0, 3).Select(_ => context.WaitForExternalEvent<string>("Go")).ToArray();
            var first = await Task.WhenAny(waits);
            context.SetCustomStatus(Array.IndexOf(waits, first));
            return await Task.WhenAll(waits);
        });
        engine.Start().Turn(Happened.Raised("GO", "\"a\""));
        Assert.Equal("0", engine.Last.CustomStatus);
        Assert.Null(engine.Completion);

        engine.Turn(Happened.Raised("go", "\"b\""), Happened.Raised("go", "\"c\""));
        Assert.Equal("""["a","b","c"]""", engine.Completion!.Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_event_and_timer_the_first_wins_and_the_other_is_ignored(bool eventFirst)
    {
        var engine = new TurnDriver(async context =>
        {
            using var reviewed = new CancellationTokenSource();
            var decision = context.WaitForExternalEvent<string>("Decided");
            var due = context.CreateTimer(TimeSpan.FromDays(1), reviewed.Token);
            var first = await Task.WhenAny(decision, due);
            if (first == due)
                context.SetCustomStatus("overdue");
            else
                reviewed.Cancel();
            return await decision;
        }).Start();
        Assert.Single(engine.Asked);

        if (eventFirst)
            engine.Turn(Happened.Raised("Decided", "\"yes\""), Happened.Fired(0));
        else
            engine.Turn(Happened.Fired(0), Happened.Raised("Decided", "\"yes\""), Happened.Fired(0));

        Assert.Equal("\"yes\"", engine.Completion!.Result);
        Assert.Equal(eventFirst ? null : "\"overdue\"", engine.Last.CustomStatus);
    }

    [Fact]
    public void A_wait_with_a_time_limit_ends_by_the_event_or_by_the_timer()
    {
        static async Task<object?> Wait(TaskOrchestrationContext context)
        {
            try
            {
                return await context.WaitForExternalEvent<int>("Go", TimeSpan.FromMinutes(5));
            }
            catch (TaskCanceledException)
            {
                // The waiter is gone: a late event is for the next one.
                return 100 + await context.WaitForExternalEvent<int>("Go", Timeout.InfiniteTimeSpan);
            }
        }

        var inTime = new TurnDriver(Wait).Start().Turn(Happened.Raised("Go", "7"), Happened.Fired(0));
        Assert.Equal("7", inTime.Completion!.Result);

        var late = new TurnDriver(Wait).Start().Turn(Happened.Fired(0)).Turn(Happened.Raised("Go", "8"));
        Assert.Equal("108", late.Completion!.Result);

        var before = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            return await Wait(context);
        }).Start(null, Happened.Raised("Go", "9")).Turn(Happened.Completed(0));
        Assert.Equal("9", before.Completion!.Result);
        Assert.Empty(before.Asked);
    }

    [Fact]
    public void A_wait_that_is_cancelled_takes_no_event()
    {
        var engine = new TurnDriver(async context =>
        {
            using var giveUp = new CancellationTokenSource();
            var abandoned = context.WaitForExternalEvent<int>("Go", giveUp.Token);
            await context.CallActivityAsync("A");
            giveUp.Cancel();
            await Assert.ThrowsAsync<TaskCanceledException>(() => abandoned);
            await Assert.ThrowsAsync<TaskCanceledException>(() => context.WaitForExternalEvent<int>("Go", giveUp.Token));
            await Assert.ThrowsAsync<TaskCanceledException>(() => context.CreateTimer(TimeSpan.FromDays(9), giveUp.Token));
            return await context.WaitForExternalEvent<int>("Go");
        });
        engine.Start().Turn(Happened.Completed(0), Happened.Raised("Go", "3"));

        Assert.Equal("3", engine.Completion!.Result);
    }

    [Fact]
    public void A_sent_event_is_confirmed_by_the_history()
    {
        var engine = new TurnDriver(async context =>
        {
            context.SendEvent("copy-2", "Look", null);
            await context.CallActivityAsync("A");
            return null;
        });
        engine.Start().Turn(Happened.Completed(0)).Turn(Happened.Completed(1));

        Assert.Equal(P.OrchestrationStatus.Completed, engine.Completion!.OrchestrationStatus);
    }

    [Fact]
    public void A_suspended_instance_asks_for_nothing_until_it_is_resumed()
    {
        var engine = new TurnDriver(async context =>
        {
            context.SetCustomStatus("waiting");
            var decision = await context.WaitForExternalEvent<string>("Decided");
            context.SetCustomStatus(context.CurrentUtcDateTime);
            return await context.CallActivityAsync<string>("Sign", decision);
        }).Start();

        engine.Turn(Happened.Suspended());
        engine.Now += TimeSpan.FromHours(1);
        engine.Turn(Happened.Raised("Decided", "\"yes\""));
        Assert.Empty(engine.Last.Actions);
        Assert.Equal("\"waiting\"", engine.Last.CustomStatus);

        engine.Now += TimeSpan.FromHours(1);
        engine.Turn(Happened.Resumed());
        Assert.Equal("\"yes\"", engine.Asked.Single().ScheduleTask.Input);
        Assert.Equal("\"2026-03-02T03:00:00Z\"", engine.Last.CustomStatus);

        engine.Turn(Happened.Completed(0, "\"signed\""));
        Assert.Equal("\"signed\"", engine.Completion!.Result);
    }

    [Fact]
    public void What_was_decided_in_the_turn_of_the_suspension_is_asked_for_after_it()
    {
        var engine = new TurnDriver(context => context.CallActivityAsync<object?>("A"));
        engine.Start(null, Happened.Suspended());
        Assert.Empty(engine.Last.Actions);

        engine.Turn(Happened.Suspended(), Happened.Resumed());
        Assert.Equal(0, engine.Asked.Single().Id);
    }

    [Fact]
    public void A_terminated_instance_ends_with_the_given_result_and_asks_for_nothing_else()
    {
        var engine = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            return await context.CallActivityAsync<string>("B");
        }).Start();

        engine.Turn(Happened.Completed(0), Happened.Terminated("\"void\""), Happened.Raised("Go"));

        var only = Assert.Single(engine.Last.Actions).CompleteOrchestration;
        Assert.Equal(P.OrchestrationStatus.Terminated, only.OrchestrationStatus);
        Assert.Equal("\"void\"", only.Result);
    }

    [Fact]
    public void A_suspended_instance_can_be_terminated_and_one_that_has_ended_cannot()
    {
        var suspended = new TurnDriver(context => Task.FromResult<object?>("done")).Start(null, Happened.Suspended());
        Assert.Empty(suspended.Last.Actions);

        // Its own end came in the turn of the suspension; the answer was held back, so termination overtakes it.
        var held = new TurnDriver(context => context.WaitForExternalEvent<object?>("Go")).Start(null, Happened.Suspended(), Happened.Terminated());
        Assert.Equal(P.OrchestrationStatus.Terminated, held.Completion!.OrchestrationStatus);

        var ended = new TurnDriver(context => Task.FromResult<object?>("done")).Start(null, Happened.Terminated("\"void\""));
        Assert.Equal("\"done\"", ended.Completion!.Result);
    }
}
