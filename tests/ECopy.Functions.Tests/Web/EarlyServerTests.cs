using System.Net;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.Web;

/// <summary>The socket is open before there is a program behind it.</summary>
public sealed class EarlyServerTests
{
    [Fact]
    public async Task The_hosts_question_is_answered_at_once_and_everything_else_when_the_program_is_there()
    {
        using var server = await OpenAsync(TimeSpan.FromMinutes(5));
        using var client = ClientOf(server);
        using var probe = await client.GetAsync("/");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (probe.StatusCode, probe.Headers.RetryAfter!.ToString()));
        var turn = client.PostAsync("/CopyOrchestrator", new StringContent("{}"));
        using var again = await client.GetAsync("/");
        Assert.False(turn.IsCompleted);

        await using var app = Program(server);
        await app.StartAsync();
        using var answered = await turn;
        Assert.Equal("POST /CopyOrchestrator {}", await answered.Content.ReadAsStringAsync());
        Assert.Equal("kept", answered.Headers.GetValues("X-Late").Single());
        Assert.Equal("GET / ", await client.GetStringAsync("/"));
        // Each request's own scope lives until its answer is out, and ends then.
        var ended = app.Services.GetRequiredService<Ended>();
        while (ended.Count < 2) await Task.Delay(5);
        await app.StopAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Nobody_waits_for_ever_for_a_program_that_does_not_come()
    {
        using var server = await OpenAsync(TimeSpan.FromMilliseconds(50));
        using var client = ClientOf(server);
        using var late = await client.PostAsync("/HashScan", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
        await server.StopAsync(default);
    }

    private static Task<EarlyServer> OpenAsync(TimeSpan patience) => EarlyServer.OpenAsync(0, kestrel => kestrel.AddServerHeader = false, patience, TimeProvider.System, default);

    private static HttpClient ClientOf(EarlyServer server) => new() { BaseAddress = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

    private static WebApplication Program(EarlyServer server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Ended>().AddScoped<Scope>();
        builder.Services.Replace(ServiceDescriptor.Singleton<IServer>(server));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.RequestServices.GetRequiredService<Scope>();
            // Set when the answer begins, behind the program's own part.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Late"] = "kept";
                return Task.CompletedTask;
            });
            using var body = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path} {await body.ReadToEndAsync()}");
        });
        return app;
    }

    private sealed class Ended
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public void Add() => Interlocked.Increment(ref count);
    }

    private sealed class Scope(Ended ended) : IDisposable
    {
        public void Dispose() => ended.Add();
    }
}
