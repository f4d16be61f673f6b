namespace ECopy.Functions.Storage;

/// <summary>
/// The truth of ECopy. Contract for every implementation (file, Azure Blob Storage, fault-injecting):
/// <list type="bullet">
/// <item>A write is durable when its task completes: it survives kill -9 and power loss.</item>
/// <item>A write that throws <see cref="Domain.TransientException"/> (or is cancelled) may or may not have happened:
/// "stored but answer lost". The caller repeats it or reads back; no implementation retries a conditional write
/// by itself unless it can tell its own earlier success from somebody else's.</item>
/// <item>Readers never see part of a write; they may see it a moment before it is durable.</item>
/// <item>Any number of calls may run at once, on the same path too.</item>
/// <item>Paths are segments of <c>[A-Za-z0-9._-]</c> joined by '/', at most 200 characters each and 512 together; none is empty
/// or begins or ends with a dot (<see cref="BlobPath"/>); others throw ArgumentException.</item>
/// <item>No path goes on below a blob: <c>a</c> and <c>a/b</c> are not both blobs.</item>
/// </list>
/// </summary>
public interface IBlobStore
{
    /// <summary>The whole blob with its ETag, or null when there is none.</summary>
    Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>A stream over the blob, or null when there is none. The caller disposes it.</summary>
    Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Creates the blob if no blob has this path. Never changes an existing one.</summary>
    Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>As above from a stream, never the whole content in memory.</summary>
    Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken);

    /// <summary>
    /// Compare-and-swap: replaces the blob only while its ETag is <paramref name="expected"/>
    /// (null: only while there is no blob). Returns the new ETag, or null on conflict.
    /// </summary>
    Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken);

    /// <summary>Removes the blob; nothing happens when there is none.</summary>
    Task DeleteAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Paths that begin with <paramref name="prefix"/> (whole segments, ends with '/'; empty: all), in ordinal order, without
    /// opening any. What is created or removed meanwhile may or may not be listed.
    /// </summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);
}

/// <param name="ETag">Changes with every change of the content.</param>
public sealed record Blob(string Path, ReadOnlyMemory<byte> Content, string ETag);

/// <summary>What create-only found.</summary>
public enum CreateOutcome
{
    Created,

    /// <summary>There already, with the same bytes: the same as success.</summary>
    SameAlreadyThere,

    /// <summary>There already, with other bytes; nothing was written.</summary>
    OtherAlreadyThere,
}
