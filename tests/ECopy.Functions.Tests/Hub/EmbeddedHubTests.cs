using ECopy.Functions.Hub;

namespace ECopy.Functions.Tests.Hub;

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
}
