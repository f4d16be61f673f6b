using ECopy.Functions.Storage;

namespace ECopy.Functions.Tests.Ledger;

/// <summary>Counts what a step costs a store.</summary>
internal sealed class CountingStore(IBlobStore inner) : IBlobStore
{
    private int reads;
    private int writes;

    public int Reads
    {
        get => reads;
        set => reads = value;
    }

    public int Writes
    {
        get => writes;
        set => writes = value;
    }

    public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref reads);
        return inner.ReadAsync(path, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref reads);
        return inner.OpenReadAsync(path, cancellationToken);
    }

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writes);
        return inner.CreateIfAbsentAsync(path, content, cancellationToken);
    }

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writes);
        return inner.CreateIfAbsentAsync(path, content, cancellationToken);
    }

    public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writes);
        return inner.ReplaceIfUnchangedAsync(path, content, expected, cancellationToken);
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writes);
        return inner.DeleteAsync(path, cancellationToken);
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);
}
