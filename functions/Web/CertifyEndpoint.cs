using System.Net.Sockets;
using System.Text.Json;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Connections.Features;

namespace ECopy.Functions.Web;

/// <summary>What the command line sends over the socket. Contents, not paths: the server may stand elsewhere.</summary>
internal sealed record LocalCertifyOrder(string CopyId, string Title, string? Requester, int? Pages, IReadOnlyList<byte[]> Files);

/// <summary>One line of the answer: progress, or how it ended.</summary>
internal sealed record LocalCertifyLine(ProgressLine? Progress, CertifiedCopy? Copy, Rejection? Rejection);

/// <summary>
/// <c>certify</c> through the process that owns the data folder: only over its Unix socket; by TCP there is no such address.
/// The answer is one JSON line per step.
/// </summary>
internal static class CertifyEndpoint
{
    public const string Route = "/local/certify";
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Fifty megabytes of pictures as base64 in JSON.</summary>
    private const long LargestOrder = 80_000_000;

    /// <summary>
    /// Every method, so that over TCP none of them betrays that there is something. No account is asked for: whoever can open
    /// the socket owns the store.
    /// </summary>
    public static void MapLocalCertify(this IEndpointRouteBuilder routes) => routes.Map(Route, RunAsync).AllowAnonymous();

    public static CertifyOrder OrderOf(LocalCertifyOrder order) => new(
        DemoOffice.AgencyCode, order.CopyId, DemoOffice.Clerk, DemoOffice.Attestor, order.Title, order.Requester, order.Pages,
        [.. order.Files.Select(file => new ReadOnlyMemory<byte>(file))]);

    private static async Task RunAsync(HttpContext context, CertifyJob job, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint is not UnixDomainSocketEndPoint)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LargestOrder;
        if (await ReadOrderAsync(context, cancellationToken) is not { } order)
        {
            await Problems.From(context, new Rejection("request-invalid"), StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "application/x-ndjson";
        // A server that stops does not wait for its clients' copies: they go on with its successor, or by themselves.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var lines = System.Threading.Channels.Channel.CreateUnbounded<LocalCertifyLine>();
        var writing = WriteAsync(context, lines.Reader, cancellationToken);
        var result = await CertifyAsync(job, order, progress => lines.Writer.TryWrite(new LocalCertifyLine(progress, null, null)), stop.Token);
        if (result is { } ended) lines.Writer.TryWrite(new LocalCertifyLine(null, ended.IsRejected ? null : ended.Value, ended.Rejection));
        lines.Writer.Complete();
        await writing;
    }

    /// <summary>As the command line says it where it runs by itself; null when the server stops first.</summary>
    private static async Task<Result<CertifiedCopy>?> CertifyAsync(CertifyJob job, LocalCertifyOrder order, Action<ProgressLine> progress, CancellationToken cancellationToken)
    {
        try
        {
            return await job.RunAsync(OrderOf(order), progress, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (TransientException fault)
        {
            return (Result<CertifiedCopy>)new Rejection("store-unavailable", "reason", fault.Message);
        }
        catch (IntegrityException fault)
        {
            return (Result<CertifiedCopy>)new Rejection("not-clean-start", new Dictionary<string, string> { ["record"] = fault.Record, ["reason"] = fault.Reason });
        }
    }

    /// <summary>Null for anything that this program's own command line would not send.</summary>
    private static async Task<LocalCertifyOrder?> ReadOrderAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            var order = context.Request.HasJsonContentType() ? await context.Request.ReadFromJsonAsync<LocalCertifyOrder>(Json, cancellationToken) : null;
            // The CopyId becomes part of paths.
            return order is { CopyId.Length: 32, Title: not null, Files: not null } && order.CopyId.All(char.IsAsciiHexDigitLower) && !order.Files.Contains(null!) ? order : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static async Task WriteAsync(HttpContext context, System.Threading.Channels.ChannelReader<LocalCertifyLine> lines, CancellationToken cancellationToken)
    {
        await foreach (var line in lines.ReadAllAsync(cancellationToken))
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(line, Json) + "\n", cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }
    }
}
