using System.Formats.Asn1;
using System.Security.Cryptography;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Cms;

/// <summary>
/// How a signature found in a CMS or a certificate was made. Wider than <see cref="SignatureAlgorithm"/>:
/// SHA-1 and any PSS parameters are read, so that they can be named and judged.
/// </summary>
/// <param name="MaskHash">Hash of MGF1; PSS only.</param>
/// <param name="SaltLength">PSS only.</param>
public sealed record SignatureMethod(SignatureScheme Scheme, HashAlgorithmName Hash, HashAlgorithmName MaskHash = default, int SaltLength = 0)
{
    public string Id => SignatureAlgorithm.SchemeId(Scheme) + "-" + Hash.Name?.ToLowerInvariant();

    /// <summary>Reads an AlgorithmIdentifier; null for an algorithm that is not known here.</summary>
    /// <param name="digestHash">The digest algorithm beside it: a bare rsaEncryption names no hash (RFC 5652, 5.3; RFC 3370, 3.2).</param>
    internal static SignatureMethod? Read(AsnReader reader, HashAlgorithmName? digestHash)
    {
        var algorithm = reader.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        if (oid == Oids.RsaPss) return ReadPss(algorithm);
        if (oid == Oids.Rsa) return digestHash is { } hash ? new SignatureMethod(SignatureScheme.RsaPkcs1, hash) : null;
        return oid switch
        {
            Oids.Sha1WithRsa => new(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA1),
            Oids.Sha256WithRsa => new(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA256),
            Oids.Sha384WithRsa => new(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA384),
            Oids.Sha512WithRsa => new(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA512),
            Oids.EcdsaWithSha1 => new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA1),
            Oids.EcdsaWithSha256 => new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA256),
            Oids.EcdsaWithSha384 => new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA384),
            Oids.EcdsaWithSha512 => new(SignatureScheme.Ecdsa, HashAlgorithmName.SHA512),
            _ => null,
        };
    }

    // RFC 4055, 3.1: absent fields mean SHA-1, MGF1 with SHA-1, a salt of 20 octets, trailer 1.
    private static SignatureMethod? ReadPss(AsnReader algorithm)
    {
        HashAlgorithmName? hash = HashAlgorithmName.SHA1;
        HashAlgorithmName? mask = HashAlgorithmName.SHA1;
        var salt = 20;
        var trailer = 1;
        if (!algorithm.HasData) return null;
        var parameters = algorithm.ReadSequence();
        if (Explicit(parameters, 0) is { } hashField) hash = DigestAlgorithm.Read(hashField);
        if (Explicit(parameters, 1) is { } maskField)
        {
            var generator = maskField.ReadSequence();
            mask = generator.ReadObjectIdentifier() == Oids.Mgf1 ? DigestAlgorithm.Read(generator) : null;
        }

        if (Explicit(parameters, 2) is { } saltField && !saltField.TryReadInt32(out salt)) return null;
        if (Explicit(parameters, 3) is { } trailerField && !trailerField.TryReadInt32(out trailer)) return null;
        parameters.ThrowIfNotEmpty();
        if (hash is null || mask is null || salt is < 0 or > 4096 || trailer != 1) return null;
        return new SignatureMethod(SignatureScheme.RsaPss, hash.Value, mask.Value, salt);
    }

    private static AsnReader? Explicit(AsnReader parameters, int number)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        return parameters.HasData && parameters.PeekTag() == tag ? parameters.ReadSequence(tag) : null;
    }
}

/// <summary>Digest algorithms by object identifier.</summary>
internal static class DigestAlgorithm
{
    /// <summary>Reads an AlgorithmIdentifier of a digest; null when unknown.</summary>
    public static HashAlgorithmName? Read(AsnReader reader) => Of(reader.ReadSequence().ReadObjectIdentifier());

    public static HashAlgorithmName? Of(string oid) => oid switch
    {
        Oids.Sha1 => HashAlgorithmName.SHA1,
        Oids.Sha256 => HashAlgorithmName.SHA256,
        Oids.Sha384 => HashAlgorithmName.SHA384,
        Oids.Sha512 => HashAlgorithmName.SHA512,
        _ => null,
    };

    public static string OidOf(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA1" => Oids.Sha1,
        "SHA256" => Oids.Sha256,
        "SHA384" => Oids.Sha384,
        "SHA512" => Oids.Sha512,
        _ => throw new ArgumentOutOfRangeException(nameof(hash)),
    };
}
