using System.Buffers.Binary;
using System.Net;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Extension;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Calls of the extension's client against a loopback server that speaks gRPC as the extension does.</summary>
public sealed class ExtensionClientTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTime At = new(2026, 3, 2, 1, 0, 0, DateTimeKind.Utc);
    private readonly Dictionary<string, Func<byte[], (IMessage? Answer, GrpcStatus Status)>> methods = [];
    private readonly List<string> asked = [];
    private readonly HttpClient http = new();
    private WebApplication server = null!;
    private ExtensionClient client = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        server = builder.Build();
        server.Run(AnswerAsync);
        await server.StartAsync();
        client = new ExtensionClient(http, new Uri(server.Urls.First()), new DataConverter(), TimeProvider.System);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task An_instance_is_started_told_asked_for_and_forgotten()
    {
        Says<P.CreateInstanceRequest>("StartInstance", P.CreateInstanceRequest.Parser, request =>
        {
            Assert.Equal(("copy-1:1", "CopyOrchestrator", """{"copyId":"1"}"""), (request.InstanceId, request.Name, request.Input));
            return (new P.CreateInstanceResponse { InstanceId = request.InstanceId }, GrpcStatus.Ok);
        });
        Says<P.RaiseEventRequest>("RaiseEvent", P.RaiseEventRequest.Parser, request =>
        {
            Assert.Equal(("copy-1:1", "ReviewDecided", null), (request.InstanceId, request.Name, request.Input));
            return (new P.RaiseEventResponse(), GrpcStatus.Ok);
        });
        Says<P.GetInstanceRequest>("GetInstance", P.GetInstanceRequest.Parser, request => (new P.GetInstanceResponse
        {
            Exists = true,
            OrchestrationState = new P.OrchestrationState
            {
                InstanceId = request.InstanceId,
                Name = "CopyOrchestrator",
                OrchestrationStatus = P.OrchestrationStatus.Failed,
                CreatedTimestamp = At.ToTimestamp(),
                LastUpdatedTimestamp = At.AddMinutes(1).ToTimestamp(),
                CustomStatus = """{"step":"HashScan"}""",
                FailureDetails = new P.TaskFailureDetails { ErrorType = "E", ErrorMessage = "hỏng" },
            },
        }, GrpcStatus.Ok));
        Says<P.TerminateRequest>("TerminateInstance", P.TerminateRequest.Parser, request => (new P.TerminateResponse(), request.Output == "\"superseded\"" ? GrpcStatus.Ok : GrpcStatus.InvalidArgument));
        Says<P.PurgeInstancesRequest>("PurgeInstances", P.PurgeInstancesRequest.Parser, request =>
            (new P.PurgeInstancesResponse { DeletedInstanceCount = request.PurgeInstanceFilter?.RuntimeStatus.Count ?? 1 }, GrpcStatus.Ok));

        Assert.Equal("copy-1:1", await client.ScheduleNewOrchestrationInstanceAsync("CopyOrchestrator", new { CopyId = "1" }, new StartOrchestrationOptions("copy-1:1")));
        await client.RaiseEventAsync("copy-1:1", "ReviewDecided");
        var found = (await client.GetInstanceAsync("copy-1:1"))!;
        Assert.Equal((OrchestrationRuntimeStatus.Failed, true, new DateTimeOffset(At), new DateTimeOffset(At.AddMinutes(1)), "hỏng"),
            (found.RuntimeStatus, found.IsCompleted, found.CreatedAt, found.LastUpdatedAt, found.FailureDetails!.ErrorMessage));
        Assert.Equal("HashScan", found.ReadCustomStatusAs<Dictionary<string, string>>()!["step"]);
        await client.TerminateInstanceAsync("copy-1:1", "superseded");
        Assert.Equal(1, (await client.PurgeInstanceAsync("copy-1:1")).PurgedInstanceCount);
        // Never the running ones.
        Assert.Equal(3, (await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: At))).PurgedInstanceCount);
        Assert.Equal(["StartInstance", "RaiseEvent", "GetInstance", "TerminateInstance", "PurgeInstances", "PurgeInstances"], asked);
    }

    [Fact]
    public async Task A_taken_id_is_told_and_messages_for_what_is_gone_are_dropped()
    {
        Says<P.CreateInstanceRequest>("StartInstance", P.CreateInstanceRequest.Parser, _ => (null, GrpcStatus.AlreadyExists));
        Says<P.GetInstanceRequest>("GetInstance", P.GetInstanceRequest.Parser, request => request.InstanceId == "gone"
            ? (new P.GetInstanceResponse(), GrpcStatus.Ok)
            : (new P.GetInstanceResponse { Exists = true, OrchestrationState = new P.OrchestrationState { OrchestrationStatus = P.OrchestrationStatus.Running } }, GrpcStatus.Ok));
        Says<P.RaiseEventRequest>("RaiseEvent", P.RaiseEventRequest.Parser, _ => (null, GrpcStatus.NotFound));

        var taken = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => client.ScheduleNewOrchestrationInstanceAsync("X", null, new StartOrchestrationOptions("copy-1:1")));
        Assert.Equal(OrchestrationRuntimeStatus.Running, taken.Status);
        Assert.Null(await client.GetInstanceAsync("gone"));
        await client.RaiseEventAsync("gone", "ReviewDecided");
    }

    [Fact]
    public async Task Whatever_else_is_answered_is_an_error_of_the_call()
    {
        Says<P.RaiseEventRequest>("RaiseEvent", P.RaiseEventRequest.Parser, _ => (null, GrpcStatus.Unavailable));
        Assert.Equal(GrpcStatus.Unavailable, (await Assert.ThrowsAsync<GrpcCallException>(() => client.RaiseEventAsync("a", "b"))).Status);
        // A method that the server does not know.
        Assert.Equal(GrpcStatus.Unimplemented, (await Assert.ThrowsAsync<GrpcCallException>(() => client.SuspendInstanceAsync("a"))).Status);
        // An answer that is no message.
        methods["GetInstance"] = _ => (null, GrpcStatus.Ok);
        await Assert.ThrowsAsync<GrpcCallException>(() => client.GetInstanceAsync("a"));
        await server.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetInstanceAsync("a"));
    }

    private void Says<TRequest>(string method, MessageParser<TRequest> parser, Func<TRequest, (IMessage?, GrpcStatus)> answer)
        where TRequest : IMessage<TRequest> => methods[method] = body => answer(parser.ParseFrom(body));

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var frame = body.ToArray();
        var path = context.Request.Path.Value!.Split('/');
        Assert.Equal(("HTTP/2", "application/grpc", "TaskHubSidecarService", "trailers"), (context.Request.Protocol, context.Request.ContentType, path[1], context.Request.Headers.TE.ToString()));
        Assert.Equal(frame.Length - 5, (int)BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(1)));
        asked.Add(path[2]);
        var (answer, status) = methods.TryGetValue(path[2], out var method) ? method(frame[5..]) : (null, GrpcStatus.Unimplemented);
        context.Response.ContentType = "application/grpc";
        if (answer is not null)
        {
            var bytes = answer.ToByteArray();
            var prefix = new byte[5];
            BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)bytes.Length);
            await context.Response.BodyWriter.WriteAsync(prefix);
            await context.Response.BodyWriter.WriteAsync(bytes);
        }
        else
        {
            await context.Response.StartAsync();
        }

        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
