using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using Microsoft.Win32.SafeHandles;

namespace ECopy.Functions.Storage;

/// <summary>
/// Blobs as files below one folder. Compare-and-swap is a lock within this process, so the folder must have one
/// owner (<see cref="DataFolder"/>); create-only is atomic against any process. The ETag is the SHA-256 of the content.
/// </summary>
internal sealed class FileBlobStore : IBlobStore
{
    private const int CopyBuffer = 128 * 1024;
    private readonly DurableFolder folder;
    private readonly bool writable;
    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    private volatile bool closed;

    private FileBlobStore(string root, bool writable)
    {
        folder = new DurableFolder(root);
        this.writable = writable;
    }

    public string Root => folder.Root;

    /// <summary>
    /// For the folder's one owner: creates it if need be and removes what a killed owner left half-written.
    /// <paramref name="afterCrash"/>: what that one had renamed but not flushed is made durable before anything is built upon it.
    /// </summary>
    public static FileBlobStore Open(string root, bool afterCrash = false)
    {
        var store = new FileBlobStore(root, writable: true);
        Faults.Map(root, () => store.folder.Prepare(afterCrash));
        return store;
    }

    /// <summary>Beside other processes, for blobs that are only ever created: leaves their half-written files alone.</summary>
    public static FileBlobStore OpenShared(string root) => new(root, writable: true);

    /// <summary>For <c>verify</c> and <c>audit</c> beside a running owner: touches nothing.</summary>
    public static FileBlobStore OpenReadOnly(string root) => new(root, writable: false);

    /// <summary>
    /// Before the folder is given to another owner: waits for the changes under way and lets none begin, since
    /// compare-and-swap holds within one process only.
    /// </summary>
    public void Close()
    {
        closed = true;
        foreach (var gate in locks)
        {
            gate.Wait();
            gate.Release();
        }
    }

    public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        return Task.Run(() => Faults.Map(path, () => ReadWhole(path)), cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        return Task.Run(
            () => Faults.Map(path, Stream? () => OpenFile(path) is { } handle ? new FileStream(handle, FileAccess.Read, CopyBuffer) : null),
            cancellationToken);
    }

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        CheckWrite(path);
        return Task.Run(
            () => Faults.Map(path, () =>
            {
                if (File.Exists(folder.Full(path)))
                    return Found(path, SHA256.HashData(content.Span));
                using var temporary = new TemporaryFile(folder.NewTemporaryPath());
                temporary.Write(content.Span);
                temporary.Flush();
                return Publish(temporary, path) ? CreateOutcome.Created : Found(path, SHA256.HashData(content.Span));
            }),
            cancellationToken);
    }

    public async Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        CheckWrite(path);
        // When it is there already the stream is only hashed, to tell a repetition from a contradiction.
        using var temporary = File.Exists(folder.Full(path))
            ? null
            : Faults.Map(path, () => new TemporaryFile(folder.NewTemporaryPath()));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyBuffer];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            if (temporary is not null)
                Faults.Map(path, () => temporary.Write(buffer.AsSpan(0, read)));
        }

        var digest = hash.GetHashAndReset();
        cancellationToken.ThrowIfCancellationRequested();
        return await Task.Run(
            () => Faults.Map(path, () =>
            {
                if (temporary is null)
                    return Found(path, digest);
                temporary.Flush();
                return Publish(temporary, path) ? CreateOutcome.Created : Found(path, digest);
            }),
            CancellationToken.None);
    }

    public async Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken)
    {
        CheckWrite(path);
        var gate = LockOf(path);
        await gate.WaitAsync(cancellationToken);
        try
        {
            ThrowIfClosed(path);
            return await Task.Run(() => Faults.Map(path, () => Replace(path, content.Span, expected)), CancellationToken.None);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        CheckWrite(path);
        var gate = LockOf(path);
        await gate.WaitAsync(cancellationToken);
        try
        {
            ThrowIfClosed(path);
            await Task.Run(
                () => Faults.Map(path, () =>
                {
                    var full = folder.Full(path);
                    if (!File.Exists(full))
                        return;
                    File.Delete(full);
                    LibC.FlushFolder(Path.GetDirectoryName(full)!);
                }),
                CancellationToken.None);
        }
        finally
        {
            gate.Release();
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobPath.CheckPrefix(prefix);
        await Task.CompletedTask;
        foreach (var path in Faults.MapEach(prefix, FolderListing.Files(folder.Full(prefix), prefix)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return path;
        }
    }

    private string? Replace(string path, ReadOnlySpan<byte> content, string? expected)
    {
        var etag = ETagOf(SHA256.HashData(content));
        if (expected is not null && Digest(path) is var current && (current is null || ETagOf(current) != expected))
            return null;
        using var temporary = new TemporaryFile(folder.NewTemporaryPath());
        temporary.Write(content);
        temporary.Flush();
        if (expected is null)
            return Publish(temporary, path) ? etag : null;

        // A crash before the rename leaves the old page, one after it the new page; nothing is ever half there.
        var full = folder.Place(path);
        temporary.MoveOver(full);
        LibC.FlushFolder(Path.GetDirectoryName(full)!);
        return etag;
    }

    private bool Publish(TemporaryFile temporary, string path)
    {
        var full = folder.Place(path);
        if (!temporary.MoveIfAbsent(full))
            return false;
        LibC.FlushFolder(Path.GetDirectoryName(full)!);
        return true;
    }

    private CreateOutcome Found(string path, ReadOnlySpan<byte> digest)
    {
        if (Digest(path) is not { } stored)
            throw new TransientException($"{path} went away while it was compared");
        if (!digest.SequenceEqual(stored))
            return CreateOutcome.OtherAlreadyThere;
        // Whoever created it may not have flushed the folder yet, and the answer "it is there" promises durability.
        LibC.FlushFolder(Path.GetDirectoryName(folder.Full(path))!);
        return CreateOutcome.SameAlreadyThere;
    }

    private Blob? ReadWhole(string path)
    {
        using var handle = OpenFile(path);
        if (handle is null)
            return null;
        var content = new byte[RandomAccess.GetLength(handle)];
        var read = 0;
        while (read < content.Length)
        {
            var count = RandomAccess.Read(handle, content.AsSpan(read), read);
            if (count == 0)
                throw new TransientException($"{path} became shorter while it was read");
            read += count;
        }

        return new Blob(path, content, ETagOf(SHA256.HashData(content)));
    }

    private byte[]? Digest(string path)
    {
        using var handle = OpenFile(path);
        if (handle is null)
            return null;
        using var stream = new FileStream(handle, FileAccess.Read, 1);
        return SHA256.HashData(stream);
    }

    private SafeFileHandle? OpenFile(string path)
    {
        var full = folder.Full(path);
        try
        {
            return File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when ((e is UnauthorizedAccessException && Directory.Exists(full)) || Faults.IsBelowFile(e))
        {
            return null; // a folder, or below a blob: no blob has this path
        }
    }

    private void CheckWrite(string path)
    {
        BlobPath.Check(path);
        if (!writable)
            throw new InvalidOperationException("this store was opened for reading only");
    }

    private void ThrowIfClosed(string path)
    {
        if (closed)
            throw new TransientException($"{path} was not changed: this process no longer owns the store");
    }

    private SemaphoreSlim LockOf(string path) => locks[(uint)string.GetHashCode(path, StringComparison.Ordinal) % (uint)locks.Length];

    private static string ETagOf(byte[] digest) => Convert.ToHexStringLower(digest);
}
