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

/// <summary>What lies in a data folder and is no record of the store.</summary>
internal static class LocalFiles
{
    private static readonly string[] Keys = ["keys/", "authority/"];

    /// <summary>Keys of people, agencies and the demo's authority. The witness's key is the store's: without it no mark is known again.</summary>
    public static bool IsKey(string path) => path != Witness.KeyPath && Keys.Any(folder => path.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>Of a running process, and of no use to another one.</summary>
    public static bool IsOfProcess(string path) =>
        path is "owner.lock" or ECopyHost.SocketName || (!path.Contains('/', StringComparison.Ordinal) && path.Contains(".sqlite", StringComparison.Ordinal));
}
