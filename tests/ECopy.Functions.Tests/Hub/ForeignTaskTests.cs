using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>An orchestrator that awaits what the hub does not know is failed, in its turn or in the next, and never hangs.</summary>
public class ForeignTaskTests
{
    [Theory]
    [InlineData("delay")]
    [InlineData("run")]
    [InlineData("never")]
    [InlineData("thread")]
    [InlineData("configured")]
    public void Awaiting_a_task_that_is_not_of_the_context_fails_the_turn(string kind)
    {
        var never = new TaskCompletionSource();
        var answer = Execute(async context =>
        {
            switch (kind)
            {
                case "delay":
                    await Task.Delay(TimeSpan.FromHours(1));
                    break;
                case "run":
                    await Task.Run(() => Thread.Sleep(1));
                    break;
                case "never":
                    await never.Task;
                    break;
                case "thread":
                    await Task.Run(() => context.CallActivityAsync("A"));
                    break;
                default:
                    await Hop().ConfigureAwait(false);
                    await context.CallActivityAsync("A");
                    break;
            }
            return null;

            static async Task Hop() => await Task.Delay(TimeSpan.FromHours(1)).ConfigureAwait(false);
        });

        var only = Assert.Single(answer.Actions).CompleteOrchestration;
        Assert.Equal(P.OrchestrationStatus.Failed, only.OrchestrationStatus);
        Assert.Equal(typeof(ForeignTaskException).FullName, only.FailureDetails.ErrorType);
        Assert.Contains("not of its context", only.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.True(only.FailureDetails.IsNonRetriable);
    }

    [Fact]
    public void A_foreign_task_beside_an_open_timer_fails_the_next_turn()
    {
        var foreign = new TaskCompletionSource();
        List<string> reported = [];
        var executor = TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("Test", async context =>
        {
            await Task.WhenAny(context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None), foreign.Task);
            return null;
        }));
        executor.ForeignTaskFound += reported.Add;
        var first = executor.Execute(Request());
        Assert.NotNull(Assert.Single(first.Actions).CreateTimer);
        Assert.Empty(reported);

        foreign.SetResult();

        Assert.Equal(["i"], reported);
        Assert.Equal(typeof(ForeignTaskException).FullName, executor.Execute(Request()).Actions.Single().CompleteOrchestration.FailureDetails.ErrorType);
        // Told once: if the code has been mended meanwhile, the instance after it may run.
        Assert.Equal("Completed", executor.Execute(Request()).Actions.Single(action => action.CompleteOrchestration is not null)
            .CompleteOrchestration.OrchestrationStatus.ToString());
    }

    [Fact]
    public async Task Code_that_ends_on_another_thread_after_its_turn_is_reported()
    {
        var foreign = new TaskCompletionSource();
        var reported = new TaskCompletionSource<string>();
        var executor = TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("Test", async context =>
        {
            _ = context.WaitForExternalEvent<int>("Go");
            await foreign.Task.ConfigureAwait(false);
            return null;
        }));
        executor.ForeignTaskFound += reported.SetResult;
        Assert.Empty(executor.Execute(Request()).Actions);

        foreign.SetResult();

        Assert.Equal("i", await reported.Task.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Yielding_is_not_foreign()
    {
        var answer = Execute(async context =>
        {
            await Task.Yield();
            await context.CallActivityAsync("A");
            return null;
        });

        Assert.NotNull(Assert.Single(answer.Actions).ScheduleTask);
    }

    [Fact]
    public void Awaits_of_the_context_without_its_scheduler_stay_in_the_turn()
    {
        var engine = new TurnDriver(async context =>
        {
            var first = await context.CallActivityAsync<int>("A").ConfigureAwait(false);
            return first + await context.CallActivityAsync<int>("B");
        });
        engine.Start().Turn(Happened.Completed(0, "1")).Turn(Happened.Completed(1, "2"));

        Assert.Equal("3", engine.Completion!.Result);
    }

    [Fact]
    public void What_an_async_void_throws_fails_the_turn()
    {
        var answer = Execute(async context =>
        {
            Forgotten();
            await context.CallActivityAsync("A");
            return null;

            static async void Forgotten()
            {
                await Task.Yield();
                throw new FormatException("forgotten");
            }
        });

        Assert.Equal("System.FormatException", Assert.Single(answer.Actions).CompleteOrchestration.FailureDetails.ErrorType);
    }

    [Fact]
    public void The_callers_own_context_is_given_back()
    {
        var own = new SynchronizationContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(own);
        try
        {
            Execute(context => context.CallActivityAsync<object?>("A"));
            Assert.Same(own, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private static P.OrchestratorRequest Request()
    {
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.NewEvents.Add(Happened.TurnStarted(TurnDriver.Begin));
        request.NewEvents.Add(Happened.Started("Test"));
        return request;
    }

    private static P.OrchestratorResponse Execute(Func<TaskOrchestrationContext, Task<object?>> run) =>
        TurnDriver.ExecutorOf(new DurableTaskRegistry().Orchestrator("Test", run)).Execute(Request());
}
