using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;

namespace ECopy.Signing.Keys;

/// <summary>Kind and size of a key that may sign: RSA of 2048 to 4096 bits, or P-256, P-384, P-521.</summary>
internal sealed record SigningKeyKind(bool Rsa, int Bits)
{
    public static SigningKeyKind Of(X509Certificate2 certificate)
    {
        using var key = VerificationKey.Of(certificate)
            ?? throw new KeyRefusedException("key-not-allowed", "The key is neither RSA nor on the curves P-256, P-384, P-521.");
        if (key.IsRsa && key.Bits is < 2048 or > 4096)
            throw new KeyRefusedException("key-not-allowed", string.Create(CultureInfo.InvariantCulture, $"An RSA key of {key.Bits} bits is not used for signing (2048 to 4096)."));
        return new SigningKeyKind(key.IsRsa, key.Bits);
    }

    /// <summary>The longest signature value of such a key: an RSA value is as long as its modulus, an ECDSA value is DER (r, s).</summary>
    public int LongestSignature
    {
        get
        {
            if (Rsa) return (Bits + 7) / 8;
            // An INTEGER of n bits needs a leading zero octet when n is a whole number of octets.
            var integer = 2 + (Bits / 8) + 1;
            var content = 2 * integer;
            return content + (content < 0x80 ? 2 : 3);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Rsa ? "RSA-" : "P-")}{Bits}");
}
