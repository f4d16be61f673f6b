using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// A store to which only the holder of its lease writes: each write asks for the lease first, and one that is under way when the
/// lease is found lost is given up. What the service still does with it is decided by compare-and-swap, as always.
/// </summary>
internal sealed class LeasedBlobStore(IBlobStore inner, StoreLease lease) : IBlobStore
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int writing;
    private bool closed;

    public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken) => inner.ReadAsync(path, cancellationToken);

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) => inner.OpenReadAsync(path, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        WriteAsync(path, stop => inner.CreateIfAbsentAsync(path, content, stop), cancellationToken);

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken) =>
        WriteAsync(path, stop => inner.CreateIfAbsentAsync(path, content, stop), cancellationToken);

    public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken) =>
        WriteAsync(path, stop => inner.ReplaceIfUnchangedAsync(path, content, expected, stop), cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        WriteAsync(path, async stop =>
        {
            await inner.DeleteAsync(path, stop);
            return true;
        }, cancellationToken);

    /// <summary>Before the lease is given back: lets no write begin and waits for those under way.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            if (writing == 0) idle.TrySetResult();
        }

        idle.Task.Wait();
    }

    private async Task<T> WriteAsync<T>(string path, Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        // A path that is none is the caller's fault whoever owns the store.
        BlobPath.Check(path);
        lock (gate)
        {
            if (closed) throw NotOwned(path);
            writing++;
        }

        try
        {
            await lease.RequireAsync(path, cancellationToken);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            return await write(either.Token);
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NotOwned(path);
        }
        finally
        {
            lock (gate)
            {
                if (--writing == 0 && closed) idle.TrySetResult();
            }
        }
    }

    internal static TransientException NotOwned(string path) => new($"{path} was not changed: this process no longer owns the store");
}
