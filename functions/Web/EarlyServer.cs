using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ECopy.Functions.Web;

/// <summary>
/// Kestrel that listens before there is a program behind it. The Functions host looks for the handler's socket every few
/// milliseconds and gives up after half a minute, while a store may take longer to answer. Until the program is there, the host's
/// question for <c>/</c> is answered 503 (any answer means "I live"), and everything else waits: a turn that is refused would
/// fail its instance for good.
/// </summary>
internal sealed class EarlyServer : IServer
{
    /// <summary>Below the time after which the host gives a call up.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromMinutes(2);

    private readonly KestrelServer kestrel;
    private readonly TaskCompletionSource<IBehind> behind = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EarlyServer(KestrelServer kestrel) => this.kestrel = kestrel;

    /// <summary>What the program behind it starts with.</summary>
    public IFeatureCollection Features => kestrel.Features;

    /// <param name="port">On 127.0.0.1; 0: any that is free.</param>
    /// <param name="configure">Limits.</param>
    public static async Task<EarlyServer> OpenAsync(int port, Action<KestrelServerOptions> configure, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new KestrelServerOptions();
        configure(options);
        options.Listen(IPAddress.Loopback, port);
        var loggers = NullLoggerFactory.Instance;
        var server = new EarlyServer(new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers));
        await server.kestrel.StartAsync(new InFront(server.behind.Task, patience, clock), cancellationToken);
        return server;
    }

    /// <summary>From here on the program answers.</summary>
    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        behind.TrySetResult(new Behind<TContext>(application));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => kestrel.StopAsync(cancellationToken);

    public void Dispose() => kestrel.Dispose();

    /// <summary>One request: what Kestrel knows of it, and what the program made of that.</summary>
    private sealed class Exchange(IFeatureCollection features)
    {
        public IFeatureCollection Features => features;

        /// <summary>Set once the program has it; called when the answer is out.</summary>
        public Action<Exception?>? End { get; set; }
    }

    private interface IBehind
    {
        Task RunAsync(Exchange exchange);
    }

    private sealed class Behind<TContext>(IHttpApplication<TContext> application) : IBehind
        where TContext : notnull
    {
        public Task RunAsync(Exchange exchange)
        {
            var context = application.CreateContext(exchange.Features);
            exchange.End = failure => application.DisposeContext(context, failure);
            return application.ProcessRequestAsync(context);
        }
    }

    private sealed class InFront(Task<IBehind> program, TimeSpan patience, TimeProvider clock) : IHttpApplication<Exchange>
    {
        public Exchange CreateContext(IFeatureCollection contextFeatures) => new(contextFeatures);

        public void DisposeContext(Exchange context, Exception? exception) => context.End?.Invoke(exception);

        public async Task ProcessRequestAsync(Exchange context)
        {
            if (program.IsCompleted || await IsThereInTimeAsync(context.Features))
            {
                await (await program).RunAsync(context);
                return;
            }

            var answer = context.Features.GetRequiredFeature<IHttpResponseFeature>();
            answer.StatusCode = StatusCodes.Status503ServiceUnavailable;
            answer.Headers.RetryAfter = "5";
            answer.Headers.CacheControl = "no-store";
        }

        private async Task<bool> IsThereInTimeAsync(IFeatureCollection features)
        {
            if (features.GetRequiredFeature<IHttpRequestFeature>() is { Path: "/" }) return false;
            try
            {
                await program.WaitAsync(patience, clock, features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted);
                return true;
            }
            catch (Exception late) when (late is TimeoutException or OperationCanceledException)
            {
                return false;
            }
        }
    }
}
