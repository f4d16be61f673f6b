using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Verification;

/// <summary>Judges each signature, then what holds between them and over the whole file.</summary>
internal static class FileJudge
{
    // A copy has two; more only cost time.
    private const int MaxSignatures = 32;

    public static SignedFileReport Judge(PdfDocument document, TrustAnchors anchors, DateTimeOffset at)
    {
        var form = AcroForm.Read(document.Latest);
        var subjects = form.SignatureFields.Where(field => field.Signature is not null)
            .Select(field => SignatureSubject.Of(document, field))
            .OrderBy(subject => subject.Value.ByteRange?.End ?? long.MaxValue)
            .ToList();
        if (subjects.Count > MaxSignatures) return new SignedFileReport(Findings.Unsupported("too-many-signatures", "the file has more signatures than are checked"), []);

        var reports = subjects.Select(subject => new SignatureJudge(subject, anchors, at).Judge()).ToList();
        var own = Over(document, form, subjects);
        return new SignedFileReport(Findings.Worst([.. reports.Select(report => report.Finding), own]), reports);
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
        return Tail(document, seal) ?? Finding.Passed;
    }

    private static Finding? Tail(PdfDocument document, SignatureSubject last) =>
        last.Value.ByteRange?.End == document.File.Length ? null : Findings.Attack("not-whole-file", "something was appended after the last signature");

    private static string? Vanished(PdfDocument document, AcroForm latest)
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
