using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ECopy.TestKit.FunctionsHost;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit.Abstractions;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>Whatever arrives at the published program's own port: a FAILED action or a clear 4xx, and the process stays. From outside: nothing arrives.</summary>
[Collection(TheHostedProgram.Name)]
public sealed class InvocationTests(HostedOffice office, ITestOutputHelper output)
{
    private const string Orchestrator = "CopyOrchestrator";
    private static readonly DateTime At = new(2026, 3, 2, 1, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string> Rubbish =>
    [
        "", "x", "[]", "null", "{}", "{\"Data\":1}", "{\"Data\":{}}", "{\"Data\":{\"context\":1,\"input\":1,\"item\":1}}",
        "{\"Data\":{\"context\":\"\\\"not base64\\\"\",\"input\":\"{\",\"item\":\"\\\"{\\\"\"}}",
        "{\"Data\":{\"context\":\"\\\"/////w==\\\"\",\"input\":\"\\\"text\\\"\",\"item\":\"\\\"text\\\"\"}}",
        "{\"Data\":{\"context\":\"\\ud800\",\"input\":\"\\ud800\",\"item\":\"\\ud800\"}}",
        "{\"Data\":{\"context\":\"null\",\"input\":\"null\",\"item\":\"null\"}}",
        "{\"Data\":{\"item\":\"\\\"{\\\\\\\"schema\\\\\\\":99}\\\"\"}}",
        "{\"Data\":{\"item\":\"{\\\"schema\\\":1,\\\"agency\\\":\\\"../..\\\",\\\"copyId\\\":\\\"..\\\",\\\"event\\\":\\\"Unknown\\\"}\"}}",
    ];

    [Theory]
    [MemberData(nameof(Rubbish))]
    public async Task Rubbish_is_a_clear_4xx_an_error_for_the_orchestrator_or_a_dropped_message(string body)
    {
        foreach (var function in office.Host.App.Functions.Where(function => function.Trigger.Type is "orchestrationTrigger" or "activityTrigger" or "queueTrigger"))
        {
            var (status, text) = await PostAsync(function.Name, body);
            Assert.True(IsClear(status, text) || (status is HttpStatusCode.OK && function.Trigger.Type switch
            {
                // A message that nobody understands would be no better the next time: it is taken, logged and gone.
                "queueTrigger" => true,
                // An input that is JSON but no work is the orchestrator's mistake, and told to it.
                "activityTrigger" => JsonNode.Parse(text)!["ReturnValue"]!.GetValue<string>().StartsWith("{\"error\":", StringComparison.Ordinal),
                _ => false,
            }), $"{function.Name}: {status} {text}");
        }
    }

    [Theory]
    [InlineData("NoSuchFunction")]
    [InlineData("copyorchestrator/x")]
    [InlineData("Http-api")]
    public async Task A_function_that_is_none_is_not_found(string name) => Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(name, "{\"Data\":{}}")).Status);

    [Fact]
    public async Task A_history_that_does_not_match_the_code_is_a_FAILED_action()
    {
        // Another orchestrator's name.
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(First("Nobody", "{}")));
        // An input of another shape.
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(First(Orchestrator, "7")));
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(First(Orchestrator, "{")));
        // A task that the code does not ask for at this place, by name and by kind.
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(First(Orchestrator, Work, new P.HistoryEvent { EventId = 0, TaskScheduled = new P.TaskScheduledEvent { Name = "RegisterCopy" } })));
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(First(Orchestrator, Work, new P.HistoryEvent { EventId = 0, TimerCreated = new P.TimerCreatedEvent { FireAt = At.ToTimestamp() } })));
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(First(Orchestrator, Work, new P.HistoryEvent { EventId = 7, TaskScheduled = new P.TaskScheduledEvent { Name = "HashScan" } })));
        // No beginning at all.
        var headless = new P.OrchestratorRequest { InstanceId = "copy-1:1" };
        headless.NewEvents.Add(Event(new P.HistoryEvent { EventRaised = new P.EventRaisedEvent { Name = "ReviewDecided" } }));
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(headless));
        Assert.Equal(P.OrchestrationStatus.Failed, await EndOfAsync(new P.OrchestratorRequest()));
    }

    [Fact]
    public async Task Answers_that_nobody_waits_for_and_kinds_that_nobody_knows_do_no_harm()
    {
        var request = First(
            Orchestrator,
            Work,
            new P.HistoryEvent { TaskCompleted = new P.TaskCompletedEvent { TaskScheduledId = 900, Result = "1" } },
            new P.HistoryEvent { TimerFired = new P.TimerFiredEvent { TimerId = 900 } },
            new P.HistoryEvent { EventRaised = new P.EventRaisedEvent { Name = "Nobody's", Input = "{" } },
            // An entity's event (27), which this program has no message for, and an event of no kind.
            P.HistoryEvent.Parser.ParseFrom([0xDA, 0x01, 0x00]),
            new P.HistoryEvent());
        var (status, text) = await TurnAsync(request.ToByteArray());
        Assert.Equal(HttpStatusCode.OK, status);
        var response = ResponseOf(text);
        Assert.True(response.Actions is [{ ScheduleTask.Name: "HashScan" }] or [{ CompleteOrchestration.OrchestrationStatus: P.OrchestrationStatus.Failed }], response.ToString());
    }

    /// <summary>Real histories with single bytes changed, cut or doubled: 200 or 4xx, always.</summary>
    [Fact]
    public async Task Mutated_histories_never_bring_the_program_down()
    {
        const int Mutants = 300;
        using var clerk = office.As("oneStopClerk");
        using var attestor = office.As("attestor");
        var copyId = (await clerk.UploadAsync("mutants", 70)).GetProperty("copyId").GetString()!;
        await attestor.DecideAsync(copyId);
        await clerk.WhenAsync(copyId, "registered");
        var history = office.Host.Engine.HistoryOf($"copy-{copyId}:1");
        Assert.True(history.Count > 20);
        var random = new Random(office.Seed);
        output.WriteLine($"seed {office.Seed}, {history.Count} events, {Mutants} mutants");
        var pid = office.Host.Handler.Pid;
        for (var mutant = 0; mutant < Mutants; mutant++)
        {
            var request = new P.OrchestratorRequest { InstanceId = $"copy-{copyId}:1" };
            var split = random.Next(history.Count);
            request.PastEvents.Add(history.Take(split));
            request.NewEvents.Add(history.Skip(split));
            var bytes = request.ToByteArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes = random.Next(3) switch
                {
                    0 => bytes[..random.Next(1, bytes.Length)],
                    1 => [.. bytes, .. bytes.AsSpan(random.Next(bytes.Length))],
                    _ => Changed(bytes, random),
                };
            }

            var (status, text) = await TurnAsync(bytes);
            Assert.True(status is HttpStatusCode.OK ? ResponseOf(text) is not null : IsClear(status, text), $"mutant {mutant}: {status} {text}");
        }

        Assert.Equal(pid, office.Host.Handler.Pid);
    }

    [Fact]
    public async Task From_outside_no_function_can_be_reached()
    {
        var work = JsonSerializer.Serialize(new { Data = new { input = Work, context = "\"\"", item = "\"{}\"", timer = new { IsPastDue = false } }, Metadata = new { } });
        var asked = 0;
        foreach (var function in office.Host.App.Functions)
        {
            foreach (var path in (string[])
            [
                $"/{function.Name}", $"/{function.Name.ToLowerInvariant()}", $"/{function.Name}/", $"//{function.Name}", $"/./{function.Name}", $"/api/../{function.Name}", $"/api/%2e%2e/{function.Name}",
                $"/v/..%2f{function.Name}", $"/static/..%5c{function.Name}", $"/api/{function.Name}", $"/%{(int)function.Name[0]:x2}{function.Name[1..]}", $"/{function.Name}?x=/api/", $"/{function.Name};/api/", $"/admin/functions/{function.Name}",
            ])
            {
                // As the host's own calls look, since anybody can write that.
                var answer = await RawAsync($"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: Azure-Functions-Host/4.0\r\nX-Azure-Functions-InvocationId: 1\r\nContent-Type: application/json\r\nContent-Length: {work.Length}\r\n\r\n{work}");
                Assert.DoesNotContain("ReturnValue", answer, StringComparison.OrdinalIgnoreCase);
                Assert.Matches("^HTTP/1.1 (400|401|404|405) ", answer);
                asked++;
            }
        }

        output.WriteLine($"{asked} ways tried");
    }

    [Fact]
    public async Task The_proxy_takes_the_callers_host_away_and_the_program_does_without()
    {
        using var anyone = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = office.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/office/copies");
        request.Headers.Host = "evil.example";
        request.Headers.Accept.ParseAdd("text/html");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.example");
        using var answer = await anyone.SendAsync(request);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith("/account/sign-in", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var home = await anyone.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        Assert.DoesNotContain("evil.example", await home.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var nothing = await anyone.GetAsync("/nowhere/else");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    private static string Work => """{"agency":"H99.9.1","copyId":"00000000000000000000000000000000","attempt":1}""";

    private static bool IsClear(HttpStatusCode status, string text) =>
        (int)status is >= 400 and < 500 && JsonNode.Parse(text) is JsonObject problem && problem["code"] is not null && problem["title"] is not null;

    private static byte[] Changed(byte[] bytes, Random random)
    {
        var other = bytes.ToArray();
        other[random.Next(other.Length)] = (byte)random.Next(256);
        return other;
    }

    private static P.HistoryEvent Event(P.HistoryEvent one)
    {
        if (one.EventId == 0 && one.TaskScheduled is null && one.TimerCreated is null) one.EventId = -1;
        one.Timestamp = At.ToTimestamp();
        return one;
    }

    private static P.OrchestratorRequest First(string name, string input, params P.HistoryEvent[] more)
    {
        var request = new P.OrchestratorRequest { InstanceId = "copy-1:1" };
        request.NewEvents.Add(Event(new P.HistoryEvent { OrchestratorStarted = new P.OrchestratorStartedEvent() }));
        request.NewEvents.Add(Event(new P.HistoryEvent
        {
            ExecutionStarted = new P.ExecutionStartedEvent { Name = name, Input = input, OrchestrationInstance = new P.OrchestrationInstance { InstanceId = "copy-1:1", ExecutionId = "e" } },
        }));
        request.NewEvents.Add(more.Select(Event));
        return request;
    }

    private async Task<P.OrchestrationStatus?> EndOfAsync(P.OrchestratorRequest request)
    {
        var (status, text) = await TurnAsync(request.ToByteArray());
        Assert.True(status is HttpStatusCode.OK, $"{status} {text}");
        return ResponseOf(text).Actions is [{ CompleteOrchestration: { } end }] ? end.OrchestrationStatus : null;
    }

    private Task<(HttpStatusCode Status, string Text)> TurnAsync(byte[] request) =>
        PostAsync(Orchestrator, new JsonObject { ["Data"] = new JsonObject { ["context"] = JsonPayload.Text(Convert.ToBase64String(request)) }, ["Metadata"] = new JsonObject() }.ToJsonString());

    private static P.OrchestratorResponse ResponseOf(string text) =>
        P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(JsonNode.Parse(text)!["ReturnValue"]!.GetValue<string>()));

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string function, string body)
    {
        using var http = new HttpClient { BaseAddress = await office.Host.Handler.AddressAsync(default) };
        using var answer = await http.PostAsync(function, new StringContent(body, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The request line as it is: HttpClient would tidy the address.</summary>
    private async Task<string> RawAsync(string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, office.Address.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        return await new StreamReader(stream, Encoding.UTF8).ReadToEndAsync();
    }
}
