using ECopy.TestKit;
using ECopy.TestKit.FunctionsHost;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>What the played host does not start with, as the real one would not: a slip in a function.json must be found here.</summary>
public sealed class PlayedHostRefusalTests : IDisposable
{
    private const string Out = """{"type":"http","direction":"out","name":"res"}""";
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_with_a_proxied_prefix_an_activity_and_a_queue_is_taken()
    {
        PlayedApps.Function(folder, "Http-api", $$"""{"bindings":[{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","methods":["get","post"],"route":"api/{*p}"},{{Out}}]}""");
        PlayedApps.Function(folder, "HashScan", """{"bindings":[{"type":"activityTrigger","direction":"in","name":"input"},{"type":"durableClient","direction":"in","name":"client"}]}""");
        PlayedApps.Function(folder, "RunCommand", """{"bindings":[{"type":"queueTrigger","direction":"in","name":"item","queueName":"ecopy-commands","connection":"AzureWebJobsStorage"}]}""");
        var app = FunctionsApp.Read(PlayedApps.Host(folder), PlayedApps.Settings);
        Assert.Equal(["HashScan", "Http-api", "RunCommand"], app.Functions.Select(function => function.Name));
        Assert.True(app.Functions[1].IsHttpInAndOut);
        Assert.Equal("client", app.Activity("hashscan")!.Client!.Name);
        Assert.Equal(("PlayedHub", "", TimeSpan.FromMinutes(10)), (app.Host.HubName, app.Host.RoutePrefix, app.Host.FunctionTimeout));
    }

    [Theory]
    [InlineData("Http-admin", """{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","route":"admin/{*p}"}""", "host's own")]
    [InlineData("Http-runtime", """{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","route":"runtime-x"}""", "host's own")]
    [InlineData("Http-verb", """{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","methods":["fetch"],"route":"v/{*p}"}""", "methods")]
    [InlineData("Blob", """{"type":"blobTriger","direction":"in","name":"req"}""", "no binding that this host knows")]
    [InlineData("Bad.Name", """{"type":"activityTrigger","direction":"in","name":"input"}""", "cannot name a function")]
    [InlineData("Way", """{"type":"activityTrigger","direction":"inout","name":"input"}""", "direction")]
    [InlineData("Binding", """{"type":"activityTrigger","direction":"in","name":"in-put"}""", "cannot name a binding")]
    [InlineData("Entity", """{"type":"orchestrationTrigger","direction":"in","name":"context","orchestration":"@x"}""", "entity")]
    [InlineData("Timer", """{"type":"timerTrigger","direction":"in","name":"timer","schedule":"often"}""", "schedule")]
    [InlineData("Queue", """{"type":"queueTrigger","direction":"in","name":"item","queueName":"Commands","connection":"AzureWebJobsStorage"}""", "name of a queue")]
    [InlineData("Connection", """{"type":"queueTrigger","direction":"in","name":"item","queueName":"commands","connection":"Nowhere"}""", "connection is missing")]
    public void A_function_json_that_the_host_refuses_is_refused(string name, string trigger, string why)
    {
        var http = trigger.Contains("httpTrigger", StringComparison.Ordinal) ? "," + Out : "";
        PlayedApps.Function(folder, name, $$"""{"bindings":[{{trigger}}{{http}}]}""");
        var refused = Assert.Throws<FunctionsAppException>(() => FunctionsApp.Read(PlayedApps.Host(folder), PlayedApps.Settings));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"2.0\"", "\"1.0\"", "version")]
    [InlineData("[4.*, 5.0.0)", "[3.*, 4.0.0)", "bundle")]
    [InlineData("\"enableProxyingHttpRequest\":true", "\"http\":{\"routes\":[]},\"enableProxyingHttpRequest\":true", "exclude")]
    [InlineData("\"enableProxyingHttpRequest\":true", "\"enableForwardingHttpRequest\":true", "proxied")]
    [InlineData("\"handler\"", "\"other\"", "missing")]
    [InlineData("PlayedHub", "Played-Hub", "hub")]
    [InlineData("00:10:00", "ten", "functionTimeout")]
    public void A_host_json_that_the_host_refuses_is_refused(string from, string to, string why)
    {
        PlayedApps.Function(folder, "HashScan", """{"bindings":[{"type":"activityTrigger","direction":"in","name":"input"}]}""");
        var refused = Assert.Throws<FunctionsAppException>(() => FunctionsApp.Read(PlayedApps.Host(folder, PlayedApps.HostJson.Replace(from, to, StringComparison.Ordinal)), PlayedApps.Settings));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
