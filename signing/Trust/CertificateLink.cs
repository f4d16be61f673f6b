using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;

namespace ECopy.Signing.Trust;

/// <summary>What one certificate's signature says under its supposed issuer's key.</summary>
internal enum LinkVerdict
{
    Signed,
    NotSigned,

    /// <summary>Signed, but by SHA-1 or with a key too short to count.</summary>
    Weak,
}

/// <summary>One link of a path: the names meet and the issuer's key signed (RFC 5280, 6.1.3 (a)).</summary>
internal static class CertificateLink
{
    public static bool NamesMeet(X509Certificate2 certificate, X509Certificate2 issuer) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData);

    public static LinkVerdict Verify(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        try
        {
            var reader = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.BER).ReadSequence();
            var signed = reader.ReadEncodedValue();
            var outer = reader.PeekEncodedValue();
            var method = SignatureMethod.Read(reader, digestHash: null);
            var value = reader.ReadBitString(out var unusedBits);
            using var key = VerificationKey.Of(issuer);
            if (method is null || key is null || unusedBits != 0 || !InnerAlgorithm(signed).Span.SequenceEqual(outer.Span)) return LinkVerdict.NotSigned;
            if (key.Verify(method, CryptographicOperations.HashData(method.Hash, signed.Span), value) != true) return LinkVerdict.NotSigned;
            return Strength.IsWeak(method, key) ? LinkVerdict.Weak : LinkVerdict.Signed;
        }
        catch (Exception unreadable) when (unreadable is AsnContentException or CryptographicException)
        {
            return LinkVerdict.NotSigned;
        }
    }

    // RFC 5280, 4.1.1.2: the algorithm inside the signed part must be the one outside.
    private static ReadOnlyMemory<byte> InnerAlgorithm(ReadOnlyMemory<byte> signed)
    {
        var fields = new AsnReader(signed, AsnEncodingRules.BER).ReadSequence();
        var version = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (fields.PeekTag() == version) fields.ReadEncodedValue();
        fields.ReadEncodedValue();
        return fields.ReadEncodedValue();
    }
}

/// <summary>Which algorithms and keys are too weak to prove anything today (ETSI TS 119 312).</summary>
internal static class Strength
{
    public static bool IsWeak(SignatureMethod method, VerificationKey key) =>
        method.Hash == HashAlgorithmName.SHA1 || method.MaskHash == HashAlgorithmName.SHA1 || (key.IsRsa && key.Bits < 2048);
}
