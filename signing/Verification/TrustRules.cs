using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Verification;

/// <summary>What keeps a sound signature from passing: strength, trust, time.</summary>
internal static class TrustRules
{
    // A full chain has three or four; more cannot be ours, and each costs a verification.
    private const int MaxCertificates = 8;

    public static Finding? Strength(VerifiedSignature signature)
    {
        using var key = VerificationKey.Of(signature.Certificate);
        return key is null || Trust.Strength.IsWeak(signature.Signer.Method!, key) || signature.Signer.DigestHash == System.Security.Cryptography.HashAlgorithmName.SHA1
            ? Weak(SubIndication.CryptoConstraintsFailure)
            : null;
    }

    /// <summary>EN 319 102-1, 5.2.8: without a proven time it is open whether the algorithm was already too weak.</summary>
    public static Finding Weak(SubIndication subIndication) =>
        Findings.Untrusted(subIndication, "algorithm-weak", "the signature is made with an algorithm or key that is too weak to prove anything");

    /// <summary>What a copy carries besides: no certificate that is not of the signer's chain.</summary>
    public static Finding? Inside(VerifiedSignature signature, TrustAnchors anchors) => Linked(signature.Cms.Certificates, signature.Certificate, anchors)
        ? null
        : Findings.Attack("certificates-inside", "the signature carries certificates that do not belong to the signer's chain");

    /// <summary>Whether the signer leads to an anchor at that time, and may sign documents.</summary>
    public static Finding? Path(X509Certificate2 certificate, CertificatePath path, DateTimeOffset at) => path.Status switch
    {
        PathStatus.NoAnchor => Findings.Untrusted(SubIndication.NoCertificateChainFound, "certificate-foreign", path.Reason),
        PathStatus.Constraint => Findings.Untrusted(SubIndication.ChainConstraintsFailure, "certificate-chain", path.Reason),
        PathStatus.WeakAlgorithm => Findings.Untrusted(SubIndication.CryptoConstraintsFailureNoPoe, "certificate-weak", path.Reason),
        PathStatus.IssuerOutOfTime when ChainBuilder.InTime(certificate, at) => Findings.Untrusted(SubIndication.CertificateChainGeneralFailure, "issuer-out-of-time", path.Reason),
        // The signer's own dates come first (EN 319 102-1, 5.2.6.4).
        PathStatus.SignerOutOfTime or PathStatus.IssuerOutOfTime => Findings.Untrusted(
            SubIndication.OutOfBoundsNoPoe,
            at < certificate.NotBefore.ToUniversalTime() ? "certificate-not-yet-valid" : "certificate-expired",
            path.Reason),
        _ when CertificateRules.Signer(certificate) is { } usage => Findings.Untrusted(SubIndication.ChainConstraintsFailure, "certificate-key-usage", usage),
        _ => null,
    };

    // No signature covers the certificates in a CMS: each must be an anchor, or prove itself by its issuer and by what it issued.
    internal static bool Linked(IReadOnlyList<X509Certificate2> inside, X509Certificate2 own, TrustAnchors anchors)
    {
        if (inside.Count > MaxCertificates) return false;
        var issuers = inside.Concat(anchors.Anchors.Select(anchor => anchor.Certificate)).ToList();
        return inside.All(certificate =>
            anchors.Anchors.Any(anchor => anchor.Certificate.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
            || (issuers.Exists(issuer => IsIssuer(issuer, certificate))
                && (ReferenceEquals(certificate, own)
                    || inside.Any(issued => !ReferenceEquals(issued, certificate) && IsIssuer(certificate, issued)))));
    }

    private static bool IsIssuer(X509Certificate2 issuer, X509Certificate2 issued) =>
        CertificateLink.NamesMeet(issued, issuer) && CertificateLink.Verify(issued, issuer) != LinkVerdict.NotSigned;
}
