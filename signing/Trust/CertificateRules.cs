using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust;

/// <summary>What the extensions of certificates allow. Each answer is a reason against, or null.</summary>
internal static class CertificateRules
{
    private const string BasicConstraints = "2.5.29.19";
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    // Understood, or (policies, with none demanded; alternative names; key identifiers) without effect on a path.
    private static readonly HashSet<string> Understood = [BasicConstraints, KeyUsage, ExtendedKeyUsage, "2.5.29.14", "2.5.29.17", "2.5.29.32", "2.5.29.35"];

    // Name constraints, policy mappings, policy constraints, inhibit any-policy.
    private static readonly HashSet<string> Constraints = ["2.5.29.30", "2.5.29.33", "2.5.29.36", "2.5.29.54"];

    // Purposes that have nothing to do with signing documents: servers, code, timestamps, OCSP.
    private static readonly HashSet<string> OtherPurposes = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"];

    /// <summary>RFC 5280, 4.2: a critical extension that is not understood rejects the certificate, and none may occur twice.</summary>
    public static string? Extensions(X509Certificate2 certificate)
    {
        var seen = new HashSet<string>();
        foreach (var extension in certificate.Extensions)
        {
            var oid = extension.Oid?.Value ?? "";
            if (!seen.Add(oid)) return $"the extension {oid} occurs twice";
            if (extension.Critical && !Understood.Contains(oid)) return $"the critical extension {oid} is not understood";
            // Constraints bind even where an authority forgot to mark them (RFC 5280, 4.2.1.10 and 4.2.1.11 demand the mark).
            if (Constraints.Contains(oid)) return $"the extension {oid} constrains names or policies, which is not supported";
        }

        return null;
    }

    /// <summary>RFC 5280, 6.1.4 (k), (l), (m), (n): a certificate authority, within its path length, that may sign certificates.</summary>
    /// <param name="below">How many certificate authorities stand between it and the end certificate, self-issued ones not counted.</param>
    public static string? Authority(X509Certificate2 certificate, int below)
    {
        var constraints = certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault();
        if (constraints is not { CertificateAuthority: true }) return "an issuer is not a certificate authority";
        if (constraints.HasPathLengthConstraint && below > constraints.PathLengthConstraint) return "the path is longer than an issuer allows";
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        return usage is not null && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign) ? "an issuer may not sign certificates" : null;
    }

    /// <summary>RFC 5280, 6.3.3 (f): where key usage is given, it allows signing revocation lists.</summary>
    public static bool MaySignLists(X509Certificate2 issuer) =>
        issuer.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { } usage || usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign);

    /// <summary>RFC 6960, 4.2.2.2: the issuer gave this certificate the right to answer for it.</summary>
    public static bool MayAnswerOcsp(X509Certificate2 responder)
    {
        var usage = responder.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        var purposes = responder.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        return (usage is null || (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) != 0)
            && purposes is not null
            && purposes.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(purpose => purpose.Value == OcspSigning);
    }

    /// <summary>RFC 5280, 4.2.1.3 and 4.2.1.12: a key that may sign documents.</summary>
    public static string? Signer(X509Certificate2 certificate)
    {
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        if (usage is not null && (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) == 0)
            return "the certificate's key usage is neither digital signature nor non-repudiation";
        var purposes = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        return purposes is not null && purposes.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().All(purpose => OtherPurposes.Contains(purpose.Value ?? ""))
            ? "the certificate is for other purposes than signing documents"
            : null;
    }
}
