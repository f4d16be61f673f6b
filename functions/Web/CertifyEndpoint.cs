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

    public static void MapLocalCertify(this IEndpointRouteBuilder routes) => routes.MapPost(Route, RunAsync);

    public static CertifyOrder OrderOf(LocalCertifyOrder order) => new(
        DemoOffice.AgencyCode, order.CopyId, DemoOffice.Clerk, DemoOffice.Attestor, order.Title, order.Requester, order.Pages,
        [.. order.Files.Select(file => new ReadOnlyMemory<byte>(file))]);

    private static async Task RunAsync(HttpContext context, CertifyJob job, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint is not UnixDomainSocketEndPoint)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LargestOrder;
        var order = await context.Request.ReadFromJsonAsync<LocalCertifyOrder>(Json, cancellationToken);
        context.Response.ContentType = "application/x-ndjson";
        var lines = System.Threading.Channels.Channel.CreateUnbounded<LocalCertifyLine>();
        var writing = WriteAsync(context, lines.Reader, cancellationToken);
        var result = await job.RunAsync(OrderOf(order!), progress => lines.Writer.TryWrite(new LocalCertifyLine(progress, null, null)), cancellationToken);
        lines.Writer.TryWrite(new LocalCertifyLine(null, result.IsRejected ? null : result.Value, result.Rejection));
        lines.Writer.Complete();
        await writing;
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
