using System.Formats.Asn1;
using System.Security.Cryptography;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Cms;

/// <summary>Writes AlgorithmIdentifiers of the algorithms that ECopy signs with.</summary>
internal static class AlgorithmIdentifiers
{
    /// <summary>RFC 5754, 2: the parameters of SHA-2 are absent in CMS.</summary>
    public static void WriteDigest(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence()) writer.WriteObjectIdentifier(DigestAlgorithm.OidOf(hash));
    }

    public static void WriteSignature(AsnWriter writer, SignatureAlgorithm algorithm)
    {
        using var sequence = writer.PushSequence();
        switch (algorithm.Scheme)
        {
            case SignatureScheme.RsaPkcs1:
                // RFC 3370, 3.2: rsaEncryption, the hash being named by digestAlgorithm; what every reader accepts.
                writer.WriteObjectIdentifier(Oids.Rsa);
                writer.WriteNull();
                break;
            case SignatureScheme.RsaPss:
                writer.WriteObjectIdentifier(Oids.RsaPss);
                WritePssParameters(writer, algorithm);
                break;
            default:
                // RFC 5758, 3.2: no parameters.
                writer.WriteObjectIdentifier(algorithm.Hash.Name switch
                {
                    "SHA256" => Oids.EcdsaWithSha256,
                    "SHA384" => Oids.EcdsaWithSha384,
                    _ => Oids.EcdsaWithSha512,
                });
                break;
        }
    }

    /// <summary>As certificates, lists and answers of revocation name it: hash and scheme in one (RFC 3279, RFC 4055).</summary>
    public static void WriteCombined(AsnWriter writer, SignatureAlgorithm algorithm)
    {
        if (algorithm.Scheme != SignatureScheme.RsaPkcs1)
        {
            WriteSignature(writer, algorithm);
            return;
        }

        using var sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(algorithm.Hash.Name switch
        {
            "SHA256" => Oids.Sha256WithRsa,
            "SHA384" => Oids.Sha384WithRsa,
            _ => Oids.Sha512WithRsa,
        });
        writer.WriteNull();
    }

    // RFC 4055, 3.1: none of our values is a default, so each is written; the trailer is the default and is not.
    private static void WritePssParameters(AsnWriter writer, SignatureAlgorithm algorithm)
    {
        using var parameters = writer.PushSequence();
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            WriteHashWithNull(writer, algorithm.Hash);
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.Mgf1);
            WriteHashWithNull(writer, algorithm.Hash);
        }

        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
            writer.WriteInteger(algorithm.HashLength);
    }

    // RFC 4055, 2.1: inside PSS parameters the hash carries NULL.
    private static void WriteHashWithNull(AsnWriter writer, HashAlgorithmName hash)
    {
        using var identifier = writer.PushSequence();
        writer.WriteObjectIdentifier(DigestAlgorithm.OidOf(hash));
        writer.WriteNull();
    }
}
