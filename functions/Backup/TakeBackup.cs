using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Backup;

/// <summary>
/// Copies a store while it is in use, by reading alone. First what changes (<see cref="StoreCut"/>); then what is only ever
/// created, which was there before anything referred to it. What came too late for a record of the backup stays out: a copy
/// that nobody knows would be one that nobody certified.
/// </summary>
internal sealed class TakeBackup(IBlobStore store, TimeProvider time)
{
    /// <summary>How many versions the backup's public records name, by code and by copy.</summary>
    private readonly Dictionary<string, int> versions = new(StringComparer.Ordinal);

    private static readonly string[] Changing = [AuditBook.Prefix, RegisterPages.Prefix, BlobPaths.Requests, "dossiers/", "drafts/", BlobPaths.EndingDrafts];

    /// <param name="keys">Where the key files are, when they are asked for.</param>
    public async Task RunAsync(StoreIdentity identity, BackupTarget target, LocalKeys? keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var began = time.GetUtcNow();
        // How far a demo's past is made: behind what is made, as after a kill.
        foreach (var path in (string[])[StoreIdentity.Path, BlobPaths.DemoPast])
        {
            if (await store.ReadAsync(path, cancellationToken) is { } first) await target.AddAsync(BackupRecord.Store + path, first.Content, cancellationToken);
        }

        var cut = new StoreCut(store, target, time);
        await cut.TakeAsync(cancellationToken);
        await AddPublicAsync(cut, target, cancellationToken);
        await foreach (var path in store.ListAsync("", cancellationToken))
        {
            if (LocalFiles.IsOfProcess(path) || LocalFiles.IsKey(path) || Changing.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal))) continue;
            if (target.Has(BackupRecord.Store + path) || !IsKnown(cut, path)) continue;
            await AddAsync(cut, target, path, cancellationToken);
        }

        if (keys is not null) await AddKeysAsync(target, keys, cancellationToken);
        await target.FinishAsync(identity, began, keys is not null, cancellationToken);
    }

    /// <summary>Before the files that they name: a version that is registered meanwhile stays out whole, and is registered again after a restore.</summary>
    private async Task AddPublicAsync(StoreCut cut, BackupTarget target, CancellationToken cancellationToken)
    {
        await foreach (var path in store.ListAsync(BlobPaths.PublicRecords, cancellationToken))
        {
            if (!IsKnown(cut, path) || await store.ReadAsync(path, cancellationToken) is not { } stored) continue;
            var record = StoredJson.Parse<PublicRecord>(path, stored.Content.ToArray());
            versions[record.Code] = versions[record.CopyId] = record.Versions.Count;
            await target.AddAsync(BackupRecord.Store + path, stored.Content, cancellationToken);
        }
    }

    private static async Task AddKeysAsync(BackupTarget target, LocalKeys keys, CancellationToken cancellationToken)
    {
        foreach (var (place, folder) in keys.All)
        {
            var files = FileBlobStore.OpenReadOnly(folder);
            await foreach (var path in files.ListAsync("", cancellationToken))
            {
                var isOfAuthority = place != LocalFiles.Authority && Path.Combine(folder, path).StartsWith(Path.TrimEndingDirectorySeparator(keys.Authority) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
                if (isOfAuthority || !LocalFiles.IsKey(place + path) || await files.ReadAsync(path, cancellationToken) is not { } key) continue;
                await target.AddAsync(BackupRecord.Files + place + path, key.Content, cancellationToken);
            }
        }
    }

    /// <summary>By its name alone.</summary>
    private bool IsKnown(StoreCut cut, string path) => path.Split('/') switch
    {
        ["open", _, var copyId] => cut.HasFinished(copyId),
        ["scans", _, var copyId, ..] => cut.HasRequest(copyId),
        ["work", _, var copyId, var approval, ..] => cut.HasWork(copyId, approval),
        ["copies" or "renewals", _, var copyId, var version] => cut.HasCopy(copyId) && HasVersion(copyId, Path.GetFileNameWithoutExtension(version)),
        ["due", "now", ..] => false,
        ["public", var name] => cut.HasPublished(Path.GetFileNameWithoutExtension(name)),
        _ => true,
    };

    private bool HasVersion(string owner, string version) =>
        int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= versions.GetValueOrDefault(owner, 1);

    private async Task AddAsync(StoreCut cut, BackupTarget target, string path, CancellationToken cancellationToken)
    {
        // Gone meanwhile: a session that ended, a marker.
        await using var content = await store.OpenReadAsync(path, cancellationToken);
        if (content is null) return;
        if (!path.StartsWith(BlobPaths.DigestIndexes, StringComparison.Ordinal) && !path.StartsWith("access/", StringComparison.Ordinal))
        {
            await target.AddAsync(BackupRecord.Store + path, content, cancellationToken);
            return;
        }

        // These say inside whose they are.
        using var whole = new MemoryStream();
        await content.CopyToAsync(whole, cancellationToken);
        var bytes = whole.ToArray();
        var isKnown = path.StartsWith("access/", StringComparison.Ordinal)
            ? StoredJson.Parse<AccessLink>(path, bytes) is var link && cut.HasDossier(link.Agency, link.DossierCode)
            : StoredJson.Parse<DigestEntry>(path, bytes) is var index && cut.HasPublished(index.Code) && index.Version <= versions.GetValueOrDefault(index.Code, 1);
        if (isKnown) await target.AddAsync(BackupRecord.Store + path, bytes, cancellationToken);
    }
}
