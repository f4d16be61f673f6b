using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>CertID (RFC 6960, 4.1.1): a certificate by its issuer's name and key, each as a digest, and its serial number.</summary>
public sealed record OcspCertificateId(string HashOid, ReadOnlyMemory<byte> IssuerName, ReadOnlyMemory<byte> IssuerKey, ReadOnlyMemory<byte> Serial)
{
    public static OcspCertificateId Of(X509Certificate2 certificate, X509Certificate2 issuer, HashAlgorithmName hash)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(issuer);
        return new OcspCertificateId(DigestAlgorithm.OidOf(hash), NameDigest(hash, issuer), KeyDigest(hash, issuer), certificate.SerialNumberBytes);
    }

    /// <summary>Whether it names this certificate of this issuer; by a digest algorithm that is known here.</summary>
    public bool Names(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Serial.Span.SequenceEqual(certificate.SerialNumberBytes.Span) && IsOf(issuer);
    }

    /// <summary>Whether its issuer is this one.</summary>
    public bool IsOf(X509Certificate2 issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return DigestAlgorithm.Of(HashOid) is { } hash && IssuerName.Span.SequenceEqual(NameDigest(hash, issuer)) && IssuerKey.Span.SequenceEqual(KeyDigest(hash, issuer));
    }

    internal static OcspCertificateId Read(AsnReader reader)
    {
        var id = reader.ReadSequence();
        var read = new OcspCertificateId(id.ReadSequence().ReadObjectIdentifier(), id.ReadOctetString(), id.ReadOctetString(), id.ReadIntegerBytes());
        id.ThrowIfNotEmpty();
        return read;
    }

    internal void Write(AsnWriter writer)
    {
        using var id = writer.PushSequence();
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(HashOid);
            writer.WriteNull();
        }

        writer.WriteOctetString(IssuerName.Span);
        writer.WriteOctetString(IssuerKey.Span);
        writer.WriteInteger(Serial.Span);
    }

    /// <summary>Over the key's bits alone, without tag, length and number of unused bits.</summary>
    internal static byte[] KeyDigest(HashAlgorithmName hash, X509Certificate2 certificate) => CryptographicOperations.HashData(hash, certificate.PublicKey.EncodedKeyValue.RawData);

    private static byte[] NameDigest(HashAlgorithmName hash, X509Certificate2 issuer) => CryptographicOperations.HashData(hash, issuer.SubjectName.RawData);
}
