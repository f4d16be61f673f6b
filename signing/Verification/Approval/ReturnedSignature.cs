using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Verification.Approval;

/// <summary>Whose signature is expected, and what is believed about certificates.</summary>
/// <param name="Thumbprint">SHA-256 of the certificate, hexadecimal.</param>
/// <param name="Known">The certificates above it as far as they are known: some tools embed only the signer's own.</param>
/// <param name="At">The present.</param>
public sealed record ReturnExpectation(string Thumbprint, IReadOnlyList<X509Certificate2> Known, TrustAnchors Anchors, DateTimeOffset At);

/// <summary>Whether a returned file is taken; what its signature is, as far as it was read.</summary>
/// <param name="Code">A stable code from <see cref="ReturnedSignature"/>, null when the file is taken.</param>
/// <param name="Reason">For whoever looks closer; empty when the file is taken.</param>
public sealed record ReturnVerdict(string? Code, string Reason)
{
    public bool IsAccepted => Code is null;

    public string Field { get; init; } = "";

    /// <summary>What the signature is by its /SubFilter.</summary>
    public SignatureFormat Format { get; init; }

    /// <summary>Whether the signed attributes name the signer's certificate; <c>adbe.pkcs7.detached</c> does without.</summary>
    public bool NamesCertificate { get; init; }

    public X509Certificate2? Signer { get; init; }

    /// <summary>Such as <c>rsa-sha256</c>; empty when unknown.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>/M: claimed, proven by nobody.</summary>
    public DateTimeOffset? ClaimedTime { get; init; }
}

/// <summary>
/// Judges a file that went out to be signed by another tool and came back: our bytes to the last, and one revision behind them that
/// holds one good signature by the expected certificate and nothing else. A pure function. The codes, in the order of the checks:
/// <c>returned-not-our-bytes</c>, <c>returned-unsigned</c>, <c>returned-too-large</c>, <c>returned-unreadable</c>,
/// <c>returned-more-than-one-revision</c>, <c>returned-signature-broken</c>, <c>returned-other-signer</c>, <c>returned-certifies</c>,
/// <c>returned-outside-area</c>, <c>returned-form-changed</c>, <c>returned-certificate-refused</c>.
/// </summary>
public static class ReturnedSignature
{
    // A font that a tool embeds may have some megabytes; a scan has not to be sent twice.
    private const int MostAdded = 16 << 20;

    /// <summary>Answers for any returned bytes whatever.</summary>
    /// <param name="prepared">What was given out, of profile approval.</param>
    /// <exception cref="ArgumentException">The prepared document is not of that profile.</exception>
    public static ReturnVerdict Check(ReadOnlyMemory<byte> prepared, ReadOnlyMemory<byte> returned, ReturnExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var ours = PdfDocument.Open(prepared);
        if (ApprovalProfile.Read(ours.Revisions[0]) is null) throw new ArgumentException("the document that was given out is not of profile approval", nameof(prepared));
        if (!returned.Span.StartsWith(prepared.Span)) return new ReturnVerdict("returned-not-our-bytes", "the file does not begin with every byte of the one that was given out");
        if (returned.Span[prepared.Length..].Trim(" \t\r\n\0"u8).IsEmpty) return new ReturnVerdict("returned-unsigned", "nothing was added to the file");
        if (returned.Length - prepared.Length > MostAdded) return new ReturnVerdict("returned-too-large", "what was added to the file is larger than a signature");
        try
        {
            return Judge(ours, PdfDocument.Open(returned), expected);
        }
        catch (PdfFormatException unreadable)
        {
            return new ReturnVerdict("returned-unreadable", unreadable.Message);
        }
        catch (CmsFormatException unreadable)
        {
            return new ReturnVerdict("returned-signature-broken", unreadable.Message);
        }
        catch (CryptographicException unreadable)
        {
            return new ReturnVerdict("returned-signature-broken", unreadable.Message);
        }
    }

    private static ReturnVerdict Judge(PdfDocument ours, PdfDocument returned, ReturnExpectation expected)
    {
        var added = returned.Revisions.Count - ours.Revisions.Count;
        if (added < 1 || returned.Revisions[ours.Revisions.Count - 1].End != ours.File.Length) return new ReturnVerdict("returned-unreadable", "what was added is no revision of the file that was given out");
        if (added > 1) return new ReturnVerdict("returned-more-than-one-revision", $"{added} revisions were added instead of one");
        var views = returned.Revisions.Select(revision => new RevisionView(revision)).ToList();
        var (before, after) = (views[^2], views[^1]);
        var fields = after.Form.SignatureFields.Where(field => field.Signature is not null).ToList();
        var made = fields.Where(field => !before.Signatures.ContainsKey(field.Name)).ToList();
        if (made.Count == 0) return new ReturnVerdict("returned-unsigned", "the file was saved again and not signed");
        if (made.Count > 1) return new ReturnVerdict("returned-form-changed", "more than one field was signed");

        var signature = JudgedSignature.Of(returned, views, made[0]);
        var verdict = new ReturnVerdict(null, "")
        {
            Field = signature.Field.Name,
            Format = signature.Format,
            Signer = signature.Message.Signer,
            Algorithm = signature.Message.Algorithm,
            ClaimedTime = PdfDate.Read(signature.Value.Time),
        };
        if (ApprovalSignatureJudge.Integrity(signature) is { } broken) return Refused(verdict, "returned-signature-broken", broken);
        if (signature.Covered!.Index != returned.Latest.Index || returned.Latest.End != returned.File.Length) return verdict with { Code = "returned-signature-broken", Reason = "the signature does not cover the whole file" };
        if (!string.Equals(Convert.ToHexString(SHA256.HashData(signature.Message.Signer!.RawData)), expected.Thumbprint, StringComparison.OrdinalIgnoreCase))
            return verdict with { Code = "returned-other-signer", Reason = $"signed by {signature.Message.Signer.Subject}" };

        var profile = ApprovalProfile.Read(returned.Revisions[0])!;
        var earlier = fields.Where(field => before.Signatures.ContainsKey(field.Name)).Select(field => JudgedSignature.Of(returned, views, field)).Where(one => one.Covered is not null).ToList();
        if (new AddedSignature(profile, before, after, signature).FirstForbidden(earlier) is { } change)
        {
            return Refused(
                verdict,
                change.Code switch
                {
                    "signature-outside" => "returned-outside-area",
                    "certification-forbidden" => "returned-certifies",
                    _ => "returned-form-changed",
                },
                change);
        }

        var report = new ApprovalSignatureJudge(signature, null, expected.Known, expected.Anchors, expected.At, null, null, null).Judge();
        verdict = verdict with { NamesCertificate = report.NamesCertificate };
        return report.Finding.IsPassed ? verdict : Refused(verdict, "returned-certificate-refused", report.Finding);
    }

    private static ReturnVerdict Refused(ReturnVerdict verdict, string code, Finding finding) => verdict with { Code = code, Reason = finding.Reason };
}
