using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Trust;

/// <summary>Whose certificate it ought to be. What is null is not compared.</summary>
/// <param name="Thumbprint">SHA-256 of the certificate, hexadecimal.</param>
/// <param name="Subject">The distinguished name, as <see cref="X509Certificate2.Subject"/> writes it.</param>
public sealed record ExpectedSigner(string? Thumbprint, string? Subject);

/// <summary>Why a certificate may not sign now: a stable code and a sentence.</summary>
public sealed record CertificateProblem(string Code, string Reason);

/// <summary>
/// The checks before a key is used, in this order. Revocation is not among them: it is <em>not checked</em>, and whoever shows
/// the result says so.
/// </summary>
public static class SignerCertificateCheck
{
    private static readonly IReadOnlyList<ISignerCheck> Checks =
    [
        new NotYetValid(),
        new Expired(),
        new KeyUsage(),
        new Foreign(),
        new WrongHolder(),
    ];

    /// <summary>Every check that fails; empty when the certificate may sign.</summary>
    public static IReadOnlyList<CertificateProblem> Run(CertificateChain chain, ExpectedSigner expected, TrustAnchors anchors, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(anchors);
        var subject = new SignerCheckSubject(chain, expected, anchors, at);
        return [.. Checks.Select(check => (check, reason: check.Reason(subject)))
            .Where(outcome => outcome.reason is not null)
            .Select(outcome => new CertificateProblem(outcome.check.Code, outcome.reason!))];
    }
}

internal sealed record SignerCheckSubject(CertificateChain Chain, ExpectedSigner Expected, TrustAnchors Anchors, DateTimeOffset At)
{
    public X509Certificate2 Certificate => Chain.Signer;
}

/// <summary>One reason not to sign.</summary>
internal interface ISignerCheck
{
    string Code { get; }

    /// <summary>Null when the check passes.</summary>
    string? Reason(SignerCheckSubject subject);
}

/// <summary>"The certificate validity period includes the current time" (RFC 5280, 6.1.3 (a)(2)): its beginning.</summary>
internal sealed class NotYetValid : ISignerCheck
{
    public string Code => "certificate-not-yet-valid";

    public string? Reason(SignerCheckSubject subject) =>
        subject.At < subject.Certificate.NotBefore.ToUniversalTime() ? $"The certificate is valid only from {subject.Certificate.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC." : null;
}

/// <summary>"The certificate validity period includes the current time" (RFC 5280, 6.1.3 (a)(2)): its end.</summary>
internal sealed class Expired : ISignerCheck
{
    public string Code => "certificate-expired";

    public string? Reason(SignerCheckSubject subject) =>
        subject.At > subject.Certificate.NotAfter.ToUniversalTime() ? $"The certificate expired at {subject.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC." : null;
}

/// <summary>"The digitalSignature bit is asserted when the subject public key is used for verifying digital signatures" (RFC 5280, 4.2.1.3).</summary>
internal sealed class KeyUsage : ISignerCheck
{
    public string Code => "certificate-key-usage";

    public string? Reason(SignerCheckSubject subject) => CertificateRules.Signer(subject.Certificate) is { } reason ? $"It may not sign documents: {reason}." : null;
}

/// <summary>"The certificate was issued by the trust anchor" or through issuers that it vouches for (RFC 5280, 6.1).</summary>
internal sealed class Foreign : ISignerCheck
{
    public string Code => "certificate-foreign";

    // The signer's own dates have checks of their own.
    public string? Reason(SignerCheckSubject subject)
    {
        var path = ChainBuilder.Find(subject.Certificate, subject.Chain.Certificates, subject.Anchors, subject.At);
        return path.Status is PathStatus.Valid or PathStatus.SignerOutOfTime ? null : $"It does not lead to a trusted authority: {path.Reason}.";
    }
}

/// <summary>The certificate that was entered for this person or agency, and no other.</summary>
internal sealed class WrongHolder : ISignerCheck
{
    public string Code => "certificate-wrong-holder";

    public string? Reason(SignerCheckSubject subject)
    {
        var (thumbprint, name) = subject.Expected;
        if (thumbprint is not null && !thumbprint.Equals(subject.Certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase))
            return "It is not the certificate that was entered for this signer.";
        return name is not null && name != subject.Certificate.Subject ? "It belongs to another holder." : null;
    }
}
