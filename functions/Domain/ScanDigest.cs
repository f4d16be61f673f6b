using System.Security.Cryptography;

namespace ECopy.Functions.Domain;

/// <summary>The digest of a scan, as it stands on the copy.</summary>
internal static class ScanDigest
{
    /// <summary>One file: its own digest; several: SHA-256 over their 32-byte digests in page order. Lower-case hex.</summary>
    public static string Of(IReadOnlyList<byte[]> digests)
    {
        ArgumentNullException.ThrowIfNull(digests);
        return Convert.ToHexStringLower(digests.Count == 1 ? digests[0] : SHA256.HashData([.. digests.SelectMany(digest => digest)]));
    }
}
