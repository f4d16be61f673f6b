using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Timestamp;

/// <summary>Why a timestamp proves nothing: a stable code and a sentence.</summary>
public sealed record TimestampProblem(string Code, string Reason);

/// <summary>What a timestamp is held against. What is null is not compared.</summary>
/// <param name="ImprintOf">The digest of what was to be timestamped, by the algorithm that the token names.</param>
public sealed record TimestampExpectation(Func<HashAlgorithmName, ReadOnlyMemory<byte>> ImprintOf)
{
    /// <summary>Of the request that was sent: then the token must give it back.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; init; }

    public string? Policy { get; init; }

    /// <summary>The token's time must lie within; for the check right after the answer came.</summary>
    public (DateTimeOffset Earliest, DateTimeOffset Latest)? Within { get; init; }

    /// <summary>To whom the authority's certificate must lead, at the token's own time.</summary>
    public TrustAnchors? Anchors { get; init; }

    /// <summary>
    /// The parts that no signature covers are held to the one form that there is: DER, the versions that belong to the parts,
    /// no unsigned attribute. Asked of tokens that we take in; those of others may be BER.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>Certificates from elsewhere, as the token may carry none or not all.</summary>
    public IReadOnlyList<X509Certificate2> Supplied { get; init; } = [];
}

/// <summary>Every check that failed; none, and the token proves its time. Revocation is not among them.</summary>
/// <param name="Signer">The authority's certificate; null when it could not be found.</param>
/// <param name="Path">Its path at the token's time; null where no anchors were given.</param>
public sealed record TimestampVerdict(IReadOnlyList<TimestampProblem> Problems, X509Certificate2? Signer, CertificatePath? Path)
{
    public bool IsSound => Problems.Count == 0;
}

/// <summary>The checks before a timestamp is used (RFC 3161, 2.2 and 2.3; RFC 5816; EN 319 422), in this order. Pure.</summary>
public static class TimestampCheck
{
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    private static readonly IReadOnlyList<(string Code, Func<Subject, string?> Reason)> Rules =
    [
        ("timestamp-signer", subject => subject.Token.Cms.Signers.Count == 1 ? null : "It does not have exactly one signer."),
        ("timestamp-certificate-missing", subject => subject.Certificate is null ? "The authority's certificate is not to be found." : null),
        ("timestamp-signing-certificate", subject => subject.Signer?.SigningCertificate is not { } named || subject.Certificate is not { } certificate || named.Matches(certificate)
            ? subject.Signer?.SigningCertificate is null ? "It does not name its signer's certificate." : null
            : "It names another certificate as its signer's."),
        ("timestamp-content-type", ContentType),
        ("timestamp-algorithm", Algorithm),
        ("timestamp-signature", Signature),
        ("timestamp-form", subject => subject.Expected.Strict && !HasOneForm(subject.Token.Cms) ? "It is not written in the one strict form." : null),
        ("timestamp-weak", Weak),
        ("timestamp-imprint", Imprint),
        ("timestamp-nonce", subject => subject.Expected.Nonce is { } sent && !(subject.Token.Content.Nonce is { } returned && returned.Span.SequenceEqual(sent.Span))
            ? "It does not carry the nonce that was sent." : null),
        ("timestamp-policy", subject => subject.Expected.Policy is { } policy && subject.Token.Content.Policy != policy ? "It was issued under another policy." : null),
        ("timestamp-extension", subject => subject.Token.Content.HasCriticalExtension ? "It has a critical extension that is not understood." : null),
        ("timestamp-time", subject => subject.Expected.Within is { } window && (subject.Token.Time < window.Earliest || subject.Token.Time > window.Latest)
            ? "Its time is not the time at which it was asked for." : null),
        ("timestamp-purpose", subject => subject.Certificate is { } certificate ? Purpose(certificate) : null),
        ("timestamp-certificate-time", subject => subject.Certificate is { } certificate && !ChainBuilder.InTime(certificate, subject.Token.Time)
            ? "The authority's certificate was not valid at that time." : null),
        ("timestamp-foreign", subject => subject.Path is { } path && path.Status is not (PathStatus.Valid or PathStatus.SignerOutOfTime)
            ? $"The authority is not one that is trusted: {path.Reason}." : null),
    ];

    public static TimestampVerdict Run(TimestampToken token, TimestampExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(expected);
        var certificate = token.FindSigner(expected.Supplied);
        var path = certificate is not null && expected.Anchors is { } anchors
            ? ChainBuilder.Find(certificate, token.Cms.Certificates.Concat(expected.Supplied), anchors, token.Time)
            : null;
        var subject = new Subject(token, expected, token.Cms.Signers is [var only] ? only : null, certificate, path, Verify(token, certificate));
        try
        {
            var problems = Rules.Select(rule => (rule.Code, Reason: rule.Reason(subject)))
                .Where(outcome => outcome.Reason is not null)
                .Select(outcome => new TimestampProblem(outcome.Code, outcome.Reason!))
                .ToList();
            return new TimestampVerdict(problems, certificate, path);
        }
        catch (CryptographicException unreadable)
        {
            // The platform reads extensions only when they are asked for.
            return new TimestampVerdict([new TimestampProblem("timestamp-certificate-unreadable", "The authority's certificate cannot be read: " + unreadable.Message)], certificate, path);
        }
    }

    private static string? ContentType(Subject subject) =>
        subject.Signer is { } signer && !(signer.Single(Oids.ContentType) is { } value && value.Span.SequenceEqual(TstInfo)) ? "What is signed is not named a timestamp." : null;

    private static ReadOnlySpan<byte> TstInfo => [0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04];

    // What cannot be verified here is not called forged.
    private static string? Algorithm(Subject subject) => subject.Verdict is CmsVerdict.Unsupported ? "Its signature is made by an algorithm that is not known here." : null;

    private static string? Signature(Subject subject) => subject.Verdict switch
    {
        CmsVerdict.AttributesInvalid => "Its signed attributes are not those of a timestamp.",
        CmsVerdict.DigestMismatch or CmsVerdict.SignatureInvalid => "Its signature is not the authority's.",
        _ => null,
    };

    private static CmsVerdict? Verify(TimestampToken token, X509Certificate2? certificate)
    {
        if (certificate is null || token.Cms.Signers is not [var signer]) return null;
        return signer.DigestHash is { } hash ? signer.Verify(CryptographicOperations.HashData(hash, token.Cms.Content!.Value.Span), certificate) : CmsVerdict.Unsupported;
    }

    private static bool HasOneForm(CmsSignedData cms) =>
        Der.Is(cms.Encoded)
        && cms.Version == 3
        && cms.Signers is [{ UnsignedAttributes: [] } signer]
        && signer.Version == (signer.Identifier.SubjectKeyIdentifier is null ? 1 : 3)
        && cms.DigestAlgorithmOids is [var digest]
        && digest == signer.DigestAlgorithmOid
        && cms.Revocations is [];

    private static string? Weak(Subject subject)
    {
        if (subject is not { Signer: { Method: { } method } signer, Certificate: { } certificate }) return null;
        using var key = VerificationKey.Of(certificate);
        var weak = (key is not null && Strength.IsWeak(method, key)) || signer.DigestHash == HashAlgorithmName.SHA1 || subject.Token.Content.Imprint.Hash == HashAlgorithmName.SHA1;
        return weak ? "It is made with an algorithm or key that is too weak to prove anything." : null;
    }

    private static string? Imprint(Subject subject)
    {
        var imprint = subject.Token.Content.Imprint;
        if (imprint.Hash is not { } hash) return "Its digest algorithm is not known here.";
        return imprint.Digest.Length == SignatureAlgorithm.LengthOf(hash) && subject.Expected.ImprintOf(hash).Span.SequenceEqual(imprint.Digest.Span) ? null : "It is put on something else.";
    }

    // RFC 3161, 2.3: the one purpose, and marked critical. A key that also signs documents could make its own timestamps.
    private static string? Purpose(X509Certificate2 certificate)
    {
        var purposes = certificate.Extensions.Where(extension => extension.Oid?.Value == ExtendedKeyUsage).ToList();
        if (purposes is not [X509EnhancedKeyUsageExtension { Critical: true, EnhancedKeyUsages: [{ Value: TimeStamping }] }])
            return "The authority's certificate is not for timestamps and nothing else.";
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        return usage is not null && (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) == 0
            ? "The authority's key is not for signing."
            : null;
    }

    private sealed record Subject(TimestampToken Token, TimestampExpectation Expected, CmsSigner? Signer, X509Certificate2? Certificate, CertificatePath? Path, CmsVerdict? Verdict);
}
