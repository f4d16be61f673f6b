using System.Security.Cryptography;
using System.Text;

namespace ECopy.Functions.RemoteSigning;

/// <summary>
/// Keeps activation data in the store for the moment between the holder's confirmation and the signature, so that a crash there
/// does not cost another confirmation. Sealed with the client's secret, without which they are of no use anyway.
/// </summary>
internal static class ActivationSeal
{
    private const int Nonce = 12;
    private const int Tag = 16;

    public static byte[] Close(string activation, string clientSecret, string round)
    {
        var content = Encoding.UTF8.GetBytes(activation);
        var closed = new byte[Nonce + Tag + content.Length];
        RandomNumberGenerator.Fill(closed.AsSpan(0, Nonce));
        using var cipher = new AesGcm(KeyOf(clientSecret), Tag);
        cipher.Encrypt(closed.AsSpan(0, Nonce), content, closed.AsSpan(Nonce + Tag), closed.AsSpan(Nonce, Tag), Encoding.UTF8.GetBytes(round));
        return closed;
    }

    /// <summary>Null when the secret is another by now.</summary>
    public static string? Open(byte[]? closed, string clientSecret, string round)
    {
        if (closed is not { Length: > Nonce + Tag }) return null;
        var content = new byte[closed.Length - Nonce - Tag];
        try
        {
            using var cipher = new AesGcm(KeyOf(clientSecret), Tag);
            cipher.Decrypt(closed.AsSpan(0, Nonce), closed.AsSpan(Nonce + Tag), closed.AsSpan(Nonce, Tag), content, Encoding.UTF8.GetBytes(round));
            return Encoding.UTF8.GetString(content);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] KeyOf(string clientSecret) => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(clientSecret), 32, info: "ecopy remote signing activation"u8.ToArray());
}
