using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Cms;

/// <summary>
/// The first certificate named by a signing-certificate attribute (RFC 2634, 5.4) or signing-certificate-v2 (RFC 5035, 3):
/// it must be the signer's.
/// </summary>
/// <param name="Hash">Null for a digest algorithm that is not known here.</param>
/// <param name="Issuer">The DER name of the issuer; null where issuerSerial is absent.</param>
public sealed record EssCertificate(int Version, HashAlgorithmName? Hash, ReadOnlyMemory<byte> CertificateHash, ReadOnlyMemory<byte>? Issuer, ReadOnlyMemory<byte>? SerialNumber)
{
    /// <summary>Whether it is this certificate: by its hash, and by issuer and serial number where they are given.</summary>
    public bool Matches(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (Hash is not { } hash) return false;
        if (!CryptographicOperations.HashData(hash, certificate.RawData).AsSpan().SequenceEqual(CertificateHash.Span)) return false;
        return (Issuer is not { } issuer || issuer.Span.SequenceEqual(certificate.IssuerName.RawData))
            && (SerialNumber is not { } serial || serial.Span.SequenceEqual(certificate.SerialNumberBytes.Span));
    }

    internal static EssCertificate Read(ReadOnlyMemory<byte> value, int version)
    {
        var reader = new AsnReader(value, AsnEncodingRules.BER);
        var certs = reader.ReadSequence().ReadSequence();
        var certId = certs.ReadSequence();
        HashAlgorithmName? hash = version == 1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
        if (version == 2 && certId.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) hash = DigestAlgorithm.Read(certId);
        var certificateHash = certId.ReadOctetString();
        if (!certId.HasData) return new EssCertificate(version, hash, certificateHash, null, null);

        var issuerSerial = certId.ReadSequence();
        var names = issuerSerial.ReadSequence();
        ReadOnlyMemory<byte>? issuer = null;
        var directoryName = new Asn1Tag(TagClass.ContextSpecific, 4, isConstructed: true);
        if (names.HasData && names.PeekTag() == directoryName) issuer = names.ReadSequence(directoryName).ReadEncodedValue();
        return new EssCertificate(version, hash, certificateHash, issuer, issuerSerial.ReadIntegerBytes());
    }
}
