using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// The extension's gRPC server: HTTP/2 without TLS on a free port of 127.0.0.1, which is another one whenever the extension starts
/// again. Unary calls only, framed by hand.
/// </summary>
internal sealed class SidecarServer : IAsyncDisposable
{
    private const int PrefixBytes = 5;
    private readonly WebApplication app;

    private SidecarServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public static async Task<SidecarServer> StartAsync(DurableEngine engine)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapPost("/TaskHubSidecarService/{method}", (HttpContext context, string method) => AnswerAsync(context, method, engine));
        await app.StartAsync();
        return new SidecarServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, string method, DurableEngine engine)
    {
        context.Response.ContentType = "application/grpc";
        var (status, text) = (0, "");
        try
        {
            if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) is not true || context.Request.Headers.TE != "trailers")
                throw new RpcException(RpcException.InvalidArgument, "this is no call of gRPC");
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var answer = Call(method, body.ToArray(), engine);
            var frame = new byte[PrefixBytes + answer.CalculateSize()];
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)(frame.Length - PrefixBytes));
            answer.WriteTo(frame.AsSpan(PrefixBytes));
            await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        }
        catch (RpcException refused)
        {
            (status, text) = (refused.Status, refused.Message);
        }

        context.Response.AppendTrailer("grpc-status", status.ToString(CultureInfo.InvariantCulture));
        if (status != 0) context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(text));
    }

    private static IMessage Call(string method, byte[] body, DurableEngine engine)
    {
        if (body.Length < PrefixBytes || body[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) != body.Length - PrefixBytes)
            throw new RpcException(RpcException.InvalidArgument, "not one plain message");
        T Read<T>(MessageParser<T> parser)
            where T : IMessage<T> => parser.ParseFrom(body, PrefixBytes, body.Length - PrefixBytes);
        IMessage Done(Action tell, IMessage answer)
        {
            tell();
            return answer;
        }

        return method switch
        {
            "StartInstance" => engine.Start(Read(P.CreateInstanceRequest.Parser)),
            "GetInstance" => engine.Get(Read(P.GetInstanceRequest.Parser)),
            "RaiseEvent" => Done(() => engine.Raise(Read(P.RaiseEventRequest.Parser)), new P.RaiseEventResponse()),
            "TerminateInstance" => Done(() => engine.Terminate(Read(P.TerminateRequest.Parser)), new P.TerminateResponse()),
            "SuspendInstance" => Done(() => engine.Suspend(Read(P.SuspendRequest.Parser)), new P.SuspendResponse()),
            "ResumeInstance" => Done(() => engine.Resume(Read(P.ResumeRequest.Parser)), new P.ResumeResponse()),
            "PurgeInstances" => engine.Purge(Read(P.PurgeInstancesRequest.Parser)),
            _ => throw new RpcException(RpcException.Unimplemented, method),
        };
    }
}
