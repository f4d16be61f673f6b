using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ECopy.Functions.Domain;

/// <summary>
/// Random words that open something: drawn once, handed out once, known to the store by their SHA-256 only. Without a salt or a slow
/// hash, since nothing of 128 bits or more can be guessed.
/// </summary>
internal static class Secret
{
    public static string Draw(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>Letters of a secret of so many bytes.</summary>
    public static int LengthOf(int bytes) => Base64Url.GetEncodedLength(bytes);

    /// <summary>Lower-case hex, also its name in the store.</summary>
    public static string DigestOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
