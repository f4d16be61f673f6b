using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Hub;
using ECopy.Functions.Triggers;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using ECopy.TestKit.FunctionsHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>host.json and the function.json files against the program that they call.</summary>
public sealed partial class PackageTests : IDisposable
{
    /// <summary>DESIGN decision 10.</summary>
    private static readonly string[] Prefixes = ["v", "office", "account", "c", "s", "p", "api", "openapi", "health", "static", "trust", "status", "ops", "demo", ".well-known"];
    private const string Body = """{"Data":{}}""";
    private readonly TestFolder folder = new();
    private readonly FunctionsApp package;

    // Read and refused as the Functions host does it.
    public PackageTests() => package = FunctionsApp.Read(HandlerOffice.Package(folder), PlayedApps.Settings);

    public void Dispose() => folder.Dispose();

    private IEnumerable<string> Called => package.Functions.Where(function => !function.IsHttpInAndOut).Select(function => function.Name);

    [Fact]
    public void Every_orchestrator_and_activity_has_its_folder_and_every_folder_is_somebodys()
    {
        var registry = new DurableTaskRegistry();
        registry.AddCopyFlow();
        Assert.Equal(registry.OrchestratorNames.Order(), package.Of("orchestrationTrigger").Select(function => function.TaskName).Order());
        Assert.Equal(registry.ActivityNames.Order(), package.Of("activityTrigger").Select(function => function.TaskName).Order());
        Assert.Equal([CommandEndpoints.RunCommand, CommandEndpoints.SweepRequests], package.Functions.Where(function => function.Trigger.Type is "queueTrigger" or "timerTrigger").Select(function => function.Name));
        Assert.All(package.Functions, function => Assert.Equal(function.Name, function.Trigger.Type == "httpTrigger" ? function.Name : function.TaskName));

        Assert.All(package.Of("orchestrationTrigger"), function => Assert.Equal(("context", 1), (function.Trigger.Name, function.Bindings.Count)));
        Assert.All(package.Of("activityTrigger"), function => Assert.Equal(("input", 2), (function.Trigger.Name, function.Bindings.Count)));
        var queue = package.Of("queueTrigger").Single().Trigger;
        Assert.Equal(("item", CommandQueue.Name, "AzureWebJobsStorage"), (queue.Name, queue.Text("queueName"), queue.Text("connection")));
        Assert.Equal("*/30 * * * * *", package.Of("timerTrigger").Single().Trigger.Text("schedule"));
    }

    [Fact]
    public void The_host_is_told_what_the_program_counts_on()
    {
        Assert.Equal(("ECopyHub", "", "ECopy"), (package.Host.HubName, package.Host.RoutePrefix, Path.GetFileName(package.Host.Executable)));
        Assert.Equal(folder.Path, package.Host.WorkingDirectory);
        var json = File.ReadAllText(folder["host.json"]);
        Assert.Contains("\"messageEncoding\": \"base64\"", json, StringComparison.Ordinal);
        // Addresses of pages hold codes and links that are somebody's secret.
        Assert.Contains("\"enableHttpTriggerExtendedInfoCollection\": false", json, StringComparison.Ordinal);
    }

    [Fact]
    public void The_routes_are_exactly_the_listed_prefixes()
    {
        var routes = package.Of("httpTrigger").Select(function => function.Trigger.Text("route")!).ToList();
        Assert.Equal([.. Prefixes.Select(prefix => $"{prefix}/{{*path}}").Append("favicon.ico").Append("robots.txt").Append("{ignored:maxlength(0)?}").Order(StringComparer.Ordinal)], routes.Order(StringComparer.Ordinal));
        Assert.All(package.Of("httpTrigger"), function => Assert.True(function.IsHttpInAndOut && function.Trigger.Text("authLevel") == "anonymous"));
        // What the host keeps for itself.
        Assert.DoesNotContain(routes, route => route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Called, name => Prefixes.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_address_of_the_program_is_routed_and_only_the_host_knows_the_others()
    {
        await using var office = await HandlerOffice.OpenAsync(1);
        await using var front = await FrontAsync(_ => Task.CompletedTask);
        using var client = new HttpClient { BaseAddress = new Uri(front.Urls.First()) };
        var own = new List<string>();
        foreach (var endpoint in office.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            // Every parameter filled in; a name in a route is what it is.
            var path = Parameter().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "x");
            if (Called.Contains(path[1..])) continue;
            own.Add(path);
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await client.SendAsync(request);
                Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: no prefix routes this");
            }
        }

        Assert.Contains("/api/copies/x", own);
        Assert.Contains("/office/copies/x/pages/x", own);
        Assert.DoesNotContain("/local/certify", own);
        // Served by no route: the program's files.
        foreach (var file in (string[])["/static/site.css", "/static/fonts/Tinos_400Regular.ttf", "/favicon.ico", "/robots.txt", "/"])
        {
            using var answer = await client.GetAsync(new Uri(file, UriKind.Relative));
            Assert.True(answer.IsSuccessStatusCode, file);
            using var served = new HttpClient { BaseAddress = office.AddressOf(0) };
            Assert.True((await served.GetAsync(new Uri(file, UriKind.Relative))).IsSuccessStatusCode, file);
        }
    }

    [Fact]
    public async Task No_function_can_be_reached_from_outside_whatever_the_address_is_written_like()
    {
        var reached = new List<string>();
        var builder = Bare();
        builder.Services.AddAuthorization();
        await using var back = builder.Build();
        back.UseRouting();
        foreach (var name in Called)
        {
            back.MapFunction(name, (context, _, _) =>
            {
                reached.Add(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
                return Task.FromResult(FunctionEndpoints.Answer());
            });
        }

        await back.StartAsync();
        using var proxy = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        var asItIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var passed = 0;
        await using var front = await FrontAsync(async context =>
        {
            Interlocked.Increment(ref passed);
            // As it came, and as a proxy may write it again: escapes that were themselves escaped are escapes then.
            foreach (var target in (string[])[context.Features.Get<IHttpRequestFeature>()!.RawTarget, context.Request.Path.ToUriComponent()])
            {
                if (Uri.TryCreate(back.Urls.First() + (target.StartsWith('/') ? target : "/" + target), asItIs, out var uri))
                    using (await proxy.PostAsync(uri, new StringContent(Body))) { }
            }
        });
        foreach (var name in Called)
        {
            foreach (var target in (string[])
                [
                    $"/{name}", $"/{name.ToUpperInvariant()}", $"/{name}/", $"//{name}", $"/./{name}", $"/%2e/{name}", $"/%2f{name}", $"/?/{name}", $"/;/{name}", $"/.//{name}",
                    $"/static/../{name}", $"/static/%2e%2e/{name}", $"/static/..%2f{name}", $"/static/..%5c{name}", $"/static//{name}", $"/api/..;/{name}", $"/v/%252e%252e/{name}",
                    $"/.well-known/../{name}", $"http://any.example/{name}", $"/static/../../{name}?x=/v/",
                ])
                Assert.NotEqual("", await SendAsync(new Uri(front.Urls.First()), target));
        }

        Assert.Empty(reached);
        Assert.True(passed > 0, "some of these go through a prefix, to where no function is");
        // The two that listen do see what they are for.
        Assert.StartsWith("HTTP/1.1 200", await SendAsync(new Uri(back.Urls.First()), "/CopyOrchestrator"), StringComparison.Ordinal);
        Assert.Single(reached);
    }

    [Fact]
    public async Task By_itself_the_program_has_no_such_address()
    {
        await using var office = await TestOffice.OpenAsync();
        var routes = office.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!.Trim('/')).ToList();
        Assert.DoesNotContain(routes, route => Called.Contains(route, StringComparer.OrdinalIgnoreCase));
        Assert.Contains("local/certify", routes);
        using var client = await office.ConnectAsync();
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.PostAsync(new Uri("/CopyOrchestrator", UriKind.Relative), new StringContent("{}"))).StatusCode);
    }

    private async Task<WebApplication> FrontAsync(Func<HttpContext, Task> proxied)
    {
        var app = Bare().Build();
        app.UseRouting();
        foreach (var function in package.Of("httpTrigger"))
        {
            var methods = function.Trigger.Json.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant());
            app.MapMethods(function.Trigger.Text("route")!, methods, context => proxied(context));
        }

        await app.StartAsync();
        return app;
    }

    private static WebApplicationBuilder Bare()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // maxlength is no constraint of the slim builder's own.
        builder.Services.AddRouting();
        return builder;
    }

    /// <summary>The first line of the answer to a target that no client library would send as it is.</summary>
    private static async Task<string> SendAsync(Uri to, string target)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(to.Host, to.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {target} HTTP/1.1\r\nHost: any.example\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync() ?? "";
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
