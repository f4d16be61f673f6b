using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Hub.Embedded;

internal sealed class EmbeddedHub(
    EmbeddedHubOptions options, DurableTaskRegistry registry, IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    /// <summary>Usable once <see cref="StartAsync"/> has returned.</summary>
    public DurableTaskClient Client { get; private set; } = null!;

    public Task StartAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{options} {registry} {services} {time} {loggers}");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
