using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Backup;

/// <summary>Where a backup is written: a folder, or one file (.zip). Everything is durable before it counts as a backup.</summary>
internal abstract class BackupTarget : IAsyncDisposable
{
    private readonly SortedDictionary<string, string> digests = new(StringComparer.Ordinal);

    public int Count => digests.Count;

    public long Bytes { get; private set; }

    /// <summary>For people, absolute.</summary>
    public abstract string Place { get; }

    /// <summary>Rejects <c>backup-target-unusable</c> (target, cause).</summary>
    public static Result<BackupTarget> Create(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            if (full.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return File.Exists(full) ? Unusable(full, "it exists") : new ZipTarget(full);
            if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()) return Unusable(full, "it is not empty");
            LibC.CreateFolder(full);
            return new FolderTarget(full);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Unusable(full, failure.Message);
        }
    }

    public bool Has(string name) => digests.ContainsKey(name);

    public Task AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => AddAsync(name, new MemoryStream(content.ToArray(), writable: false), cancellationToken);

    public async Task AddAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        await using var file = Open(name);
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            Bytes += read;
        }

        digests.Add(name, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The list of digests, then the record that makes it a backup.</summary>
    public async Task FinishAsync(StoreIdentity identity, DateTimeOffset at, bool withKeys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var list = new StringBuilder();
        foreach (var (name, digest) in digests) list.Append(CultureInfo.InvariantCulture, $"{digest}  {name}\n");
        var bytes = Encoding.ASCII.GetBytes(list.ToString());
        var record = new BackupRecord(BackupRecord.CurrentSchema, identity.StoreId, identity.Kind, at, Count, Bytes, withKeys, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        await WriteAsync(BackupRecord.DigestList, bytes, cancellationToken);
        await FlushAsync(cancellationToken);
        await WriteAsync(BackupRecord.Name, StoredJson.Serialize(record), cancellationToken);
        await CloseAsync(cancellationToken);
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Stream Open(string name);

    /// <summary>What was written so far, before something refers to it.</summary>
    protected abstract Task FlushAsync(CancellationToken cancellationToken);

    protected abstract Task CloseAsync(CancellationToken cancellationToken);

    private async Task WriteAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        await using var file = Open(name);
        await file.WriteAsync(content, cancellationToken);
    }

    private static Rejection Unusable(string target, string cause) =>
        new("backup-target-unusable", new Dictionary<string, string> { ["target"] = target, ["cause"] = cause });

    private sealed class FolderTarget(string folder) : BackupTarget
    {
        public override string Place => folder;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override Stream Open(string name)
        {
            var path = Path.Combine(folder, name);
            LibC.CreateFolder(Path.GetDirectoryName(path)!);
            return new FileStream(LibC.CreateFile(path), FileAccess.Write);
        }

        protected override Task FlushAsync(CancellationToken cancellationToken) => Task.Run(() => LibC.FlushFileSystem(folder), cancellationToken);

        protected override Task CloseAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken);
    }

    /// <summary>Under another name until it is whole.</summary>
    private sealed class ZipTarget(string path) : BackupTarget
    {
        private readonly FileStream file = new(LibC.CreateFile(path + ".part"), FileAccess.Write);
        private ZipArchive? archive;

        public override string Place => path;

        public override ValueTask DisposeAsync()
        {
            archive?.Dispose();
            file.Dispose();
            File.Delete(path + ".part");
            return ValueTask.CompletedTask;
        }

        protected override Stream Open(string name)
        {
            archive ??= new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
            // Scans and copies are compressed already.
            var level = name.EndsWith(".json", StringComparison.Ordinal) || name == BackupRecord.DigestList ? CompressionLevel.Fastest : CompressionLevel.NoCompression;
            return archive.CreateEntry(name, level).Open();
        }

        protected override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override Task CloseAsync(CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                archive!.Dispose();
                archive = null;
                file.Flush(flushToDisk: true);
                file.Dispose();
                if (!LibC.RenameNoReplace(path + ".part", path)) throw new IOException($"{path} exists");
                LibC.FlushFolder(Path.GetDirectoryName(path)!);
            },
            cancellationToken);
    }
}
