using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Backup;

/// <summary>A backup to be read: a folder or a file.</summary>
internal sealed class BackupSource : IDisposable
{
    private readonly string place;
    private readonly ZipArchive? archive;

    private BackupSource(string place, ZipArchive? archive)
    {
        this.place = place;
        this.archive = archive;
    }

    public BackupRecord Record { get; private set; } = null!;

    /// <summary>Names with their digests, as the list has them.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; private set; } = null!;

    /// <summary>Rejects <c>backup-unusable</c> (source, cause): not one, not finished, or its list is not the one that was written.</summary>
    public static async Task<Result<BackupSource>> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        BackupSource? source = null;
        try
        {
            source = new BackupSource(full, Directory.Exists(full) ? null : ZipFile.OpenRead(full));
            if (await source.ReadAsync(BackupRecord.Name, cancellationToken) is not { } record) return Unusable(full, $"it has no {BackupRecord.Name}: not a backup, or not finished");
            source.Record = StoredJson.Parse<BackupRecord>(BackupRecord.Name, record);
            var list = await source.ReadAsync(BackupRecord.DigestList, cancellationToken) ?? [];
            if (Convert.ToHexStringLower(SHA256.HashData(list)) != source.Record.Digests || Parse(list) is not { } digests || digests.Count != source.Record.Blobs)
                return Unusable(full, $"{BackupRecord.DigestList} is not the list that was written");
            source.Digests = digests;
            var opened = source;
            source = null;
            return opened;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or IntegrityException)
        {
            return Unusable(full, failure.Message);
        }
        finally
        {
            source?.Dispose();
        }
    }

    /// <summary>Null when it is not there.</summary>
    public Stream? Open(string name)
    {
        if (archive is not null) return archive.GetEntry(name)?.Open();
        var path = Path.Combine(place, name);
        return File.Exists(path) ? File.OpenRead(path) : null;
    }

    /// <summary>Compares every file with its digest; the first that differs or is missing, or null.</summary>
    public async Task<string?> FirstDamagedAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, digest) in Digests)
        {
            try
            {
                await using var content = Open(name);
                if (content is null || Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) != digest) return name;
            }
            catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                return name;
            }
        }

        return null;
    }

    public void Dispose() => archive?.Dispose();

    private static Dictionary<string, string>? Parse(byte[] list)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Encoding.ASCII.GetString(list).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split("  ", 2) is not [{ Length: 64 } digest, var name] || !LocalFiles.IsOfBackup(name) || !digests.TryAdd(name, digest)) return null;
        }

        return digests;
    }

    private async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        await using var content = Open(name);
        if (content is null) return null;
        using var whole = new MemoryStream();
        await content.CopyToAsync(whole, cancellationToken);
        return whole.ToArray();
    }

    private static Rejection Unusable(string source, string cause) =>
        new("backup-unusable", new Dictionary<string, string> { ["source"] = source, ["cause"] = cause });
}
