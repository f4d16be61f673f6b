using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Pades;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Verification;

/// <summary>
/// Judges one timestamp: by itself, and whether its authority was still to be trusted when a later timestamp, or the present,
/// takes over from it.
/// </summary>
/// <param name="supplied">Certificates of the document's store.</param>
/// <param name="at">The time of the next later timestamp, or the present.</param>
/// <param name="revocation">Null where nobody asks for it.</param>
/// <param name="strict">As copies are held to: one form, and no certificate beside the authority's chain.</param>
internal sealed class TimestampJudge(IReadOnlyList<X509Certificate2> supplied, TrustAnchors anchors, DateTimeOffset at, RevocationInquiry? revocation, bool strict = true)
{
    private static readonly HashSet<string> Keys = ["Type", "Filter", "SubFilter", "ByteRange", "Contents"];

    private static readonly IReadOnlyList<Rule<SignatureSubject>> FormRules =
    [
        new("timestamp-form", subject => subject.Value is not { Type: DocumentTimestamp.Type, Filter: SignatureProfile.Filter, SubFilter: DocumentTimestamp.SubFilter }
            || !subject.Value.Dictionary.Keys.All(Keys.Contains)
            ? "the timestamp is not of the kind that copies carry" : null),
    ];

    /// <summary>A timestamp on the whole document.</summary>
    public TimestampReport Judge(SignatureSubject subject)
    {
        if (subject.Value is not { ByteRange: { } range, Contents: { } contents } || !range.Fits(subject.Document.File.Length))
            return Alone(subject, Findings.Attack("byte-range", "the timestamp does not say which bytes it covers, or not in the one allowed way"));
        var report = Judge(contents, hash => range.Digest(subject.Document.File, hash)) with { Field = subject.Field.Name, Coverage = subject.Coverage };
        if (report.Finding.Word > IntegrityWord.Attack) return report;
        var broken = Rule<SignatureSubject>.FirstBroken(CoverageRules.All, subject) ?? Rule<SignatureSubject>.FirstBroken(FormRules, subject);
        return broken is null ? report : report with { Finding = broken };
    }

    /// <summary>A timestamp on what the digests are of.</summary>
    public TimestampReport Judge(ReadOnlyMemory<byte> encoded, Func<HashAlgorithmName, ReadOnlyMemory<byte>> imprintOf)
    {
        TimestampToken token;
        try
        {
            token = TimestampToken.Read(encoded);
        }
        catch (TimestampFormatException unreadable)
        {
            var finding = strict ? Findings.Malformed(unreadable.Code, unreadable.Message) : Findings.Untrusted(SubIndication.SigConstraintsFailure, unreadable.Code, unreadable.Message);
            return new TimestampReport(null, finding, null, null, null, []);
        }

        var verdict = TimestampCheck.Run(token, new TimestampExpectation(imprintOf) { Anchors = anchors, Supplied = supplied, Strict = strict });
        var report = new TimestampReport(null, Finding.Passed, null, token.Time, verdict.Signer, verdict.Path?.Certificates ?? []);
        return verdict.IsSound ? Trust(token, verdict.Signer!, report) : report with { Finding = Findings.Worst(verdict.Problems.Select(problem => FindingOf(problem, verdict))) };
    }

    private TimestampReport Trust(TimestampToken token, X509Certificate2 authority, TimestampReport report)
    {
        // Accuracy: two authorities' clocks need not agree better than they promise.
        if (token.Time - (token.Content.Accuracy ?? TimeSpan.Zero) > at)
            return report with { Finding = Findings.Untrusted(SubIndication.TimestampOrderFailure, "timestamp-order", "the timestamp is dated later than what was made after it") };
        if (strict && !TrustRules.Linked(token.Cms.Certificates, authority, anchors))
            return report with { Finding = Findings.Attack("timestamp-certificates", "the timestamp carries certificates that do not belong to its authority's chain") };
        var path = ChainBuilder.Find(authority, token.Cms.Certificates.Concat(supplied), anchors, at);
        report = report with { Chain = path.Certificates };
        if (path.Status == PathStatus.Valid)
        {
            // Whoever has an authority's key can date as he likes: it must have been good until something later took over.
            if (revocation is null) return report;
            report = report with { Standings = revocation.Look(path, at) };
            return report with { Finding = RevocationInquiry.Objection(report.Standings, null, "timestamp") ?? Finding.Passed };
        }

        return report with
        {
            Finding = path.Status == PathStatus.SignerOutOfTime || (path.Status == PathStatus.IssuerOutOfTime && !ChainBuilder.InTime(authority, at))
                ? Findings.Untrusted(SubIndication.OutOfBoundsNoPoe, "timestamp-expired", "the authority's certificate has expired, and no later timestamp took over in time")
                : Untrusted("timestamp-foreign", path),
        };
    }

    private Finding FindingOf(TimestampProblem problem, TimestampVerdict verdict) => problem.Code switch
    {
        "timestamp-imprint" => Findings.Tampered(SubIndication.HashFailure, problem.Code, problem.Reason),
        "timestamp-signature" => Findings.Tampered(SubIndication.SigCryptoFailure, problem.Code, problem.Reason),
        "timestamp-weak" => Findings.Untrusted(SubIndication.CryptoConstraintsFailure, problem.Code, problem.Reason),
        "timestamp-purpose" => Findings.Untrusted(SubIndication.ChainConstraintsFailure, problem.Code, problem.Reason),
        "timestamp-certificate-time" => Findings.Untrusted(SubIndication.OutOfBoundsNoPoe, problem.Code, problem.Reason),
        "timestamp-certificate-missing" => Findings.Untrusted(SubIndication.NoSigningCertificateFound, problem.Code, problem.Reason),
        "timestamp-foreign" => Untrusted(problem.Code, verdict.Path!),
        "timestamp-algorithm" => Findings.Unsupported(problem.Code, problem.Reason),
        "timestamp-signer" or "timestamp-content-type" => Findings.Attack(problem.Code, problem.Reason),
        // Signed by its authority so, and no sign that anybody changed it.
        _ => strict ? Findings.Attack(problem.Code, problem.Reason) : Findings.Untrusted(SubIndication.SigConstraintsFailure, problem.Code, problem.Reason),
    };

    private static Finding Untrusted(string code, CertificatePath path) => Findings.Untrusted(
        path.Status switch
        {
            PathStatus.NoAnchor => SubIndication.NoCertificateChainFound,
            PathStatus.Constraint => SubIndication.ChainConstraintsFailure,
            PathStatus.WeakAlgorithm => SubIndication.CryptoConstraintsFailureNoPoe,
            _ => SubIndication.CertificateChainGeneralFailure,
        },
        code,
        path.Reason);

    private static TimestampReport Alone(SignatureSubject subject, Finding finding) => new(subject.Field.Name, finding, subject.Coverage, null, null, []);
}
