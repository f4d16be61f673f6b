using ECopy.Functions.Hub;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit.Abstractions;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Whatever comes in: an answer or a typed error, never a crash and never a hang.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20260302;

    [Fact]
    public void Damaged_requests_are_answered_or_refused_with_the_parsers_error()
    {
        var executor = TurnDriver.ExecutorOf(Registry());
        var original = Request(new Random(Seed), 40, matching: true).ToByteArray();
        var refused = 0;
        for (var n = 0; n < 3000; n++)
        {
            var random = new Random(Seed + n);
            var bytes = original.ToList();
            for (var damage = random.Next(1, 6); damage > 0 && bytes.Count > 0; damage--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                        break;
                    default:
                        bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 20)).Select(_ => (byte)random.Next(256)));
                        break;
                }
            }
            P.OrchestratorRequest request;
            try
            {
                request = P.OrchestratorRequest.Parser.ParseFrom([.. bytes]);
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
                continue;
            }
            Judge(executor.Execute(request), n);
        }
        output.WriteLine($"seed {Seed}: {refused} of 3000 refused by the parser");
        Assert.InRange(refused, 1, 2999);
    }

    [Fact]
    public void Histories_that_the_code_never_made_fail_their_instance_only()
    {
        var executor = TurnDriver.ExecutorOf(Registry());
        var statuses = new Dictionary<string, int>();
        for (var n = 0; n < 3000; n++)
        {
            var random = new Random(Seed + n);
            var answer = executor.Execute(Request(random, random.Next(1, 60), matching: n % 3 == 0));
            Judge(answer, n);
            var kind = answer.Actions.LastOrDefault()?.CompleteOrchestration is { } end
                ? $"{end.OrchestrationStatus} {end.FailureDetails?.ErrorType}"
                : "goes on";
            statuses[kind] = statuses.GetValueOrDefault(kind) + 1;
        }
        output.WriteLine($"seed {Seed}: {string.Join(", ", statuses)}");
        Assert.True(statuses["Failed NonDeterministicOrchestrationException"] > 500, string.Join(", ", statuses));
        Assert.True(statuses["goes on"] > 10, string.Join(", ", statuses));
    }

    private static void Judge(P.OrchestratorResponse answer, int n)
    {
        var ends = answer.Actions.Where(action => action.CompleteOrchestration is not null).ToList();
        Assert.True(ends.Count <= 1, $"case {n}");
        Assert.True(answer.Actions.Select(action => action.Id).Distinct().Count() == answer.Actions.Count, $"case {n}");
        Assert.DoesNotContain(answer.Actions, action => action.OrchestratorActionTypeCase == P.OrchestratorAction.OrchestratorActionTypeOneofCase.None);
        Assert.Equal(answer, P.OrchestratorResponse.Parser.ParseFrom(answer.ToByteArray()));
    }

    private static DurableTaskRegistry Registry() => new DurableTaskRegistry().Orchestrator<int, object?>("Test", async (context, rounds) =>
    {
        context.SetCustomStatus(rounds);
        var scan = context.CallActivityAsync<int>("A", rounds, TaskOptions.FromRetryPolicy(new(3, TimeSpan.FromSeconds(1), 2)));
        var due = context.CreateTimer(TimeSpan.FromDays(5), CancellationToken.None);
        var go = context.WaitForExternalEvent<int>("Go");
        context.SendEvent("other", "E", 1);
        if (await Task.WhenAny(scan, due, go) == go)
            context.SetCustomStatus(await go);
        var child = await context.CallSubOrchestratorAsync<string>("Child", rounds);
        try
        {
            await context.WaitForExternalEvent<int>("Stop", TimeSpan.FromMinutes(1));
        }
        catch (TaskCanceledException)
        {
            context.ContinueAsNew(rounds + 1);
        }
        return new { child, scan = await scan };
    });

    private static P.OrchestratorRequest Request(Random random, int length, bool matching)
    {
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        List<P.HistoryEvent> history = [Happened.TurnStarted(TurnDriver.Begin), Happened.Started("Test", "1", "i", "0123456789")];
        if (matching)
        {
            history.Add(new() { EventId = 0, TaskScheduled = new() { Name = "A" } });
            history.Add(new() { EventId = 1, TimerCreated = new() });
            history.Add(new() { EventId = 2, EventSent = new() { Name = "E" } });
        }
        while (history.Count < length)
            history.Add(RandomEvent(random));
        if (!matching && random.Next(3) == 0)
            history = [.. history.OrderBy(_ => random.Next())];
        var split = random.Next(history.Count + 1);
        request.PastEvents.AddRange(history.Take(split));
        request.NewEvents.AddRange(history.Skip(split));
        return request;
    }

    private static P.HistoryEvent RandomEvent(Random random)
    {
        var id = random.Next(10) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(-1, 8);
        var happened = new P.HistoryEvent { EventId = id, Timestamp = new Timestamp { Seconds = random.NextInt64(-100, 4_000_000_000) } };
        switch (random.Next(20))
        {
            case 0:
                return Happened.Completed(id, Text(random));
            case 1:
                return Happened.Failed(id, Text(random) ?? "", isNonRetriable: random.Next(2) == 0);
            case 2:
                return Happened.Fired(id);
            case 3:
                return Happened.Raised(random.Next(2) == 0 ? "go" : "STOP", Text(random));
            case 4:
                return random.Next(2) == 0 ? Happened.Suspended() : Happened.Resumed();
            case 5:
                return random.Next(5) == 0 ? Happened.Terminated(Text(random)) : Happened.Resumed();
            case 6:
                happened.TaskScheduled = new() { Name = random.Next(2) == 0 ? "A" : "B" };
                break;
            case 7:
                happened.TimerCreated = new();
                break;
            case 8:
                happened.SubOrchestrationInstanceCreated = new() { Name = "Child" };
                break;
            case 9:
                happened.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = id, Result = Text(random) };
                break;
            case 10:
                happened.SubOrchestrationInstanceFailed = new() { TaskScheduledId = id };
                break;
            case 11:
                happened.OrchestratorStarted = new();
                if (random.Next(20) == 0)
                    happened.Timestamp = new() { Seconds = random.NextInt64(), Nanos = random.Next(int.MinValue, int.MaxValue) };
                break;
            case 12:
                happened.ExecutionStarted = new() { Name = "Test", Input = Text(random) };
                break;
            case 13:
                happened.EventSent = new() { Name = "E" };
                break;
            case 14:
                happened.TaskFailed = new() { TaskScheduledId = id };
                break;
            case 15:
                happened.GenericEvent = new();
                break;
            case 16:
                happened.ContinueAsNew = new();
                break;
            case 17:
                happened.ExecutionCompleted = new();
                break;
            case 18:
                happened.OrchestratorCompleted = new();
                break;
        }
        return happened;
    }

    private static string? Text(Random random) => random.Next(8) switch
    {
        0 => null,
        1 => "5",
        2 => "\"text\"",
        3 => "{",
        4 => """{"error":{"type":"X","message":"y"}}""",
        5 => "",
        6 => new string('[', 200),
        _ => "{}",
    };
}
