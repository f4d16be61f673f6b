using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Keys;

/// <summary>How the signature value is made.</summary>
public enum SignatureScheme
{
    RsaPkcs1,
    RsaPss,
    Ecdsa,
}

/// <summary>
/// The one list of algorithms that ECopy signs with; anything else is a typed refusal.
/// PSS uses MGF1 with the same hash and a salt as long as it.
/// </summary>
public sealed record SignatureAlgorithm(SignatureScheme Scheme, HashAlgorithmName Hash)
{
    public static readonly SignatureAlgorithm RsaSha256 = new(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA256);
    public static readonly SignatureAlgorithm EcdsaSha256 = new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA256);
    private static readonly HashAlgorithmName[] Hashes = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    /// <summary>Every algorithm allowed.</summary>
    public static IReadOnlyList<SignatureAlgorithm> Allowed { get; } =
        [.. from scheme in Enum.GetValues<SignatureScheme>() from hash in Hashes select new SignatureAlgorithm(scheme, hash)];
}

/// <summary>Certificates of one signer, the end certificate first, the root last if known.</summary>
public sealed record CertificateChain(IReadOnlyList<X509Certificate2> Certificates)
{
    public X509Certificate2 Signer => Certificates[0];
}
