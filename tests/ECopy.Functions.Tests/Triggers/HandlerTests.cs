using System.Net;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Register;
using ECopy.Functions.Triggers;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using ECopy.TestKit.FunctionsHost;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>Two handlers over one store, the hub in the played extension.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task A_queue_that_is_down_loses_nothing_since_the_sweeper_tells_again()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        var copyId = await office.SubmitAsync(handler: 0);
        Assert.Empty(office.Engine.States());
        await office.SweepAsync();
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.ApproveAsync(copyId, handler: 1);
        // Told once the instance waits; again and again is no harm.
        var registered = await office.WhenAsync(copyId, request => request.State is CopyState.Registered, office.SweepAsync);
        Assert.Equal(1, registered.Attempt);
        Assert.Single(office.Engine.States());
        Assert.Empty(office.Engine.Breaches);
        Assert.Equal(AuditVerdict.Clean, (await office.Get<StoreAudit>().RunAsync(default)).Verdict);
    }

    [Fact]
    public async Task A_message_delivered_twice_has_one_effect()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        var copyId = await office.SubmitAsync();
        var start = new CommandMessage(1, HandlerOffice.Agency, copyId, null).Write();
        await Task.WhenAll(office.CommandAsync(start), office.CommandAsync(start));
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.CommandAsync(start);
        await office.ApproveAsync(copyId);
        var decided = new CommandMessage(1, HandlerOffice.Agency, copyId, CopyOrchestrator.ReviewDecided).Write();
        await Task.WhenAll(office.CommandAsync(decided), office.CommandAsync(decided));
        await office.WhenStateAsync(copyId, CopyState.Registered);
        await office.CommandAsync(decided);
        Assert.Equal($"copy-{copyId}:1", Assert.Single(office.Engine.States()).InstanceId);
    }

    [Fact]
    public async Task A_message_that_cannot_be_understood_is_taken_once()
    {
        await using var office = await HandlerOffice.OpenAsync(1);
        foreach (var text in (string[])
            [
                "", "no JSON", "[]", "null", "{}", """{"schema":2,"agency":"H99.9.1","copyId":"x","event":null}""", """{"schema":1,"agency":"H99.9.1"}""",
                """{"schema":1,"agency":"H99.9.1","copyId":"nobody","event":null}""", """{"schema":1,"agency":"../x","copyId":"..","event":null}""",
            ])
            await office.CommandAsync(text);
        Assert.Empty(office.Engine.States());
    }

    [Fact]
    public async Task A_message_comes_again_while_the_hub_does_not_answer()
    {
        await using var office = await HandlerOffice.OpenAsync(1);
        var copyId = await office.SubmitAsync();
        using var host = new HttpClient { BaseAddress = office.AddressOf(0) };
        var message = new CommandMessage(1, HandlerOffice.Agency, copyId, null).Write();
        using var answer = await PostAsync(host, CommandEndpoints.RunCommand, new { item = message, client = """{"rpcBaseUrl":"http://127.0.0.1:1"}""" });
        Assert.True((int)answer.StatusCode >= 500);
        // An address elsewhere is not even tried.
        using var elsewhere = await PostAsync(host, CommandEndpoints.RunCommand, new { item = message, client = """{"rpcBaseUrl":"http://192.0.2.1:1"}""" });
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.StatusCode);
    }

    [Fact]
    public async Task An_instance_that_the_extension_failed_for_good_heals_by_itself_behind_a_fence()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        office.TurnsToLose = 1;
        var copyId = await office.SubmitAsync();
        await office.SweepAsync();
        await office.WhenAsync(copyId, _ => office.Engine.States() is [{ OrchestrationStatus: P.OrchestrationStatus.Failed }]);
        await office.SweepAsync();
        var healed = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal((2, null), (healed.Attempt, healed.Failure));
        // A late delivery of the first attempt's work finds the fence.
        using var host = new HttpClient { BaseAddress = office.AddressOf(1) };
        using var late = await PostAsync(host, StepNames.HashScan, new { input = $$"""{"agency":"{{HandlerOffice.Agency}}","copyId":"{{copyId}}","attempt":1,"approval":0,"signer":null,"reason":null}""" });
        Assert.Contains("superseded", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_says_less_where_nobody_knows_the_hub_and_more_once_a_call_has_named_it()
    {
        await using var office = await HandlerOffice.OpenAsync(1);
        var copyId = await office.SubmitAsync();
        var reader = office.Get<ProgressReader>();
        Assert.Null(office.Get<IHubView>().Client);
        Assert.Equal(ProgressStep.Checked, (await reader.FindAsync(HandlerOffice.Agency, copyId, default))!.Standing!.Step);
        await office.SweepAsync();
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        var known = office.Get<IHubView>().Client!;
        Assert.NotNull(await known.GetInstanceAsync(CopyWorkflow.InstanceId(copyId, 1)));

        // The extension comes back at another address: coarser, never an error, and forgotten; the next call names the new one.
        await office.MoveExtensionAsync();
        Assert.Equal(CopyProgress.WaitingForReview, (await reader.FindAsync(HandlerOffice.Agency, copyId, default))!.Waiting);
        Assert.Null(office.Get<IHubView>().Client);
        await office.SweepAsync();
        Assert.NotNull(await office.Get<IHubView>().Client!.GetInstanceAsync(CopyWorkflow.InstanceId(copyId, 1)));
    }

    [Fact]
    public void An_activity_names_the_hub_too_and_one_that_does_not_end_is_given_up_before_the_host_would()
    {
        using var folder = new TestFolder();
        var app = FunctionsApp.Read(HandlerOffice.Package(folder), PlayedApps.Settings);
        Assert.All(app.Of("activityTrigger").Concat(app.Of("queueTrigger")).Concat(app.Of("timerTrigger")), function => Assert.Equal(FunctionEndpoints.Client, function.Client?.Name));
        Assert.True(StepDeadline.Default.Activity < ECopyHost.LongestActivity);
        foreach (var longest in (TimeSpan[])[ECopyHost.LongestActivity, CommandEndpoints.LongestCommand, CommandEndpoints.LongestRound])
            Assert.True(longest * 2 < app.Host.FunctionTimeout, $"{longest}");
        // The sweeper must not take a step that may still run for one that is stuck.
        Assert.True(ECopyHost.LongestActivity < StepDeadline.Default.Stuck);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient host, string function, object data) =>
        host.PostAsync(new Uri(function, UriKind.Relative), new StringContent(System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object> { ["Data"] = data }), System.Text.Encoding.UTF8, "application/json"));
}
