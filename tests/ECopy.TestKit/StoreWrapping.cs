using ECopy.Functions.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ECopy.TestKit;

/// <summary>Puts another store in front of an office's own.</summary>
internal static class StoreWrapping
{
    public static void WrapStore(this IServiceCollection services, Func<IBlobStore, IBlobStore> wrap)
    {
        var own = services.Single(service => service.ServiceType == typeof(IBlobStore));
        services.Remove(own);
        services.AddSingleton(wrap((IBlobStore)own.ImplementationInstance!));
    }
}

/// <summary>Holds the first creation of a blob with this name until it is opened: a moment between two steps, made long.</summary>
internal sealed class StorePause(string name)
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => reached.Task;

    public void Open() => opened.TrySetResult();

    public IBlobStore Wrap(IBlobStore inner) => new Paused(inner, this);

    private async Task HoldAsync(string path)
    {
        if (!path.EndsWith("/" + name, StringComparison.Ordinal)) return;
        reached.TrySetResult();
        await opened.Task;
    }

    private sealed class Paused(IBlobStore inner, StorePause pause) : IBlobStore
    {
        public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken) => inner.ReadAsync(path, cancellationToken);

        public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) => inner.OpenReadAsync(path, cancellationToken);

        public async Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            await pause.HoldAsync(path);
            return await inner.CreateIfAbsentAsync(path, content, cancellationToken);
        }

        public Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken) => inner.CreateIfAbsentAsync(path, content, cancellationToken);

        public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken) =>
            inner.ReplaceIfUnchangedAsync(path, content, expected, cancellationToken);

        public Task DeleteAsync(string path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);
    }
}
