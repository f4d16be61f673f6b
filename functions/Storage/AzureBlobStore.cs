using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// The store on Azure Blob Storage. One container per first path segment, so that rights, immutability and life cycle can differ
/// between copies, register and work files. Create-only is If-None-Match, compare-and-swap is If-Match on the ETag.
/// </summary>
/// <param name="prefix">Before every container's name.</param>
internal sealed class AzureBlobStore(BlobServiceClient service, string prefix = AzureBlobStore.UsualPrefix) : IBlobStore
{
    public const string UsualPrefix = "ecopy-";

    /// <summary>Names the write that made a blob's content: how a repeat tells its own earlier success from somebody else's.</summary>
    private const string WriteId = "ecopywrite";
    private const int BlockBytes = 4 * 1024 * 1024;

    /// <summary>For conditional writes: what the answer meant is decided here, not by a repeat inside the client.</summary>
    private const int Attempts = 4;

    /// <summary>Everything but conditional writes is repeated by the client itself.</summary>
    public static BlobClientOptions ClientOptions()
    {
        var options = new BlobClientOptions();
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 4;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(60);
        return options;
    }

    public async Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var blob = At(path);
        try
        {
            var content = (await blob.DownloadContentAsync(cancellationToken)).Value;
            return new Blob(path, content.Content.ToMemory(), content.Details.ETag.ToString());
        }
        catch (RequestFailedException failure) when (IsMissing(failure))
        {
            return null;
        }
        catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
        {
            throw transient;
        }
    }

    public async Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        var blob = At(path);
        try
        {
            // The answer's own ETag guards what the client asks for again after a broken connection.
            return (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content;
        }
        catch (RequestFailedException failure) when (IsMissing(failure))
        {
            return null;
        }
        catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
        {
            throw transient;
        }
    }

    public async Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await PutAsync(path, content, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken) is not null) return CreateOutcome.Created;
        return await CompareAsync(path, content.Length, SHA256.HashData(content.Span), cancellationToken);
    }

    public async Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var blob = At(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var blocks = new List<string>();
        long length = 0;
        var buffer = new byte[BlockBytes];
        // Blocks count for nothing until they are committed: what breaks before that leaves no blob. Staging repeats harmlessly.
        while (await FillAsync(content, buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
            var id = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            await WriteAsync(blob, path, client => client.StageBlockAsync(id, new MemoryStream(buffer, 0, read, writable: false), cancellationToken: cancellationToken), cancellationToken);
            blocks.Add(id);
        }

        var digest = hash.GetHashAndReset();
        var options = new CommitBlockListOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        var committed = await ConditionallyAsync(blob, path, options.Conditions, writeId =>
        {
            options.Metadata = new Dictionary<string, string> { [WriteId] = writeId };
            return blob.CommitBlockListAsync(blocks, options, cancellationToken);
        }, cancellationToken);
        return committed is not null ? CreateOutcome.Created : await CompareAsync(path, length, digest, cancellationToken);
    }

    public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken) =>
        PutAsync(
            path,
            content,
            expected is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(expected) },
            cancellationToken);

    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        var blob = At(path);
        try
        {
            await blob.DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException failure) when (IsMissing(failure))
        {
            // Not even the container.
        }
        catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
        {
            throw transient;
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobPath.CheckPrefix(prefix);
        var (container, below) = Place(prefix);
        var hidden = prefix[..(prefix.Length - below.Length)];
        var pages = service.GetBlobContainerClient(container).GetBlobsAsync(prefix: below, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (pages)
        {
            while (await NextAsync(pages, prefix, cancellationToken)) yield return hidden + pages.Current.Name;
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<BlobItem> pages, string prefix, CancellationToken cancellationToken)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (RequestFailedException failure) when (IsMissing(failure))
        {
            return false;
        }
        catch (Exception failure) when (Transient(failure, prefix, cancellationToken) is { } transient)
        {
            throw transient;
        }
    }

    private Task<string?> PutAsync(string path, ReadOnlyMemory<byte> content, BlobRequestConditions conditions, CancellationToken cancellationToken)
    {
        var blob = At(path);
        return ConditionallyAsync(blob, path, conditions, writeId => blob.UploadAsync(
            BinaryData.FromBytes(content).ToStream(),
            new BlobUploadOptions { Conditions = conditions, Metadata = new Dictionary<string, string> { [WriteId] = writeId } },
            cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The new ETag, or null on conflict. After an attempt whose answer was lost a conflict may be our own success: then the blob
    /// carries this write's id.
    /// </summary>
    private async Task<string?> ConditionallyAsync(
        BlockBlobClient blob, string path, BlobRequestConditions conditions, Func<string, Task<Response<BlobContentInfo>>> write, CancellationToken cancellationToken)
    {
        var writeId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await write(writeId)).Value.ETag.ToString();
            }
            catch (RequestFailedException failure) when (failure.Status is (int)HttpStatusCode.PreconditionFailed or (int)HttpStatusCode.Conflict && failure.ErrorCode != BlobErrorCode.ContainerBeingDeleted)
            {
                return await OwnETagAsync(blob, path, writeId, cancellationToken);
            }
            catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.ContainerNotFound && attempt < Attempts)
            {
                await CreateContainerAsync(path, cancellationToken);
            }
            catch (RequestFailedException failure) when (IsMissing(failure) && conditions.IfMatch is not null)
            {
                // Removed meanwhile.
                return null;
            }
            catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
            {
                if (attempt == Attempts || failure is RequestFailedException { Status: (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.Unauthorized }) throw transient;
            }
        }
    }

    private static async Task<string?> OwnETagAsync(BlockBlobClient blob, string path, string writeId, CancellationToken cancellationToken)
    {
        try
        {
            var there = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return there.Metadata.TryGetValue(WriteId, out var id) && id == writeId ? there.ETag.ToString() : null;
        }
        catch (RequestFailedException failure) when (IsMissing(failure))
        {
            return null;
        }
        catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
        {
            throw transient;
        }
    }

    /// <summary>A write that may be repeated as it is.</summary>
    private async Task WriteAsync(BlockBlobClient blob, string path, Func<BlockBlobClient, Task> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await write(blob);
                return;
            }
            catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.ContainerNotFound && attempt < Attempts)
            {
                await CreateContainerAsync(path, cancellationToken);
            }
            catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
            {
                if (attempt == Attempts) throw transient;
            }
        }
    }

    private async Task CreateContainerAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await service.GetBlobContainerClient(Place(path).Container).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }
        catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
        {
            throw transient;
        }
    }

    private async Task<CreateOutcome> CompareAsync(string path, long length, byte[] digest, CancellationToken cancellationToken)
    {
        await using var there = await OpenReadAsync(path, cancellationToken) ?? throw new TransientException($"{path}: was there and is gone");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        long read = 0;
        try
        {
            while (await there.ReadAsync(buffer, cancellationToken) is > 0 and var some)
            {
                read += some;
                if (read > length) return CreateOutcome.OtherAlreadyThere;
                hash.AppendData(buffer, 0, some);
            }
        }
        catch (Exception failure) when (Transient(failure, path, cancellationToken) is { } transient)
        {
            throw transient;
        }

        return read == length && hash.GetHashAndReset().AsSpan().SequenceEqual(digest) ? CreateOutcome.SameAlreadyThere : CreateOutcome.OtherAlreadyThere;
    }

    private static async Task<int> FillAsync(Stream content, byte[] buffer, CancellationToken cancellationToken) =>
        await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);

    private BlockBlobClient At(string path)
    {
        BlobPath.Check(path);
        var (container, name) = Place(path);
        return service.GetBlobContainerClient(container).GetBlockBlobClient(name);
    }

    /// <summary>Container and name in it. What cannot name a container, and what lies at the top, is kept under its whole path in one of its own.</summary>
    private (string Container, string Name) Place(string path)
    {
        const string top = "root";
        var end = path.IndexOf('/', StringComparison.Ordinal);
        var first = end < 0 ? "" : path[..end];
        return IsContainerName(first) && first != top ? (prefix + first, path[(end + 1)..]) : (prefix + top, path);
    }

    /// <summary>Lower-case letters, digits and single hyphens, 3 to 63 with the prefix.</summary>
    private bool IsContainerName(string segment) =>
        segment.Length > 0
        && prefix.Length + segment.Length is >= 3 and <= 63
        && segment.All(letter => letter is >= 'a' and <= 'z' or >= '0' and <= '9' or '-')
        && segment[0] != '-' && segment[^1] != '-' && !segment.Contains("--", StringComparison.Ordinal);

    private static bool IsMissing(RequestFailedException failure) => failure.Status == (int)HttpStatusCode.NotFound;

    /// <summary>
    /// Whatever the service or the network does that is not an answer: worth another try, by whoever asked. Refused rights too, since
    /// a role takes minutes to arrive and its absence must not close a request for good.
    /// </summary>
    private static TransientException? Transient(Exception failure, string path, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,
        RequestFailedException or AggregateException or IOException or OperationCanceledException or HttpRequestException => new TransientException($"{path}: {failure.Message.Split('\n')[0]}", failure),
        _ => null,
    };
}
