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
            return InnerAlgorithm(signed).Span.SequenceEqual(outer.Span) ? SignedPart.Read(signed, reader).Verify(issuer) : LinkVerdict.NotSigned;
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

/// <summary>The form that certificates, revocation lists and OCSP answers share: signed bytes, algorithm, signature value (RFC 5280, 4.1.1).</summary>
internal sealed record SignedPart(ReadOnlyMemory<byte> Signed, SignatureMethod? Method, ReadOnlyMemory<byte> Value)
{
    /// <summary>Reads algorithm and value; a value that is no whole number of octets fits no key.</summary>
    public static SignedPart Read(ReadOnlyMemory<byte> signed, AsnReader reader)
    {
        var method = SignatureMethod.Read(reader, digestHash: null);
        var value = reader.ReadBitString(out var unusedBits);
        return new SignedPart(signed, unusedBits == 0 ? method : null, value);
    }

    public LinkVerdict Verify(X509Certificate2 issuer)
    {
        using var key = VerificationKey.Of(issuer);
        if (Method is null || key?.Verify(Method, CryptographicOperations.HashData(Method.Hash, Signed.Span), Value.Span) != true) return LinkVerdict.NotSigned;
        return Strength.IsWeak(Method, key) ? LinkVerdict.Weak : LinkVerdict.Signed;
    }
}

/// <summary>Which algorithms and keys are too weak to prove anything today (ETSI TS 119 312).</summary>
internal static class Strength
{
    private const int ShortestRsa = 2048;

    public static bool IsWeak(SignatureMethod method, VerificationKey key) => UsesSha1(method) || IsShort(key);

    public static bool UsesSha1(SignatureMethod method) => method.Hash == HashAlgorithmName.SHA1 || method.MaskHash == HashAlgorithmName.SHA1;

    public static bool IsShort(VerificationKey key) => key.IsRsa && key.Bits < ShortestRsa;
}
