using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// The side of the host that the world sees: only what the function.json files route reaches the handler, streamed both ways. The
/// name by which the host was called is lost on the way, and X-Forwarded-* says what this host says.
/// </summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private const long LargestBody = 104_857_600;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(240);

    /// <summary>Of one connection only (RFC 9110, 7.6.1).</summary>
    private static readonly string[] HopByHop = ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Proxy-Authenticate", "Proxy-Authorization"];
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly WebApplication app;
    private readonly HandlerKeeper handler;
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });

    private HttpFront(WebApplication app, HandlerKeeper handler) => (this.app, this.handler) = (app, handler);

    public Uri Address => new(app.Urls.First());

    public static async Task<HttpFront> StartAsync(FunctionsApp functions, IReadOnlyDictionary<string, string> settings, HandlerKeeper handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var front = new HttpFront(app, handler);
        app.UseRouting();
        app.Map("/admin/{**all}", () => Results.StatusCode(StatusCodes.Status401Unauthorized));
        app.Map("/runtime/{**all}", () => Results.StatusCode(StatusCodes.Status401Unauthorized));
        foreach (var function in functions.Of("httpTrigger")) front.Route(function, functions.Host.RoutePrefix);
        // The host's own page stands at the root unless it is switched off.
        if (!settings.TryGetValue("AzureWebJobsDisableHomepage", out var off) || off != "true")
            app.MapGet("/", () => Results.Text("Your Functions app is up and running"));
        await app.StartAsync();
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private void Route(FunctionEntry function, string prefix)
    {
        // Without a route the function's own name is one.
        var route = (function.Trigger.Text("route") ?? function.Name).Trim('/');
        var template = prefix.Length > 0 ? $"{prefix}/{route}" : route;
        string[] methods = function.Trigger.Json.TryGetProperty("methods", out var named)
            ? [.. named.EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant())]
            : ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];
        // With a binding beside these two it would get the JSON payload; the program has no such function, and this host no such play.
        if (!function.IsHttpInAndOut) throw new FunctionsAppException($"{function.Name}: not proxied");
        var isOpen = function.Trigger.Text("authLevel") is "anonymous";
        app.MapMethods(template, methods, context => isOpen ? ProxyAsync(context) : RefuseAsync(context));
    }

    /// <summary>Without the function's key.</summary>
    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private async Task ProxyAsync(HttpContext context)
    {
        Uri address;
        try
        {
            address = await handler.AddressAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        using var request = RequestOf(context, address);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        idle.CancelAfter(Idle);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, idle.Token);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        using (answer)
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !IsHopByHop(header.Key)))
                context.Response.Headers[name] = new StringValues([.. values]);
            try
            {
                await using var body = await answer.Content.ReadAsStreamAsync(idle.Token);
                var block = new byte[64 * 1024];
                int read;
                while ((read = await body.ReadAsync(block, idle.Token)) > 0)
                {
                    idle.CancelAfter(Idle);
                    await context.Response.Body.WriteAsync(block.AsMemory(0, read), idle.Token);
                    await context.Response.Body.FlushAsync(idle.Token);
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
            }
        }
    }

    private static HttpRequestMessage RequestOf(HttpContext context, Uri handler)
    {
        var incoming = context.Request;
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), new Uri(
            $"{handler.GetLeftPart(UriPartial.Authority)}{incoming.Path.ToUriComponent()}{incoming.QueryString.ToUriComponent()}", AsItIs));
        if (incoming.ContentLength > 0 || incoming.Headers.TransferEncoding.Count > 0) request.Content = new StreamContent(incoming.Body);
        foreach (var (name, values) in incoming.Headers)
        {
            if (IsHopByHop(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        request.Headers.TryAddWithoutValidation("X-Forwarded-For", context.Connection.RemoteIpAddress!.ToString());
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", incoming.Scheme);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", incoming.Host.Value);
        var invocation = Guid.NewGuid().ToString();
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("X-Azure-Functions-HostVersion", FunctionInvoker.HostVersion), ("X-Azure-Functions-InvocationId", invocation), ("x-ms-invocation-id", invocation)])
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static bool IsHopByHop(string header) => HopByHop.Contains(header, StringComparer.OrdinalIgnoreCase);
}
