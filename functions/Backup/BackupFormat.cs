using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Backup;

/// <summary>
/// What a backup is, at <c>backup.json</c>; written last, so that one that was not finished is none. Beside it <c>SHA256SUMS</c> (as
/// sha256sum writes and checks it), the blobs below <c>store/</c> and, only if asked for, key files below <c>files/</c>.
/// </summary>
/// <param name="Digests">SHA-256 of SHA256SUMS, lower-case hex.</param>
internal sealed record BackupRecord(int Schema, string StoreId, StoreKind Kind, DateTimeOffset CreatedAt, int Blobs, long Bytes, bool WithKeys, string Digests) : IStoredRecord
{
    public const string Name = "backup.json";
    public const string DigestList = "SHA256SUMS";
    public const string Store = "store/";
    public const string Files = "files/";

    public static int CurrentSchema => 1;
}

/// <summary>Where the key files lie: in the data folder, or in one of their own that several machines see.</summary>
/// <param name="Authority">Of a demo; may lie in the other one.</param>
internal sealed record LocalKeys(string Keys, string Authority)
{
    public static LocalKeys In(string dataFolder) => new(Path.Combine(dataFolder, LocalFiles.Keys), Path.Combine(dataFolder, LocalFiles.Authority));

    /// <summary>Each with the name that it has in a backup, wherever it lies.</summary>
    public IReadOnlyList<(string Name, string Folder)> All => [(LocalFiles.Keys, Keys), (LocalFiles.Authority, Authority)];

    /// <summary>The folder of a file in a backup, and its name there.</summary>
    public (string Folder, string Name) PlaceOf(string path) => All
        .Where(place => path.StartsWith(place.Name, StringComparison.Ordinal))
        .Select(place => (place.Folder, path[place.Name.Length..]))
        .Single();
}

/// <summary>What lies in a data folder and is no record of the store.</summary>
internal static class LocalFiles
{
    public const string Keys = "keys/";
    public const string Authority = "authority/";

    /// <summary>Keys of people, agencies and the demo's authority. The witness's key is the store's: without it no mark is known again.</summary>
    public static bool IsKey(string path) => path != Witness.KeyPath && (path.StartsWith(Keys, StringComparison.Ordinal) || path.StartsWith(Authority, StringComparison.Ordinal));

    /// <summary>Of a running process, and of no use to another one.</summary>
    public static bool IsOfProcess(string path) =>
        path is "owner.lock" or ECopyHost.SocketName || (!path.Contains('/', StringComparison.Ordinal) && path.Contains(".sqlite", StringComparison.Ordinal));

    /// <summary>What a backup may hold under this name; anything else was put there by somebody.</summary>
    public static bool IsOfBackup(string name) =>
        BlobPath.IsValid(name)
        && (name.StartsWith(BackupRecord.Store, StringComparison.Ordinal) ? name[BackupRecord.Store.Length..] is var blob && !IsKey(blob) && !IsOfProcess(blob)
            : name.StartsWith(BackupRecord.Files, StringComparison.Ordinal) && IsKey(name[BackupRecord.Files.Length..]));
}
