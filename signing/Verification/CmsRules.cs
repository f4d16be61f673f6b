using System.Formats.Asn1;
using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;

namespace ECopy.Signing.Verification;

/// <summary>What the CMS of a copy must be (RFC 5652, 5 and 11; EN 319 142-1, 6.3; EN 319 122-1, 5).</summary>
internal static class CmsRules
{
    private static readonly HashSet<string> Attributes = [Oids.ContentType, Oids.MessageDigest, Oids.SigningCertificateV2];

    public static readonly IReadOnlyList<Rule<VerifiedSignature>> All =
    [
        new("content-inside", signature => signature.Cms.Content is not null ? "the signature carries content of its own beside the document" : null),
        new("content-type", ContentType),
        new("signed-attributes", signature => signature.Signer.SignedAttributes.Count != Attributes.Count
            || !signature.Signer.SignedAttributes.All(attribute => Attributes.Contains(attribute.Oid) && attribute.Values.Count == 1)
            ? "the signed attributes are not content-type, message-digest and signing-certificate-v2, once each" : null),
        new("signing-certificate", signature => signature.Signer.SigningCertificate is not { Version: 2 } reference || !reference.Matches(signature.Certificate)
            ? "the signed attributes name another certificate" : null),
        new("unsigned-attributes", signature =>
        {
            SignatureTimestamp.Find(signature.Signer, out var isOurs);
            return isOurs ? null : "the signature carries something beside its timestamp that nobody signed";
        }),
        new("cms-form", Form),
    ];

    private static string? ContentType(VerifiedSignature signature)
    {
        var value = signature.Signer.Single(Oids.ContentType);
        var isData = value is { } encoded && encoded.Span.SequenceEqual(IdData) && signature.Cms.ContentType == Oids.Data;
        return isData ? null : "the signed content is not of the type data";
    }

    private static ReadOnlySpan<byte> IdData => [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];

    // The parts of a CMS that no signature covers (versions, sets, algorithm parameters) are held to what our writer gives:
    // built again from its parts, it must be the same bytes. An algorithm that we never use is judged elsewhere.
    private static string? Form(VerifiedSignature signature)
    {
        var (_, cms, signer, certificate) = signature;
        if (signer.Method is not { } method || !SignatureAlgorithm.Allowed.Contains(new SignatureAlgorithm(method.Scheme, method.Hash))) return null;
        var others = cms.Certificates.Where(other => !ReferenceEquals(other, certificate));
        try
        {
            var again = CmsSignature.Build(
                signer.SignedAttributesEncoded!.Value.Span,
                signer.Signature.Span,
                new SignatureAlgorithm(method.Scheme, method.Hash),
                new CertificateChain([certificate, .. others]),
                signer.UnsignedAttributes);
            if (again.AsSpan().SequenceEqual(cms.Encoded.Span)) return null;
        }
        catch (Exception unwritable) when (unwritable is ArgumentException or CryptographicException or AsnContentException or InvalidOperationException)
        {
            // Falls through: what cannot be written was not written by us.
        }

        return "the signature is not written the way copies are written";
    }
}
