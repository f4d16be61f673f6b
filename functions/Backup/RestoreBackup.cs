using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Backup;

/// <summary>
/// Puts a backup into an empty place. Its files are compared with their digests before the first is written, and the store's own
/// mark is written last: what was cut short is no store, and the same restore goes on with it.
/// </summary>
internal static class RestoreBackup
{
    /// <summary>Rejects <c>backup-damaged</c> (source, file), <c>restore-not-empty</c> (place), and as <see cref="StoreOwnership"/> does.</summary>
    /// <param name="keys">Where key files go, if it holds some.</param>
    public static async Task<Result<BackupRecord>> RunAsync(
        BackupSource source, string name, StorePlace place, string folder, LocalKeys keys, TimeProvider time, Action<Rejection> waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(place);
        const string mark = BackupRecord.Store + StoreIdentity.Path;
        if (!source.Digests.ContainsKey(mark)) return Damaged(name, mark);
        if (await source.FirstDamagedAsync(cancellationToken) is { } damaged) return Damaged(name, damaged);
        var taken = await StoreOwnership.TakeAsync(place, Path.GetFullPath(folder), time, waiting, cancellationToken);
        if (taken.IsRejected) return taken.Rejection!;
        using var ownership = taken.Value;
        if (!await IsEmptyAsync(source, ownership, cancellationToken)) return new Rejection("restore-not-empty", "place", place.NameFor(folder));
        foreach (var entry in source.Digests.Keys.Where(entry => entry != mark).Append(mark))
        {
            if (!await PutAsync(source, ownership, keys, entry, cancellationToken)) return new Rejection("restore-not-empty", "place", place.NameFor(folder));
        }

        return source.Record;
    }

    /// <summary>No store, and nothing but what an earlier try of this restore put there.</summary>
    private static async Task<bool> IsEmptyAsync(BackupSource source, StoreOwnership ownership, CancellationToken cancellationToken)
    {
        if (await ownership.Blobs.ReadAsync(StoreIdentity.Path, cancellationToken) is not null) return false;
        await foreach (var path in ownership.Blobs.ListAsync("", cancellationToken))
        {
            if (!LocalFiles.IsOfProcess(path) && !LocalFiles.IsKey(path) && !source.Digests.ContainsKey(BackupRecord.Store + path)) return false;
        }

        return true;
    }

    /// <summary>False when something else is there.</summary>
    private static async Task<bool> PutAsync(BackupSource source, StoreOwnership ownership, LocalKeys keys, string entry, CancellationToken cancellationToken)
    {
        await using var content = source.Open(entry) ?? throw new IntegrityException(entry, "is missing");
        using var hash = SHA256.Create();
        await using var hashed = new CryptoStream(content, hash, CryptoStreamMode.Read);
        var outcome = entry.StartsWith(BackupRecord.Store, StringComparison.Ordinal)
            ? await ownership.Blobs.CreateIfAbsentAsync(entry[BackupRecord.Store.Length..], hashed, cancellationToken)
            : await PutKeyAsync(keys.PlaceOf(entry[BackupRecord.Files.Length..]), hashed, cancellationToken);
        // Once more, on what was written: it may have been changed since the first look.
        if (outcome is CreateOutcome.Created && Convert.ToHexStringLower(hash.Hash!) != source.Digests[entry]) throw new IntegrityException(entry, "changed while it was restored");
        return outcome is not CreateOutcome.OtherAlreadyThere;
    }

    private static Task<CreateOutcome> PutKeyAsync((string Folder, string Name) key, Stream content, CancellationToken cancellationToken) =>
        FileBlobStore.OpenShared(key.Folder).CreateIfAbsentAsync(key.Name, content, cancellationToken);

    private static Rejection Damaged(string source, string file) =>
        new("backup-damaged", new Dictionary<string, string> { ["source"] = source, ["file"] = file });
}
