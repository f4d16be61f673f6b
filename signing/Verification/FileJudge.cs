using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification.Approval;

namespace ECopy.Signing.Verification;

/// <summary>Judges each signature, then what holds between them and over the whole file.</summary>
internal static class FileJudge
{
    // A copy has two; more only cost time.
    internal const int MaxSignatures = 32;

    // A renewal has two every few years; each is compared with the one before, object by object.
    internal const int MaxRevisionsAfterSeal = 64;

    /// <param name="evidence">Beside what the document keeps; null where nobody asks about revocation.</param>
    public static SignedFileReport Judge(PdfDocument document, TrustAnchors anchors, DateTimeOffset at, RevocationEvidence? evidence)
    {
        if (ApprovalProfile.Read(document.Revisions[0]) is { } approval) return new ApprovalJudge(document, approval, anchors, at, evidence).Judge();
        var form = AcroForm.Read(document.Latest);
        var subjects = form.SignatureFields.Where(field => field.Signature is not null)
            .Select(field => SignatureSubject.Of(document, field))
            .OrderBy(subject => subject.Value.ByteRange?.End ?? long.MaxValue)
            .ToList();
        if (subjects.Count > MaxSignatures) return new SignedFileReport(Findings.Unsupported("too-many-signatures", "the file has more signatures than are checked"), []);

        // From the last back: each timestamp proves that what is before it existed then, so its own authority is judged as of the
        // next one (EN 319 102-1, 5.6).
        var stored = StoredMaterial.Of(document.Latest);
        var supplied = stored.Certificates;
        var revocation = evidence is null ? null : new RevocationInquiry(stored.Evidence.And(evidence), at);
        var time = at;
        var timestamps = new List<TimestampReport>();
        foreach (var subject in subjects.Where(subject => subject.IsTimestamp).Reverse())
        {
            var timestamp = new TimestampJudge(supplied, anchors, time, revocation).Judge(subject);
            timestamps.Insert(0, timestamp);
            if (timestamp is { Finding.IsPassed: true, Time: { } proven } && proven < time) time = proven;
        }

        var signatures = subjects.Where(subject => !subject.IsTimestamp).ToList();
        var reports = new List<SignatureReport>();
        DateTimeOffset? madeAfter = null;
        foreach (var subject in signatures)
        {
            // A signature covers the timestamps of those before it, so it was made after them.
            var report = new SignatureJudge(subject, supplied, anchors, time, revocation, madeAfter).Judge();
            reports.Add(report);
            if (report.ProvenTime is { } proven && (madeAfter is null || proven > madeAfter)) madeAfter = proven;
        }

        var own = Over(document, form, signatures);
        var finding = Findings.Worst([.. reports.Select(report => report.Finding), .. timestamps.Select(timestamp => timestamp.Finding), own]);
        var level = LevelAfterTimestamps(document, subjects, timestamps);
        return new SignedFileReport(finding, [.. reports.Select(report => report.Level == PadesLevel.BT ? report with { Level = level } : report)]) { Timestamps = timestamps };
    }

    private static PadesLevel LevelAfterTimestamps(PdfDocument document, List<SignatureSubject> subjects, List<TimestampReport> timestamps)
    {
        if (document.Revisions.FirstOrDefault(revision => StoredMaterial.Of(revision).HasBoth) is not { } stored) return PadesLevel.BT;
        var covered = subjects.Where(subject => subject.IsTimestamp).Zip(timestamps)
            .Any(pair => pair.Second.Finding.IsPassed && pair.First.Covered is { } revision && revision.Index >= stored.Index);
        return covered ? PadesLevel.BLTA : PadesLevel.BLT;
    }

    private static Finding Over(PdfDocument document, AcroForm form, List<SignatureSubject> subjects)
    {
        if (Vanished(document, form) is { } vanished) return Findings.Attack("signature-removed", $"the signature {vanished} of an earlier revision is no longer there");
        if (subjects.Count == 0) return new Finding(IntegrityWord.Unsigned, Indication.Indeterminate, SubIndication.None, "unsigned", "the file carries no signature");
        if (subjects.TrueForAll(subject => subject.Role is null)) return Findings.Unsupported("not-our-profile", "the signatures are not those of a copy");
        if (subjects.Find(subject => subject.Role is null) is { } other) return Findings.Attack("signature-unexpected", $"the field {other.Field.Name} is signed, which copies do not have");
        if (form.Fields.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return Findings.Attack("field-doubled", $"two fields have the name {twice.Key}");

        var person = subjects.Find(subject => subject.Role == SignatureRole.Person);
        var seal = subjects.Find(subject => subject.Role == SignatureRole.Seal);
        if (person is null) return Findings.Attack("person-missing", "the agency's signature stands without the person's");
        if (seal is null) return Tail(document, person) ?? Findings.Untrusted(SubIndication.SigConstraintsFailure, "seal-missing", "the agency has not signed");
        // Where a range is broken, its own signature's finding says so.
        if (person.Covered is not { } before || seal.Covered is not { } after) return Finding.Passed;
        if (before.Index + 1 != after.Index) return Findings.Attack("signature-order", "the agency's signature does not follow the person's at once");
        if (SealRevisionRules.FirstForbidden(before, after, seal.Field.Name) is { } change) return Findings.Attack("change-forbidden", change);
        return After(document, after) ?? Finding.Passed;
    }

    // After the seal come validation data and document timestamps, and the file ends with one of them or with the seal itself.
    private static Finding? After(PdfDocument document, PdfRevision sealing)
    {
        if (document.Latest.End != document.File.Length) return Findings.Attack("not-whole-file", "something was appended after the last revision");
        if (document.Latest.Index - sealing.Index > MaxRevisionsAfterSeal) return Findings.Unsupported("too-many-revisions", "the file has more revisions than are checked");
        foreach (var revision in document.Revisions.Skip(sealing.Index + 1))
        {
            var isTimestamp = AcroForm.Read(revision).SignatureFields.Any(field => field.Signature is { SubFilter: DocumentTimestamp.SubFilter } signature && signature.ByteRange?.End == revision.End);
            if (!isTimestamp && !PreservationRules.AddsToStore(revision.Previous!, revision)) return Findings.Attack("not-whole-file", "something was appended after the last signature");
            if (PreservationRules.FirstForbidden(revision.Previous!, revision, sealing.Index) is { } change) return Findings.Attack("change-forbidden", change);
        }

        return null;
    }

    private static Finding? Tail(PdfDocument document, SignatureSubject last) =>
        last.Value.ByteRange?.End == document.File.Length ? null : Findings.Attack("not-whole-file", "something was appended after the last signature");

    internal static string? Vanished(PdfDocument document, AcroForm latest)
    {
        foreach (var revision in document.Revisions.SkipLast(1))
        {
            var signed = AcroForm.Read(revision).SignatureFields.Where(field => field.Signature is not null);
            var gone = signed.FirstOrDefault(field => latest.Find(field.Name)?.Signature is null);
            if (gone is not null) return gone.Name;
        }

        return null;
    }
}
