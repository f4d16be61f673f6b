using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>Each signature by itself, then every revision after the first signature against the one before it.</summary>
internal static class IntegrityJudge
{
    private const int MaxSignatures = 128;

    public static IntegrityReport Judge(PdfDocument document) => Judge(document, out _);

    /// <param name="signatures">What was judged, one for each report and in its order.</param>
    public static IntegrityReport Judge(PdfDocument document, out IReadOnlyList<JudgedSignature> signatures)
    {
        signatures = [];
        var views = document.Revisions.Select(revision => new RevisionView(revision)).ToList();
        var fields = views[^1].Form.SignatureFields.Where(field => field.Signature is not null).ToList();
        if (Removed(views) is { } removed) return new IntegrityReport(Findings.Attack("signature-removed", $"the signature {removed} of an earlier revision is no longer there"), []);
        if (fields.Count == 0) return new IntegrityReport(new Finding(IntegrityWord.Unsigned, Indication.Indeterminate, SubIndication.None, "unsigned", "the file carries no signature"), []);
        if (fields.Count > MaxSignatures) return new IntegrityReport(Findings.Unsupported("too-many-signatures", "the file has more signatures than are checked"), []);

        var judged = fields.Select(field => JudgedSignature.Of(document, views, field)).OrderBy(one => one.Value.ByteRange?.End ?? long.MaxValue).ToList();
        var changes = Changes(views, judged);
        signatures = judged;
        var reports = judged.Select(signature => Report(signature, changes)).ToList();
        return new IntegrityReport(Findings.Worst([.. reports.Select(report => report.Finding), OverAll(document, fields, changes)]), reports);
    }

    private static SignatureIntegrityReport Report(JudgedSignature signature, List<RevisionChanges> changes)
    {
        var later = changes.Where(change => signature.Covered is { } covered && change.Revision > covered.Index).ToList();
        var finding = signature.Message.Finding
            ?? Rule<JudgedSignature>.FirstBroken(RangeRules.All, signature)
            ?? later.Select(Objection).FirstOrDefault(objection => objection is not null)
            ?? Finding.Passed;
        return new SignatureIntegrityReport(
            signature.Field.Name, signature.Format, finding, signature.Coverage, signature.Covered?.Index,
            signature.Message.Signer, signature.Message.Algorithm, signature.Message.Time ?? Pades.PdfDate.Read(signature.Value.Time))
        {
            Weaknesses = signature.Message.Weaknesses,
            Later = later,
        };
    }

    private static Finding? Objection(RevisionChanges change) =>
        change.Forbidden is [var first, ..] ? Findings.Attack("change-forbidden", FormattableString.Invariant($"revision {change.Revision + 1}: {first.Reason}")) : null;

    private static Finding OverAll(PdfDocument document, List<FormField> fields, List<RevisionChanges> changes)
    {
        var trailing = document.Trailing.Span;
        foreach (var value in trailing)
        {
            if (!PdfLexer.IsWhite(value)) return Findings.Attack("trailing-bytes", "something other than white space follows the end of the file");
        }

        if (fields.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return Findings.Attack("field-doubled", $"two signed fields have the name {twice.Key}");
        return changes.Select(Objection).FirstOrDefault(objection => objection is not null) ?? Finding.Passed;
    }

    // From the first signature on; what was changed before anybody signed concerns nobody.
    private static List<RevisionChanges> Changes(List<RevisionView> views, List<JudgedSignature> signatures)
    {
        var changes = new List<RevisionChanges>();
        for (var index = 1; index < views.Count; index++)
        {
            var earlier = signatures.Where(signature => signature.Covered is { } covered && covered.Index < index).ToList();
            if (earlier.Count == 0) continue;
            var (before, after) = (views[index - 1], views[index]);
            var forbidden = new RevisionComparison(before, after, Permissions.Of(earlier)).Run();
            changes.Add(new RevisionChanges(index, [.. after.Revision.Defined.Union(after.Revision.Freed).Order()], forbidden));
        }

        return changes;
    }

    private static string? Removed(List<RevisionView> views)
    {
        var last = views[^1].Signatures;
        return views.SelectMany(view => view.Signatures.Keys).FirstOrDefault(name => !last.ContainsKey(name));
    }
}
