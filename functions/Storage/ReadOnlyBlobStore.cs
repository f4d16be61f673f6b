namespace ECopy.Functions.Storage;

/// <summary>A store opened for reading, beside its owner: <c>verify</c> and <c>audit</c> change nothing.</summary>
internal sealed class ReadOnlyBlobStore(IBlobStore inner) : IBlobStore
{
    public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken) => inner.ReadAsync(path, cancellationToken);

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) => inner.OpenReadAsync(path, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Refused();

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken) => throw Refused();

    public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken) => throw Refused();

    public Task DeleteAsync(string path, CancellationToken cancellationToken) => throw Refused();

    private static InvalidOperationException Refused() => new("this store was opened for reading only");
}
