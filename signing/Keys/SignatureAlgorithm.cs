using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;

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
    public static readonly SignatureAlgorithm RsaPssSha256 = new(SignatureScheme.RsaPss, HashAlgorithmName.SHA256);
    public static readonly SignatureAlgorithm EcdsaSha256 = new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA256);
    public static readonly SignatureAlgorithm EcdsaSha384 = new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA384);
    public static readonly SignatureAlgorithm EcdsaSha512 = new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA512);
    private static readonly HashAlgorithmName[] Hashes = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    /// <summary>Every algorithm allowed.</summary>
    public static IReadOnlyList<SignatureAlgorithm> Allowed { get; } =
        [.. from scheme in Enum.GetValues<SignatureScheme>() from hash in Hashes select new SignatureAlgorithm(scheme, hash)];

    /// <summary>Stable name, as stored and shown: <c>rsa-sha256</c>, <c>rsa-pss-sha384</c>, <c>ecdsa-sha512</c>.</summary>
    public string Id => SchemeId(Scheme) + "-" + Hash.Name?.ToLowerInvariant();

    /// <summary>Length of the hash in bytes.</summary>
    public int HashLength => LengthOf(Hash) ?? throw new KeyRefusedException("algorithm-not-allowed", $"{Hash.Name} is not used for signing.");

    /// <summary>The algorithm of that <see cref="Id"/>; refuses anything not in <see cref="Allowed"/>.</summary>
    public static SignatureAlgorithm Parse(string id) =>
        Allowed.FirstOrDefault(algorithm => algorithm.Id == id)
        ?? throw new KeyRefusedException("algorithm-not-allowed", $"The algorithm {id} is not used for signing.");

    /// <summary>What a certificate's key signs with unless told otherwise; refuses a key of another kind or size.</summary>
    public static SignatureAlgorithm DefaultFor(X509Certificate2 certificate) => SigningKeyKind.Of(certificate) switch
    {
        { Rsa: true } => RsaSha256,
        { Bits: 256 } => EcdsaSha256,
        { Bits: 384 } => EcdsaSha384,
        _ => EcdsaSha512,
    };

    /// <summary>Refuses an algorithm outside the list, or one that the certificate's key cannot make.</summary>
    public void RequireFor(X509Certificate2 certificate)
    {
        if (!Allowed.Contains(this)) throw new KeyRefusedException("algorithm-not-allowed", $"The algorithm {Id} is not used for signing.");
        var kind = SigningKeyKind.Of(certificate);
        if (kind.Rsa != (Scheme != SignatureScheme.Ecdsa))
            throw new KeyRefusedException("algorithm-not-allowed", $"A key of kind {kind} does not sign with {Id}.");
    }

    /// <summary>Whether this algorithm's value over the digest was made by the certificate's key: what comes back from elsewhere is checked before it is used.</summary>
    /// <param name="signature">ECDSA values are DER (r, s).</param>
    public bool Verify(X509Certificate2 certificate, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var key = VerificationKey.Of(certificate);
        return key?.Verify(new SignatureMethod(Scheme, Hash, Hash, HashLength), digest, signature) is true;
    }

    /// <summary>Hash and scheme in one AlgorithmIdentifier (RFC 4055, RFC 5758), DER: how services that sign are told of it.</summary>
    public byte[] EncodeIdentifier()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        AlgorithmIdentifiers.WriteCombined(writer, this);
        return writer.Encode();
    }

    internal static int? LengthOf(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA1" => SHA1.HashSizeInBytes,
        "SHA256" => SHA256.HashSizeInBytes,
        "SHA384" => SHA384.HashSizeInBytes,
        "SHA512" => SHA512.HashSizeInBytes,
        _ => null,
    };

    internal static string SchemeId(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.RsaPkcs1 => "rsa",
        SignatureScheme.RsaPss => "rsa-pss",
        _ => "ecdsa",
    };
}

/// <summary>Certificates of one signer, the end certificate first, the root last if known.</summary>
public sealed record CertificateChain(IReadOnlyList<X509Certificate2> Certificates)
{
    public X509Certificate2 Signer => Certificates[0];
}
