using System.Text.Json;
using ECopy.Functions.Hub;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Activities by name, and their outcomes as data.</summary>
public class ActivityOutcomeTests
{
    public static TheoryData<string?> Results =>
    [
        null, "1", "\"text\"", "null", "{}", "[]", """{"result":5}""", """{"error":{"type":"A","message":"b"}}""", """{"error":"text"}""",
        """{"result":1,"more":2}""", "\"{\\\"result\\\":5}\"", "\"{\\\"error\\\":{\\\"type\\\":\\\"A\\\",\\\"message\\\":\\\"b\\\"}}\"",
        "\"2026-03-02T01:00:00.000Z\"", """{"result":{"result":{"result":null}}}""", "\"{\\u0022result\\u0022:5}\"", "\"{\\\"result\\\":\"",
    ];

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_result_is_read_back_as_it_was_however_it_travels(string? result)
    {
        var direct = ActivityEnvelope.FromHistory(ActivityEnvelope.ToHistory(result));
        var throughHost = ActivityEnvelope.FromHistory(ActivityEnvelope.ToHost(ActivityOutcome.Completed(result)));

        Assert.Equal(ActivityOutcome.Completed(result), direct);
        // Behind the host, nothing and null are one.
        Assert.Equal(ActivityOutcome.Completed(result == "null" ? null : result), throughHost);
    }

    [Fact]
    public void A_failure_travels_as_data_and_is_thrown_in_the_orchestrator()
    {
        var failure = new TaskFailureDetails("System.IO.IOException", "đĩa đầy", "at A", new("System.Exception", "inner")) { IsNonRetriable = true };
        var text = ActivityEnvelope.ToHost(ActivityOutcome.Failed(failure));
        var engine = new TurnDriver(context => context.CallActivityAsync<object?>("Sign", TaskOptions.FromRetryPolicy(new(9, TimeSpan.FromSeconds(1)))));
        engine.Start().Turn(Happened.Completed(0, text));

        Assert.Equal(JsonValueKind.String, JsonDocument.Parse(text).RootElement.ValueKind);
        Assert.Equal(ActivityOutcome.Failed(failure), ActivityEnvelope.FromHistory(text));
        Assert.Equal("đĩa đầy", engine.Completion!.FailureDetails.InnerFailure.ErrorMessage);
        Assert.True(engine.Completion.FailureDetails.IsNonRetriable);
    }

    [Fact]
    public void The_plain_envelope_of_an_error_is_understood_and_one_that_may_be_retried_is()
    {
        var engine = new TurnDriver(context => context.CallActivityAsync<object?>("Sign", TaskOptions.FromRetryPolicy(new(2, TimeSpan.FromSeconds(1)))));
        engine.Start()
            .Turn(Happened.Completed(0, """{"error":{"type":"System.IO.IOException","message":"slow","retriable":true}}"""))
            .Turn(Happened.Fired(1))
            .Turn(Happened.Completed(2, """{"result":[1]}"""));

        Assert.Equal("[1]", engine.Completion!.Result);
    }

    [Fact]
    public async Task The_dispatcher_gives_results_as_JSON_and_failures_as_details()
    {
        var registry = new DurableTaskRegistry { IsNonRetriable = exception => exception is InvalidDataException }
            .Activity<int[], object>("Sum", numbers => new { total = numbers.Sum(), word = "tổng" })
            .Activity<int, object>("Zero", number => new { total = number, word = "tổng" })
            .Activity<object?, object?>("Break", _ => throw new InvalidDataException("gap in the register"))
            .Activity<object?, object?>("Slow", _ => throw new TimeoutException("slow"))
            .Activity<object?, object?>("Cancelled", _ => throw new TaskCanceledException("by somebody else"));
        var lines = new LogLines();
        var dispatcher = new ActivityDispatcher(registry, new ServiceCollection().BuildServiceProvider(), new DataConverter(), lines);
        Task<ActivityOutcome> Run(string name, string? input = null) => dispatcher.RunAsync(name, "i", input, CancellationToken.None);

        Assert.Equal("""{"total":6,"word":"tổng"}""", (await Run("sum", "[1,2,3]")).Result);
        Assert.Equal("""{"total":0,"word":"tổng"}""", (await Run("Zero", "null")).Result);
        Assert.Equal(("System.IO.InvalidDataException", true), Kind(await Run("Break")));
        Assert.Equal(("System.TimeoutException", false), Kind(await Run("Slow")));
        Assert.Equal(("System.Threading.Tasks.TaskCanceledException", false), Kind(await Run("Cancelled")));
        Assert.Equal(("System.Text.Json.JsonException", true), Kind(await Run("Sum", "{")));
        Assert.Equal((typeof(UnknownTaskException).FullName, true), Kind(await Run("Nobody")));
        Assert.Equal(3, lines.Written.Count);

        static (string?, bool) Kind(ActivityOutcome outcome) => (outcome.Failure?.ErrorType, outcome.Failure?.IsNonRetriable ?? false);
    }

    [Fact]
    public async Task An_activity_told_to_stop_has_no_outcome()
    {
        using var stopping = new CancellationTokenSource();
        var registry = new DurableTaskRegistry().Activity<int, int>("Wait", async (context, _) =>
        {
            await stopping.CancelAsync();
            context.CancellationToken.ThrowIfCancellationRequested();
            return 1;
        });
        var dispatcher = new ActivityDispatcher(registry, new ServiceCollection().BuildServiceProvider(), new DataConverter(), NullLoggerFactory.Instance);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dispatcher.RunAsync("Wait", "i", "1", stopping.Token));
    }

    [Fact]
    public async Task Each_run_has_services_of_its_own()
    {
        var services = new ServiceCollection().AddScoped<Counter>().BuildServiceProvider(validateScopes: true);
        var dispatcher = new ActivityDispatcher(new DurableTaskRegistry().AddActivity<Count>(), services, new DataConverter(), NullLoggerFactory.Instance);

        Assert.Equal("1", (await dispatcher.RunAsync("Count", "i", null, CancellationToken.None)).Result);
        Assert.Equal("1", (await dispatcher.RunAsync("count", "i", null, CancellationToken.None)).Result);
    }

    [Fact]
    public void Names_are_registered_once_whatever_their_case()
    {
        var registry = new DurableTaskRegistry().AddActivity<Count>();

        Assert.Throws<ArgumentException>(() => registry.AddActivity("COUNT", _ => new Count(new())));
        Assert.Equal(["Count"], registry.ActivityNames);
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }

    private sealed class Count(Counter counter) : TaskActivity<object?, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, object? input) => Task.FromResult(++counter.Value);
    }
}
