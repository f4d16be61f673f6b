using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>
/// What the agency's revision may change against the person's (ISO 32000-2, 12.8.2.2 and 12.8.2.4): the seal's field gets its value and its
/// appearance, and there are new objects that nothing but these two leads to.
/// </summary>
internal sealed class SealRevisionRules
{
    // Keys of the trailer that describe the cross-reference section itself (ISO 32000-2, tables 15 and 17).
    private static readonly HashSet<string> SectionKeys = ["Prev", "XRefStm", "Size", "Type", "W", "Index", "Length", "Filter", "DecodeParms"];

    private readonly PdfRevision before;
    private readonly PdfRevision after;
    private readonly FormField seal;
    private readonly HashSet<int> reached = [];

    private SealRevisionRules(PdfRevision before, PdfRevision after, FormField seal)
    {
        this.before = before;
        this.after = after;
        this.seal = seal;
    }

    /// <summary>A sentence about the first thing that was changed and must not be; null when there is none.</summary>
    public static string? FirstForbidden(PdfRevision before, PdfRevision after, string field)
    {
        if (AcroForm.Read(before).Find(field) is not { IsSignature: true, Reference: not null, Value: null } seal)
            return $"the field {field} did not stand empty in the person's revision";
        return new SealRevisionRules(before, after, seal).Find();
    }

    private string? Find()
    {
        if (Trailer() is { } key) return $"the trailer's {key} was changed";
        foreach (var number in after.Freed) return $"object {number} was removed";
        foreach (var number in after.Defined.Order())
        {
            // New ones come later, when it is known what leads to them.
            if (before.ReferenceTo(number) is { } old && Overridden(old) is { } reason) return reason;
        }

        var added = after.Defined.Where(number => before.ReferenceTo(number) is null).ToHashSet();
        var awaited = Awaited();
        foreach (var number in added.Order())
        {
            if (awaited.Contains(number)) return $"object {number} fills a reference that an older object had left open";
            if (!reached.Contains(number) && !IsSection(number)) return $"object {number} is new and belongs to no signature";
        }

        return null;
    }

    private string? Trailer()
    {
        var keys = before.Trailer.Keys.Union(after.Trailer.Keys).Where(key => !SectionKeys.Contains(key));
        return keys.FirstOrDefault(key => key == "ID" ? !SameFirst(before.Trailer[key], after.Trailer[key]) : !ObjectComparison.Same(before.Trailer[key], after.Trailer[key]));
    }

    // ISO 32000-2, 14.4: the first half names the document, the second its revision.
    private bool SameFirst(PdfObject? one, PdfObject? other) =>
        before.Resolve(one) is PdfArray { Count: 2 } old && after.Resolve(other) is PdfArray { Count: 2 } now && ObjectComparison.Same(old[0], now[0]);

    private string? Overridden(PdfReference reference)
    {
        var isSeal = Equals(reference, seal.Reference) || seal.Widgets.Any(widget => Equals(widget.Reference, reference));
        var (old, now) = (before.Resolve(reference), after.Resolve(reference));
        if (ObjectComparison.Same(old, now)) return null;
        if (!isSeal || old is not PdfDictionary was || now is not PdfDictionary field) return $"object {reference.Number} was changed";
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
        after.Get<PdfDictionary>(field, "AP") is { Count: 1 } states && after.Get<PdfStream>(states, "N") is not null;

    private void Reach(PdfObject? from)
    {
        var open = new Stack<PdfReference>(ObjectComparison.References(from));
        while (open.TryPop(out var reference))
        {
            // What stood before is unchanged, and reading it is harmless.
            if (!after.Defined.Contains(reference.Number) || before.ReferenceTo(reference.Number) is not null || !reached.Add(reference.Number)) continue;
            foreach (var next in ObjectComparison.References(after.Resolve(reference))) open.Push(next);
        }
    }

    // References to nothing in the person's revision: an object put there later would come to light where nobody signed it.
    private HashSet<int> Awaited()
    {
        var awaited = new HashSet<int>();
        foreach (var reference in before.Objects.SelectMany(one => ObjectComparison.References(before.Resolve(one))).Concat(ObjectComparison.References(before.Trailer)))
        {
            if (!Equals(before.ReferenceTo(reference.Number), reference)) awaited.Add(reference.Number);
        }

        return awaited;
    }

    private bool IsSection(int number) =>
        after.ReferenceTo(number) is { } reference && after.Resolve(reference) is PdfStream stream && (stream.Dictionary.Is("Type", "XRef") || stream.Dictionary.Is("Type", "ObjStm"));
}
