using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>
/// What the agency's revision may change against the person's (ISO 32000-2, 12.8.2.2 and 12.8.2.4): the seal's field gets its value and its
/// appearance, and there are new objects that nothing but these two leads to.
/// </summary>
internal sealed class SealRevisionRules : RevisionRules
{
    private readonly FormField seal;

    private SealRevisionRules(PdfRevision before, PdfRevision after, FormField seal)
        : base(before, after)
    {
        this.seal = seal;
    }

    /// <summary>A sentence about the first thing that was changed and must not be; null when there is none.</summary>
    public static string? FirstForbidden(PdfRevision before, PdfRevision after, string field)
    {
        if (AcroForm.Read(before).Find(field) is not { IsSignature: true, Reference: not null, Value: null } seal)
            return $"the field {field} did not stand empty in the person's revision";
        return new SealRevisionRules(before, after, seal).Find();
    }

    protected override string? Changed(PdfReference reference, PdfObject old, PdfObject now)
    {
        var isSeal = Equals(reference, seal.Reference) || seal.Widgets.Any(widget => Equals(widget.Reference, reference));
        if (!isSeal || old is not PdfDictionary was || now is not PdfDictionary field) return Named(reference);
        foreach (var key in was.Keys.Union(field.Keys).Where(key => key is not ("V" or "AP")))
        {
            if (!ObjectComparison.Same(was[key], field[key])) return $"/{key} of the seal's field, object {reference.Number}, was changed";
        }

        if (!ObjectComparison.Same(was["AP"], field["AP"]) && !HasNormalStateOnly(field))
            return $"the appearance of the seal's field, object {reference.Number}, has more than its normal state";
        Reach(field["V"]);
        Reach(field["AP"]);
        return null;
    }

    private bool HasNormalStateOnly(PdfDictionary field) =>
        After.Get<PdfDictionary>(field, "AP") is { Count: 1 } states && After.Get<PdfStream>(states, "N") is not null;
}
