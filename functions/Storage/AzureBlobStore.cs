using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// The store on Azure Blob Storage. Create-only is If-None-Match, compare-and-swap is If-Match on the ETag; where the blobs lie is
/// <see cref="BlobPlacement"/>'s, what is repeated and how long is <see cref="AzureCalls"/>', what nobody may change is <see cref="Retention"/>'s.
/// </summary>
internal sealed class AzureBlobStore(BlobServiceClient service, BlobPlacement placement, Retention? retention = null) : IBlobStore
{
    /// <summary>Names the write that made a blob's content: how a repeat tells its own earlier success from somebody else's.</summary>
    private const string WriteId = "ecopywrite";
    private const int BlockBytes = 4 * 1024 * 1024;
    private readonly AzureCalls calls = new(TimeProvider.System);

    /// <summary>The most that the service gives at once.</summary>
    public int NamesPerPage { get; init; } = 5000;

    public AzureBlobStore(BlobServiceClient service, string prefix = ContainerPerSegment.UsualPrefix)
        : this(service, new ContainerPerSegment(prefix))
    {
    }

    public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var blob = At(path);
        return calls.RunAsync(path, async (_, stop) => await OrNullAsync(async () =>
        {
            var content = (await blob.DownloadContentAsync(stop)).Value;
            return new Blob(path, content.Content.ToMemory(), content.Details.ETag.ToString());
        }), cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        var blob = At(path);
        // Not under the limit of the call: the stream lives on with the token that it was opened with.
        return calls.RunAsync(path, async (_, _) => await OrNullAsync<Stream>(async () =>
            new AzureReadStream((await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content, path)), cancellationToken);
    }

    public async Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await PutAsync(path, content, null, createOnly: true, cancellationToken) is not null) return CreateOutcome.Created;
        return await CompareAsync(path, content.Length, SHA256.HashData(content.Span), cancellationToken);
    }

    public async Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var blob = At(path);
        var buffer = new byte[BlockBytes];
        var read = await FillAsync(content, buffer, cancellationToken);
        if (read < BlockBytes) return await CreateIfAbsentAsync(path, buffer.AsMemory(0, read), cancellationToken);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // What is there already is compared only: the service takes no blocks for a blob that a policy keeps from changing.
        var isThere = await calls.RunAsync(path, async (_, stop) => (await blob.ExistsAsync(stop)).Value, cancellationToken);
        var blocks = new List<string>();
        long length = 0;
        for (; read > 0; read = await FillAsync(content, buffer, cancellationToken))
        {
            hash.AppendData(buffer, 0, read);
            length += read;
            // Blocks count for nothing until they are committed: what breaks before that leaves no blob. Staging repeats harmlessly.
            if (!isThere) blocks.Add(await StageAsync(blob, path, buffer.AsMemory(0, read), cancellationToken));
        }

        var digest = hash.GetHashAndReset();
        var committed = isThere ? null : await ConditionallyAsync(blob, path, null, createOnly: true, (writeId, stop) => blob.CommitBlockListAsync(
            blocks, new CommitBlockListOptions { Conditions = Conditions(null), Metadata = Named(writeId), ImmutabilityPolicy = retention?.PolicyOf(path, default, DateTimeOffset.UtcNow) }, stop), cancellationToken);
        return committed is not null ? CreateOutcome.Created : await CompareAsync(path, length, digest, cancellationToken);
    }

    public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken) =>
        PutAsync(path, content, expected, createOnly: false, cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        var blob = At(path);
        return calls.RunAsync(path, async (_, stop) =>
        {
            try
            {
                return (await blob.DeleteIfExistsAsync(cancellationToken: stop)).Value;
            }
            catch (RequestFailedException failure) when (AzureCalls.IsMissing(failure))
            {
                return false; // not even the container
            }
        }, cancellationToken);
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobPath.CheckPrefix(prefix);
        var parts = await calls.RunAsync(prefix, async (_, stop) => await placement.PartsAsync(service, prefix, stop).ToListAsync(stop), cancellationToken);
        if (parts is [var only])
        {
            await foreach (var path in ListAsync(only, cancellationToken)) yield return path;
            yield break;
        }

        // What lies at the top is little, and stands between the others.
        var top = new Queue<string>(await ListAsync(parts[0], cancellationToken).ToListAsync(cancellationToken));
        foreach (var part in parts.Skip(1))
        {
            await foreach (var path in ListAsync(part, cancellationToken))
            {
                while (top.TryPeek(out var first) && string.CompareOrdinal(first, path) < 0) yield return top.Dequeue();
                yield return path;
            }
        }

        foreach (var path in top) yield return path;
    }

    /// <summary>Page by page, each asked for again if need be: a list of a million names survives a lost answer in its middle.</summary>
    private async IAsyncEnumerable<string> ListAsync(BlobContainerPart part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = service.GetBlobContainerClient(part.Container);
        string? next = null;
        do
        {
            var from = next;
            var page = await calls.RunAsync(part.Hidden + part.Prefix, async (_, stop) => await OrNullAsync(async () =>
            {
                var pages = container.GetBlobsAsync(prefix: part.Prefix.Length == 0 ? null : part.Prefix, cancellationToken: stop).AsPages(from, NamesPerPage);
                return await pages.FirstOrDefaultAsync(stop);
            }), cancellationToken);
            foreach (var item in page?.Values ?? []) yield return part.PathOf(item.Name);
            next = page?.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private Task<string?> PutAsync(string path, ReadOnlyMemory<byte> content, string? expected, bool createOnly, CancellationToken cancellationToken)
    {
        var blob = At(path);
        return ConditionallyAsync(blob, path, expected, createOnly, (writeId, stop) => blob.UploadAsync(
            BinaryData.FromBytes(content).ToStream(),
            new BlobUploadOptions { Conditions = Conditions(expected), Metadata = Named(writeId), ImmutabilityPolicy = retention?.PolicyOf(path, content.Span, DateTimeOffset.UtcNow) },
            stop), cancellationToken);
    }

    /// <summary>
    /// The new ETag, or null on conflict. After an attempt whose answer was lost a conflict may be our own success: then the blob
    /// carries this write's id. If it carries another one's, nobody can say any more whether ours was there in between; what is
    /// only ever created is compared then, a swap is a transient fault.
    /// </summary>
    private async Task<string?> ConditionallyAsync(
        BlockBlobClient blob, string path, string? expected, bool createOnly, Func<string, CancellationToken, Task<Response<BlobContentInfo>>> write, CancellationToken cancellationToken)
    {
        var writeId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return await calls.RunAsync(path, async (attempt, stop) =>
        {
            try
            {
                return (await InContainerAsync(blob, () => write(writeId, stop), stop)).Value.ETag.ToString();
            }
            // Also of a blob that was removed meanwhile.
            catch (RequestFailedException failure) when (AzureCalls.IsConflict(failure) || (expected is not null && failure.ErrorCode == BlobErrorCode.BlobNotFound))
            {
                var own = await OwnETagAsync(blob, writeId, stop);
                if (own is null && !createOnly && attempt > 1) throw new TransientException($"{path}: the answer to a write was lost, and others have written since");
                return own;
            }
        }, cancellationToken);
    }

    private static Task<string?> OwnETagAsync(BlockBlobClient blob, string writeId, CancellationToken cancellationToken) => OrNullAsync(async () =>
    {
        var there = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
        return there.Metadata.TryGetValue(WriteId, out var id) && id == writeId ? there.ETag.ToString() : null;
    });

    private Task<string> StageAsync(BlockBlobClient blob, string path, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        var id = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        return calls.RunAsync(path, async (_, stop) =>
        {
            await InContainerAsync(blob, () => blob.StageBlockAsync(id, BinaryData.FromBytes(block).ToStream(), cancellationToken: stop), stop);
            return id;
        }, cancellationToken);
    }

    /// <summary>A container is made by the first write into it; somebody else may make it at the same moment.</summary>
    private async Task<T> InContainerAsync<T>(BlockBlobClient blob, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await service.GetBlobContainerClient(blob.BlobContainerName).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return await write();
        }
    }

    private async Task<CreateOutcome> CompareAsync(string path, long length, byte[] digest, CancellationToken cancellationToken)
    {
        await using var there = await OpenReadAsync(path, cancellationToken) ?? throw new TransientException($"{path}: was there and is gone");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        long read = 0;
        while (await there.ReadAsync(buffer, cancellationToken) is > 0 and var some)
        {
            read += some;
            if (read > length) return CreateOutcome.OtherAlreadyThere;
            hash.AppendData(buffer, 0, some);
        }

        return read == length && hash.GetHashAndReset().AsSpan().SequenceEqual(digest) ? CreateOutcome.SameAlreadyThere : CreateOutcome.OtherAlreadyThere;
    }

    private static async Task<T?> OrNullAsync<T>(Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (RequestFailedException failure) when (AzureCalls.IsMissing(failure))
        {
            return null;
        }
    }

    private static async Task<int> FillAsync(Stream content, byte[] buffer, CancellationToken cancellationToken) =>
        await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);

    private static BlobRequestConditions Conditions(string? expected) =>
        expected is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(expected) };

    private static Dictionary<string, string> Named(string writeId) => new() { [WriteId] = writeId };

    private BlockBlobClient At(string path)
    {
        BlobPath.Check(path);
        return placement.BlobOf(service, path);
    }
}
