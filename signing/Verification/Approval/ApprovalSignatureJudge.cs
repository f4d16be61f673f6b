using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Verification.Approval;

/// <summary>
/// Judges one signature of profile approval, ours or another tool's: held to the standards, not to the way in which we write.
/// </summary>
/// <param name="supplied">Certificates of the document's store, and what else is known: some tools embed only the signer's own.</param>
/// <param name="at">The time of the oldest document timestamp after it that passed, or the present.</param>
/// <param name="coveredAt">That timestamp's time; null without one.</param>
/// <param name="revocation">Null where nobody asks for it.</param>
/// <param name="madeAfter">The time of an earlier timestamp within the bytes that this signature covers; null without one.</param>
internal sealed class ApprovalSignatureJudge(
    JudgedSignature signature,
    SignatureRole? role,
    IReadOnlyList<X509Certificate2> supplied,
    TrustAnchors anchors,
    DateTimeOffset at,
    DateTimeOffset? coveredAt,
    RevocationInquiry? revocation,
    DateTimeOffset? madeAfter)
{
    private IReadOnlyList<X509Certificate2> chain = signature.Message.Signer is { } signer ? [signer] : [];
    private TimestampReport? timestamp;
    private IReadOnlyList<CertificateStanding> standings = [];
    private bool names;

    public SignatureReport Judge()
    {
        var finding = Integrity(signature) ?? Trust();
        var certificate = signature.Message.Signer;
        var report = new SignatureReport(
            signature.Field.Name, role, finding, signature.Coverage, certificate, certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? "", chain,
            PdfDate.Read(signature.Value.Time), signature.Message.Algorithm)
        {
            Format = signature.Format,
            NamesCertificate = names,
            Timestamp = timestamp,
            PreservedTime = coveredAt,
            Standings = standings,
            Revocation = standings.Count == 0 ? RevocationState.NotChecked : RevocationInquiry.StateOf(standings),
        };
        return report with { Level = report.ProvenTime is null ? PadesLevel.BB : PadesLevel.BT };
    }

    /// <summary>What is wrong with the signature apart from trust and time; null when nothing is.</summary>
    public static Finding? Integrity(JudgedSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Message.Finding is { } broken) return broken;
        if (Rule<JudgedSignature>.FirstBroken(RangeRules.All, signature) is { } range) return range;
        if (signature.Format is not (SignatureFormat.Cades or SignatureFormat.Pkcs7Detached)) return Findings.Attack("signature-form", "the signature is not of a kind that copies carry");
        if (signature.Value.Reference is null) return Findings.Attack("dictionary-indirect", "the signature is not an object of its own under its field");
        // The end of line after %%EOF may be left out.
        return signature.Value.ByteRange!.End <= signature.Covered!.End ? null : Findings.Attack("revision-end", "the covered bytes do not end where a revision of the file ends");
    }

    private Finding Trust()
    {
        var cms = CmsSignedData.Read(signature.Value.Contents!.Value);
        var signer = cms.Signers[0];
        if (signer.Method is null || signer.FindCertificate(cms.Certificates) is not { } certificate) return Findings.Unsupported("algorithm-unknown", "the signature is made by an algorithm that copies are not signed with");
        names = signer.SigningCertificate is not null;
        var verified = new VerifiedSignature(new SignatureSubject(signature.Document, signature.Field, signature.Value, role), cms, signer, certificate);
        var tokens = signer.UnsignedAttributes.Where(attribute => attribute.Oid == Oids.SignatureTimestamp).SelectMany(attribute => attribute.Values).ToList();
        if (tokens.Count > 1) return Findings.Attack("unsigned-attributes", "the signature carries more than one timestamp");
        if (tokens is [var token])
        {
            timestamp = new TimestampJudge(supplied, anchors, at, revocation, strict: false).Judge(token, hash => CryptographicOperations.HashData(hash, signer.Signature.Span));
            if (!timestamp.Finding.IsPassed) return timestamp.Finding;
        }

        // EN 319 102-1, 5.5: what is proven to have existed then is judged as of then.
        var time = timestamp?.Time ?? at;
        var path = ChainBuilder.Find(certificate, cms.Certificates.Concat(supplied), anchors, time);
        chain = path.Certificates;
        var untrusted = TrustRules.Strength(verified) ?? TrustRules.Path(certificate, path, time);
        if (untrusted is not null || revocation is null) return untrusted ?? Finding.Passed;
        standings = revocation.Look(path, time);
        return RevocationInquiry.Objection(standings, madeAfter, "certificate") ?? Finding.Passed;
    }
}
