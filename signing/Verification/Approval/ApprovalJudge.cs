using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Verification.Approval;

/// <summary>
/// Judges a copy of profile approval: the composed revision, one of the person's signature, document timestamps, one of the agency's,
/// then validation data and document timestamps, and nothing else. No lock says so; so it is compared revision by revision.
/// </summary>
/// <param name="evidence">Beside what the document keeps; null where nobody asks about revocation.</param>
internal sealed class ApprovalJudge(PdfDocument document, ApprovalProfile profile, TrustAnchors anchors, DateTimeOffset at, RevocationEvidence? evidence)
{
    private readonly List<RevisionView> views = [.. document.Revisions.Select(revision => new RevisionView(revision))];

    public SignedFileReport Judge()
    {
        var form = views[^1].Form;
        var fields = form.SignatureFields.Where(field => field.Signature is not null).ToList();
        if (fields.Count > FileJudge.MaxSignatures) return new SignedFileReport(Findings.Unsupported("too-many-signatures", "the file has more signatures than are checked"), []);
        if (views.Count > FileJudge.MaxRevisionsAfterSeal) return new SignedFileReport(Findings.Unsupported("too-many-revisions", "the file has more revisions than are checked"), []);
        var all = fields.Select(field => JudgedSignature.Of(document, views, field)).OrderBy(one => one.Value.ByteRange?.End ?? long.MaxValue).ToList();

        var stored = StoredMaterial.Of(document.Latest);
        var supplied = stored.Certificates;
        var revocation = evidence is null ? null : new RevocationInquiry(stored.Evidence.And(evidence), at);
        // From the last back: what is before a timestamp existed at its time (EN 319 102-1, 5.6).
        DateTimeOffset? covered = null;
        var timestamps = new List<TimestampReport>();
        var signatures = new List<(JudgedSignature Signature, DateTimeOffset? Covered)>();
        foreach (var one in Enumerable.Reverse(all))
        {
            if (!one.IsTimestamp)
            {
                signatures.Insert(0, (one, covered));
                continue;
            }

            var subject = new SignatureSubject(document, one.Field, one.Value, null);
            var timestamp = new TimestampJudge(supplied, anchors, covered ?? at, revocation).Judge(subject);
            timestamps.Insert(0, timestamp);
            if (timestamp is { Finding.IsPassed: true, Time: { } proven } && (covered is null || proven < covered)) covered = proven;
        }

        var reports = new List<SignatureReport>();
        DateTimeOffset? madeAfter = null;
        foreach (var (signature, coveredAt) in signatures)
        {
            var report = new ApprovalSignatureJudge(signature, RoleOf(reports.Count), supplied, anchors, coveredAt ?? at, coveredAt, revocation, madeAfter).Judge();
            reports.Add(report);
            if (report.ProvenTime is { } proven && (madeAfter is null || proven > madeAfter)) madeAfter = proven;
        }

        var own = Over(form, all);
        var finding = Findings.Worst([.. reports.Select(report => report.Finding), .. timestamps.Select(timestamp => timestamp.Finding), own]);
        var level = LevelAfterTimestamps(all.Where(one => one.IsTimestamp).Zip(timestamps));
        return new SignedFileReport(finding, [.. reports.Select(report => report.Level == PadesLevel.BT ? report with { Level = level } : report)]) { Timestamps = timestamps };
    }

    private PadesLevel LevelAfterTimestamps(IEnumerable<(JudgedSignature Signature, TimestampReport Report)> timestamps)
    {
        if (document.Revisions.FirstOrDefault(revision => StoredMaterial.Of(revision).HasBoth) is not { } stored) return PadesLevel.BT;
        return timestamps.Any(pair => pair.Report.Finding.IsPassed && pair.Signature.Covered is { } revision && revision.Index >= stored.Index) ? PadesLevel.BLTA : PadesLevel.BLT;
    }

    private static SignatureRole? RoleOf(int index) => index switch
    {
        0 => SignatureRole.Person,
        1 => SignatureRole.Seal,
        _ => null,
    };

    private Finding Over(AcroForm form, List<JudgedSignature> all)
    {
        if (FileJudge.Vanished(document, form) is { } vanished) return Findings.Attack("signature-removed", $"the signature {vanished} of an earlier revision is no longer there");
        var signatures = all.Where(one => !one.IsTimestamp).ToList();
        if (document.Latest.End != document.File.Length) return Findings.Attack("not-whole-file", "something was appended after the last revision");
        if (signatures.Count == 0)
        {
            return views.Count == 1
                ? new Finding(IntegrityWord.Unsigned, Indication.Indeterminate, SubIndication.None, "unsigned", "the file carries no signature")
                : Findings.Attack("person-missing", "something was appended, and nobody signed");
        }

        if (signatures.Count > 2) return Findings.Attack("signature-unexpected", $"the field {signatures[2].Field.Name} is signed, which copies do not have");
        if (form.Fields.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1) is { } twice) return Findings.Attack("field-doubled", $"two fields have the name {twice.Key}");
        // Where a range is broken, its own signature's finding says so.
        if (all.Exists(one => one.Covered is null)) return Finding.Passed;
        foreach (var view in views.Skip(1))
        {
            if (Objection(view.Revision, signatures, all) is { } objection) return objection;
        }

        return signatures.Count == 2 ? Finding.Passed : Findings.Untrusted(SubIndication.SigConstraintsFailure, "seal-missing", "the agency has not signed");
    }

    private Finding? Objection(PdfRevision revision, List<JudgedSignature> signatures, List<JudgedSignature> all)
    {
        var made = all.Where(one => one.Covered!.Index == revision.Index).ToList();
        if (made.Count > 1) return Findings.Attack("signature-order", "two signatures end with the same revision");
        var earlier = all.Where(one => one.Covered!.Index < revision.Index).ToList();
        if (made is [{ IsTimestamp: false } signature])
            return new AddedSignature(profile, views[revision.Index - 1], views[revision.Index], signature).FirstForbidden(earlier);

        if (signatures[0].Covered!.Index > revision.Index) return Findings.Attack("signature-order", "something stands before the person's signature");
        var isSealed = signatures is [_, { Covered: { } sealing }] && sealing.Index < revision.Index;
        var addsToStore = PreservationRules.AddsToStore(revision.Previous!, revision);
        if (addsToStore && !isSealed) return Findings.Attack("change-forbidden", "validation data were added before the agency signed");
        if (made.Count == 0 && !addsToStore) return Findings.Attack("not-whole-file", "something was appended after the last signature");
        var last = earlier.Last(one => !one.IsTimestamp).Covered!.Index;
        return PreservationRules.FirstForbidden(revision.Previous!, revision, last) is { } change ? Findings.Attack("change-forbidden", change) : null;
    }
}
