using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Cms;

/// <summary>The attributes that the signature value covers.</summary>
public static class SignedAttributes
{
    /// <summary>
    /// Exactly content-type, message-digest and signing-certificate-v2, as a DER SET OF: the very bytes whose digest is signed
    /// (RFC 5652, 5.4). No signing-time: in PAdES the claimed time stands in /M (EN 319 142-1, 6.3).
    /// </summary>
    public static byte[] Create(SignatureAlgorithm algorithm, ReadOnlySpan<byte> documentDigest, X509Certificate2 signerCertificate) =>
        Create(algorithm, documentDigest, signerCertificate, Oids.Data);

    /// <summary>The same for content of another type, as in a timestamp token.</summary>
    internal static byte[] Create(SignatureAlgorithm algorithm, ReadOnlySpan<byte> documentDigest, X509Certificate2 signerCertificate, string contentType)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(signerCertificate);
        if (documentDigest.Length != algorithm.HashLength) throw new ArgumentException($"the digest does not fit {algorithm.Id}", nameof(documentDigest));

        var digest = documentDigest.ToArray();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            WriteAttribute(writer, Oids.ContentType, value => value.WriteObjectIdentifier(contentType));
            WriteAttribute(writer, Oids.MessageDigest, value => value.WriteOctetString(digest));
            WriteAttribute(writer, Oids.SigningCertificateV2, value => WriteSigningCertificate(value, algorithm.Hash, signerCertificate));
        }

        return writer.Encode();
    }

    private static void WriteAttribute(AsnWriter writer, string type, Action<AsnWriter> writeValue)
    {
        using var attribute = writer.PushSequence();
        writer.WriteObjectIdentifier(type);
        using (writer.PushSetOf()) writeValue(writer);
    }

    // RFC 5035, 3: SigningCertificateV2 { certs { ESSCertIDv2 { hashAlgorithm DEFAULT sha256, certHash, issuerSerial } } }
    private static void WriteSigningCertificate(AsnWriter writer, HashAlgorithmName hash, X509Certificate2 certificate)
    {
        using var signingCertificate = writer.PushSequence();
        using var certs = writer.PushSequence();
        using var certId = writer.PushSequence();
        // DER forbids writing a value that is the default (X.690, 11.5).
        if (hash != HashAlgorithmName.SHA256) AlgorithmIdentifiers.WriteDigest(writer, hash);
        writer.WriteOctetString(CryptographicOperations.HashData(hash, certificate.RawData));
        using var issuerSerial = writer.PushSequence();
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
            writer.WriteEncodedValue(certificate.IssuerName.RawData);
        writer.WriteInteger(certificate.SerialNumberBytes.Span);
    }
}
