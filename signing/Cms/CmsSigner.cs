using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Cms;

/// <summary>Who signed: issuer and serial number, or the subject key identifier (RFC 5652, 5.3).</summary>
public sealed record SignerIdentifier(ReadOnlyMemory<byte>? Issuer, ReadOnlyMemory<byte>? SerialNumber, ReadOnlyMemory<byte>? SubjectKeyIdentifier)
{
    public bool Matches(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (Issuer is { } issuer && SerialNumber is { } serial)
            return issuer.Span.SequenceEqual(certificate.IssuerName.RawData) && serial.Span.SequenceEqual(certificate.SerialNumberBytes.Span);
        try
        {
            return SubjectKeyIdentifier is { } wanted
                && certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } found
                && found.SubjectKeyIdentifierBytes.Span.SequenceEqual(wanted.Span);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>What verifying one signer's value gave.</summary>
public enum CmsVerdict
{
    Passed,

    /// <summary>The message-digest attribute is not the digest of the document.</summary>
    DigestMismatch,

    /// <summary>The signature value does not fit the signed attributes and the key.</summary>
    SignatureInvalid,

    /// <summary>Algorithm or key are not known here, or do not belong together.</summary>
    Unsupported,

    /// <summary>content-type or message-digest is missing, doubled or has not exactly one value (RFC 5652, 11.1 and 11.2).</summary>
    AttributesInvalid,
}

/// <summary>One SignerInfo (RFC 5652, 5.3), as read.</summary>
public sealed class CmsSigner
{
    public required int Version { get; init; }

    public required SignerIdentifier Identifier { get; init; }

    public required string DigestAlgorithmOid { get; init; }

    /// <summary>Null when the digest algorithm is not known here.</summary>
    public required HashAlgorithmName? DigestHash { get; init; }

    public required string SignatureAlgorithmOid { get; init; }

    /// <summary>Null when the signature algorithm is not known here.</summary>
    public required SignatureMethod? Method { get; init; }

    public required IReadOnlyList<CmsAttribute> SignedAttributes { get; init; }

    /// <summary>The signed attributes as they stand in the file, with the tag of a SET; null when there are none.</summary>
    public required ReadOnlyMemory<byte>? SignedAttributesEncoded { get; init; }

    /// <summary>RFC 5652, 5.3 requires DER; the value is checked over the bytes as they stand either way.</summary>
    public required bool SignedAttributesAreDer { get; init; }

    public required IReadOnlyList<CmsAttribute> UnsignedAttributes { get; init; }

    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Null unless the attribute is there once with one value.</summary>
    public required ReadOnlyMemory<byte>? MessageDigest { get; init; }

    /// <summary>From signing-certificate-v2, else signing-certificate; null when neither is there.</summary>
    public required EssCertificate? SigningCertificate { get; init; }

    public int Count(string attributeOid) => SignedAttributes.Count(attribute => attribute.Oid == attributeOid);

    /// <summary>The signer's certificate among those supplied: by identifier, and by the ESS attribute where several fit.</summary>
    public X509Certificate2? FindCertificate(IEnumerable<X509Certificate2> supplied)
    {
        var fitting = supplied.Where(Identifier.Matches).ToList();
        return fitting.Find(candidate => SigningCertificate?.Matches(candidate) ?? false) ?? fitting.FirstOrDefault();
    }

    /// <summary>Checks the message digest and the signature value. Says nothing about trust, time or strength.</summary>
    /// <param name="documentDigest">Of the signed bytes, by <see cref="DigestHash"/>.</param>
    public CmsVerdict Verify(ReadOnlySpan<byte> documentDigest, X509Certificate2 certificate)
    {
        if (Method is null || DigestHash is null) return CmsVerdict.Unsupported;
        if (SignedAttributesEncoded is not { } encoded)
        {
            // RFC 5652, 5.4: without signed attributes the content itself is signed.
            return Method.Hash == DigestHash ? VerifyValue(documentDigest, certificate) : CmsVerdict.Unsupported;
        }

        if (Single(Oids.ContentType) is null || MessageDigest is not { } messageDigest) return CmsVerdict.AttributesInvalid;
        if (!CryptographicOperations.FixedTimeEquals(messageDigest.Span, documentDigest)) return CmsVerdict.DigestMismatch;
        return VerifyValue(CryptographicOperations.HashData(Method.Hash, encoded.Span), certificate);
    }

    /// <summary>The one value of an attribute that occurs once; else null.</summary>
    internal ReadOnlyMemory<byte>? Single(string oid)
    {
        var found = SignedAttributes.Where(attribute => attribute.Oid == oid).ToList();
        // A bare null would become an empty memory, by way of an array.
        return found is [{ Values: [var value] }] ? value : default(ReadOnlyMemory<byte>?);
    }

    private CmsVerdict VerifyValue(ReadOnlySpan<byte> digest, X509Certificate2 certificate)
    {
        using var key = VerificationKey.Of(certificate);
        return key?.Verify(Method!, digest, Signature.Span) switch
        {
            true => CmsVerdict.Passed,
            false => CmsVerdict.SignatureInvalid,
            null => CmsVerdict.Unsupported,
        };
    }
}
