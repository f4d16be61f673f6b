namespace ECopy.Functions.Ledger;

/// <summary>
/// Details by which an audit event vouches for a stored blob: from then on the audit holds the blob to that digest,
/// until another event says that it was purged.
/// </summary>
internal static class AuditedBlobs
{
    public const string Blob = "blob";
    public const string Sha256 = "sha256";
    public const string Purged = "purged";

    public static Dictionary<string, string> Stored(string path, string sha256) => new() { [Blob] = path, [Sha256] = sha256 };

    public static Dictionary<string, string> PurgedAway(string path) => new() { [Purged] = path };
}
