using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Verification.Approval;

/// <summary>
/// What a revision that a signing tool appended may hold: one new field with its signature, to be seen within the areas kept for
/// signatures or not at all. Stricter than what any signed PDF is held to, because there was nothing else to be done.
/// </summary>
internal sealed class AddedSignature(ApprovalProfile profile, RevisionView before, RevisionView after, JudgedSignature signature)
{
    private const long NoZoom = 8;

    // A field and its widget (ISO 32000-2, tables 166, 191, 226, 228, 235), without actions, replies, layers and locks.
    private static readonly HashSet<string> Keys =
    [
        "Type", "Subtype", "FT", "T", "TU", "TM", "Ff", "V", "DA", "DR", "Q", "Rect", "F", "P", "AP", "AS", "Border", "BS", "MK", "M", "NM", "Kids", "Parent", "C", "H", "Contents",
        "Lang", "StructParent",
    ];

    /// <summary>The first thing that was added or changed and must not be; null when there is none.</summary>
    /// <param name="earlier">The signatures before it.</param>
    public Finding? FirstForbidden(IReadOnlyList<JudgedSignature> earlier)
    {
        if (new RevisionComparison(before, after, Permissions.Of(earlier)).Run() is [var change, ..]) return Findings.Attack("change-forbidden", change.Reason);
        if (signature.Value.Transforms.Count > 0 || signature.Field.Lock is not null || after.Revision.Catalog.Contains("Perms"))
            return Findings.Attack("certification-forbidden", "the signature forbids changes, so that nothing could follow it");
        if (!ObjectComparison.Same(before.Revision.Catalog[SecurityStore.Key], after.Revision.Catalog[SecurityStore.Key]))
            return Findings.Attack("change-forbidden", "the store of validation data was changed together with signing");
        if (OtherField() is { } other) return Findings.Attack("field-unexpected", $"the field {other} was added beside the signature");
        if (Form() is { } form) return Findings.Attack("field-form", form);
        return Place() is { } place ? Findings.Attack("signature-outside", place) : null;
    }

    private string? OtherField()
    {
        if (before.Names.Contains(signature.Field.Name)) return signature.Field.Name;
        return after.Names.FirstOrDefault(name => !before.Names.Contains(name) && name != signature.Field.Name && !signature.Field.Name.StartsWith(name + ".", StringComparison.Ordinal));
    }

    private string? Form()
    {
        var all = signature.Field.Widgets.Select(widget => widget.Dictionary).Prepend(signature.Field.Dictionary);
        return all.SelectMany(dictionary => dictionary.Keys).FirstOrDefault(key => !Keys.Contains(key)) is { } key ? $"the signature's field has the key {key}" : null;
    }

    private string? Place()
    {
        var seen = signature.Field.Widgets.Where(widget => !widget.HasZeroArea).ToList();
        if (seen.Count == 0) return null;
        foreach (var widget in seen)
        {
            if (widget.Reference is not { } reference || !profile.Holds(widget.Rect!) || !PagesWith(reference).SequenceEqual([profile.Page]))
                return "the signature is seen outside the areas that are kept for signatures";
            if (after.Revision.Get<PdfInteger>(widget.Dictionary, "F") is { } flags && (flags.Value & NoZoom) != 0)
                return "the signature does not keep its size, so that it may be seen outside its area";
        }

        return null;
    }

    // Shown is what a page lists, whatever the widget itself says of its page.
    private List<PdfReference> PagesWith(PdfReference widget) =>
        [.. PageTree.Read(after.Revision).Where(page => after.Revision.Get<PdfArray>(page.Dictionary, "Annots")?.Contains(widget) is true).Select(page => page.Reference)];
}
