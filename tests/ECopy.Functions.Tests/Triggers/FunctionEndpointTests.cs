using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using ECopy.Functions.Tests.Hub;
using ECopy.Functions.Triggers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>Orchestrators and activities over HTTP, as the Functions host calls them.</summary>
public sealed class FunctionEndpointTests : IAsyncLifetime, IDisposable
{
    /// <summary>Data, not data.</summary>
    private static readonly JsonSerializerOptions AsTheHost = new();

    private WebApplication app = null!;
    private HttpClient host = null!;

    public async Task InitializeAsync()
    {
        var registry = new DurableTaskRegistry { IsNonRetriable = failure => failure is InvalidDataException }
            .Orchestrator<int, string>("Plan", async (context, number) =>
            {
                context.SetCustomStatus(new { step = "một" });
                return await context.CallActivityAsync<string>("Say", new { number });
            })
            .Activity<Dictionary<string, int>, string>("Say", input => $"2026-03-02T01:00:00.000Z số {input["number"]}")
            .Activity<object?, string>("Fail", _ => throw new InvalidDataException("sai tệp"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(registry).AddSingleton(TimeProvider.System).AddSingleton(new DataConverter()).AddSingleton<ActivityDispatcher>().AddSingleton<OrchestrationExecutor>();
        builder.Services.AddAuthorization();
        app = builder.Build();
        app.MapFunctions(registry, TimeSpan.FromMinutes(2));
        await app.StartAsync();
        host = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    public void Dispose() => host.Dispose();

    [Fact]
    public async Task A_turn_comes_twice_encoded_and_its_actions_go_back_with_the_custom_status()
    {
        var response = await TurnAsync(First("Plan", "7"));
        var task = Assert.Single(response.Actions).ScheduleTask;
        Assert.Equal(("Say", """{"number":7}"""), (task.Name, task.Input));
        Assert.Equal("""{"step":"một"}""", response.CustomStatus);
    }

    [Fact]
    public async Task A_result_travels_as_text_so_that_dates_in_it_survive()
    {
        // As the host sends it: a string that holds the JSON of the action's input.
        using var answer = await host.PostAsJsonAsync("/Say", new { Data = new { input = """{"number":7}""" }, Metadata = new { } }, AsTheHost);
        var value = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ReturnValue");
        Assert.Equal(JsonValueKind.String, value.ValueKind);
        Assert.Equal("\"2026-03-02T01:00:00.000Z số 7\"", ActivityEnvelope.FromHistory(value.GetRawText()).Result);

        // And as an object, which some hosts send instead.
        using var plain = await host.PostAsJsonAsync("/Say", new { Data = new { input = new { number = 8 } } }, AsTheHost);
        Assert.EndsWith("số 8\"", ActivityEnvelope.FromHistory((await plain.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ReturnValue").GetRawText()).Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activitys_failure_is_data_that_the_orchestrator_sees()
    {
        using var answer = await host.PostAsJsonAsync("/Fail", new { Data = new { input = "null" } }, AsTheHost);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var outcome = ActivityEnvelope.FromHistory((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ReturnValue").GetRawText());
        Assert.Equal(("System.IO.InvalidDataException", "sai tệp", true), (outcome.Failure!.ErrorType, outcome.Failure.ErrorMessage, outcome.Failure.IsNonRetriable));
    }

    [Fact]
    public async Task What_is_wrong_with_a_history_is_a_FAILED_action_in_a_good_answer()
    {
        var unknown = await TurnAsync(First("Nobody", "1"));
        Assert.Equal(P.OrchestrationStatus.Failed, Assert.Single(unknown.Actions).CompleteOrchestration.OrchestrationStatus);

        var other = First("Plan", "1");
        other.NewEvents.Add(new P.HistoryEvent { EventId = 0, TaskScheduled = new P.TaskScheduledEvent { Name = "Another" } });
        Assert.Equal(P.OrchestrationStatus.Failed, Assert.Single((await TurnAsync(other)).Actions).CompleteOrchestration.OrchestrationStatus);

        var badInput = await TurnAsync(First("Plan", "{"));
        Assert.Equal(P.OrchestrationStatus.Failed, Assert.Single(badInput.Actions).CompleteOrchestration.OrchestrationStatus);
    }

    [Theory]
    [InlineData("/Plan", "")]
    [InlineData("/Plan", "[]")]
    [InlineData("/Plan", "{\"Data\":1}")]
    [InlineData("/Plan", "{\"Data\":{}}")]
    [InlineData("/Plan", "{\"Data\":{\"context\":1}}")]
    [InlineData("/Plan", "{\"Data\":{\"context\":\"\\\"not base64\\\"\"}}")]
    [InlineData("/Plan", "{\"Data\":{\"context\":\"\\\"/////w==\\\"\"}}")]
    [InlineData("/Plan", "{\"Data\":{\"context\":\"\\ud800\"}}")]
    [InlineData("/Say", "{\"Data\":{\"other\":\"1\"}}")]
    [InlineData("/Say", "x")]
    public async Task Rubbish_is_a_plain_400(string path, string body)
    {
        using var answer = await host.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static P.OrchestratorRequest First(string name, string input)
    {
        var at = new DateTime(2026, 3, 2, 1, 0, 0, DateTimeKind.Utc).ToTimestamp();
        var request = new P.OrchestratorRequest { InstanceId = "copy-1:1" };
        request.NewEvents.Add(new P.HistoryEvent { EventId = -1, Timestamp = at, OrchestratorStarted = new P.OrchestratorStartedEvent() });
        request.NewEvents.Add(new P.HistoryEvent
        {
            EventId = -1,
            Timestamp = at,
            ExecutionStarted = new P.ExecutionStartedEvent { Name = name, Input = input, OrchestrationInstance = new P.OrchestrationInstance { InstanceId = "copy-1:1", ExecutionId = "e" } },
        });
        return request;
    }

    private async Task<P.OrchestratorResponse> TurnAsync(P.OrchestratorRequest request)
    {
        var context = JsonSerializer.Serialize(Convert.ToBase64String(request.ToByteArray()));
        using var answer = await host.PostAsJsonAsync("/Plan", new { Data = new { context }, Metadata = new { sys = new { MethodName = "Plan" } } }, AsTheHost);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ReturnValue").GetString()!));
    }
}
