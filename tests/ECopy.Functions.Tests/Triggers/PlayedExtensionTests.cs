using System.Collections.Concurrent;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Extension;
using ECopy.Functions.Hub.Replay;
using ECopy.Functions.Tests.Hub;
using ECopy.Functions.Triggers;
using ECopy.TestKit;
using ECopy.TestKit.FunctionsHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>
/// The program's executor, endpoints and client against the played extension: two readings of the protocol page, written apart,
/// have to agree. Everything is delivered out of order, and every third thing twice.
/// </summary>
public sealed class PlayedExtensionTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly TestFolder folder = new();
    private readonly HttpClient http = new();
    private readonly ConcurrentQueue<int> squared = new();
    private WebApplication app = null!;
    private FunctionInvoker invoker = null!;
    private DurableEngine engine = null!;
    private SidecarServer sidecar = null!;
    private ExtensionClient client = null!;

    public async Task InitializeAsync()
    {
        var registry = new DurableTaskRegistry { IsNonRetriable = failure => failure is InvalidDataException }
            .Orchestrator<int, int>("Squares", async (context, count) =>
                (await Task.WhenAll(Enumerable.Range(1, count).Select(number => context.CallActivityAsync<int>("Square", number)))).Sum())
            .Orchestrator<int, string>("Collect", async (context, wanted) =>
            {
                context.SetCustomStatus(new { wanted });
                var got = new List<string>();
                while (got.Count < wanted) got.Add(await context.WaitForExternalEvent<string>("Thing"));
                return string.Join(' ', got.Order(StringComparer.Ordinal));
            })
            .Orchestrator<int, int>("Again", async (context, round) =>
            {
                if (round == 3) return round;
                await context.CreateTimer(TimeSpan.FromMilliseconds(20), CancellationToken.None);
                context.ContinueAsNew(round + 1);
                return -1;
            })
            .Orchestrator<int, int>("Parent", async (context, number) =>
            {
                context.SetCustomStatus("sub");
                return await context.CallSubOrchestratorAsync<int>("Squares", number) + await context.CallActivityAsync<int>("Square", 10);
            })
            .Orchestrator<int, string>("Fails", async (context, _) =>
            {
                try
                {
                    await context.CallActivityAsync("Refuse", 1);
                    return "not refused";
                }
                catch (TaskFailedException refused) when (refused.FailureDetails.IsCausedBy<InvalidDataException>())
                {
                    return refused.FailureDetails.ErrorMessage;
                }
            })
            .Orchestrator<DateTimeOffset, DateTimeOffset>("Dates", (context, at) => context.CallActivityAsync<DateTimeOffset>("Echo", at))
            .Orchestrator<int, int>("Lost", (_, _) => throw new InvalidOperationException("đứt"))
            .Activity<int, int>("Square", number =>
            {
                squared.Enqueue(number);
                return number * number;
            })
            .Activity<int, int>("Refuse", _ => throw new InvalidDataException("sai tệp"))
            .Activity<DateTimeOffset, DateTimeOffset>("Echo", at => at);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(registry).AddSingleton(TimeProvider.System).AddSingleton(new DataConverter()).AddSingleton<ActivityDispatcher>().AddSingleton<OrchestrationExecutor>();
        builder.Services.AddAuthorization();
        app = builder.Build();
        app.MapFunctions(registry, TimeSpan.FromMinutes(2));
        await app.StartAsync();

        foreach (var name in registry.OrchestratorNames) Function(name, "orchestrationTrigger", "context");
        foreach (var name in registry.ActivityNames) Function(name, "activityTrigger", "input");
        var functions = FunctionsApp.Read(PlayedApps.Host(folder), PlayedApps.Settings);
        invoker = new FunctionInvoker(_ => Task.FromResult(new Uri(app.Urls.First())), functions.Host.FunctionTimeout, _ => "{}");
        engine = new DurableEngine(new DurableInvocations(functions, invoker), functions.Host, new Chance(20261122), new Disorder(0.3, 0.3, 0));
        sidecar = await SidecarServer.StartAsync(engine);
        client = new ExtensionClient(http, sidecar.Address, new DataConverter(), TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        Assert.Empty(engine.Breaches);
        Assert.Empty(engine.Lost);
        await engine.DisposeAsync();
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    public void Dispose()
    {
        invoker.Dispose();
        http.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Forty_tasks_at_once_are_answered_once_each_however_often_they_come()
    {
        var found = await RunAsync("Squares", 40);
        Assert.Equal(Enumerable.Range(1, 40).Sum(number => number * number), found.ReadOutputAs<int>());
        Assert.True(engine.Repeats > 0);
        Assert.Equal(Enumerable.Range(1, 40), squared.Distinct().Order());
    }

    [Fact]
    public async Task Events_wait_for_their_taker_and_the_custom_status_stands_at_every_turn()
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Collect", 5, new StartOrchestrationOptions("collect:1"));
        for (var number = 0; number < 5; number++)
        {
            Assert.Equal(5, (await client.GetInstanceAsync(id))!.ReadCustomStatusAs<Dictionary<string, int>>()?["wanted"] ?? 5);
            await client.RaiseEventAsync(id, number % 2 == 0 ? "thing" : "THING", $"t{number}");
        }

        Assert.Equal("t0 t1 t2 t3 t4", (await EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Continuing_as_new_drops_the_history_and_late_answers()
    {
        var found = await RunAsync("Again", 0);
        Assert.Equal(3, found.ReadOutputAs<int>());
        Assert.True(engine.HistoryOf(found.InstanceId).Count < 8);
    }

    [Fact]
    public async Task An_orchestration_below_another_answers_it() => Assert.Equal(30 + 100, (await RunAsync("Parent", 4)).ReadOutputAs<int>());

    [Fact]
    public async Task What_an_activity_refused_is_seen_by_the_orchestrator() => Assert.Equal("sai tệp", (await RunAsync("Fails", 0)).ReadOutputAs<string>());

    [Fact]
    public async Task Dates_survive_the_host_that_prints_them_again()
    {
        var at = new DateTimeOffset(2026, 3, 2, 1, 0, 0, 120, TimeSpan.FromHours(7));
        Assert.Equal(at, (await RunAsync("Dates", at)).ReadOutputAs<DateTimeOffset>());
        Assert.Equal(at.Offset, (await RunAsync("Dates", at)).ReadOutputAs<DateTimeOffset>().Offset);
        // As it would have come without care.
        Assert.True(JsonPayload.TryReadReturnValue("""{"returnvalue":"2026-03-02T01:00:00.120+07:00"}""", out var value));
        Assert.Equal("2026-03-01T18:00:00.12+00:00", value!.GetValue<string>());
    }

    [Fact]
    public async Task An_orchestrator_that_throws_fails_by_its_own_action_and_its_id_may_be_used_again()
    {
        var found = await RunAsync("Lost", 0, "lost:1");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "đứt"), (found.RuntimeStatus, found.FailureDetails!.ErrorMessage));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await RunAsync("Lost", 0, "lost:1")).RuntimeStatus);
    }

    [Fact]
    public async Task A_running_id_is_taken_and_an_ended_one_hears_nothing()
    {
        await client.ScheduleNewOrchestrationInstanceAsync("Collect", 1, new StartOrchestrationOptions("one"));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => client.ScheduleNewOrchestrationInstanceAsync("Collect", 1, new StartOrchestrationOptions("one")));
        await client.TerminateInstanceAsync("one", "superseded");
        var ended = await EndAsync("one");
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "superseded"), (ended.RuntimeStatus, ended.ReadOutputAs<string>()));
        await client.RaiseEventAsync("one", "Thing", "late");
        await client.RaiseEventAsync("nobody", "Thing", "late");
        Assert.Equal(1, (await client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
        Assert.Null(await client.GetInstanceAsync("one"));
    }

    private void Function(string name, string trigger, string binding) =>
        PlayedApps.Function(folder, name, $$"""{"bindings":[{"type":"{{trigger}}","direction":"in","name":"{{binding}}"}]}""");

    private async Task<OrchestrationMetadata> RunAsync(string name, object input, string? id = null) =>
        await EndAsync(await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id ?? Guid.NewGuid().ToString("N"))));

    private async Task<OrchestrationMetadata> EndAsync(string id)
    {
        using var patience = new CancellationTokenSource(Patience);
        OrchestrationMetadata? found = null;
        await Until.TrueAsync(async () => (found = await client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token)) is { IsCompleted: true });
        return found!;
    }
}
