using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>
/// What one revision may change against the one before it. Nothing, but for what a kind of revision allows; and new objects only
/// where an allowed change leads to them.
/// </summary>
internal abstract class RevisionRules(PdfRevision before, PdfRevision after)
{
    // Keys of the trailer that describe the cross-reference section itself (ISO 32000-2, tables 15 and 17).
    private static readonly HashSet<string> SectionKeys = ["Prev", "XRefStm", "Size", "Type", "W", "Index", "Length", "Filter", "DecodeParms"];

    private readonly HashSet<int> reached = [];

    protected PdfRevision Before { get; } = before;

    protected PdfRevision After { get; } = after;

    /// <summary>A sentence about the first thing that was changed and must not be; null when there is none.</summary>
    protected string? Find()
    {
        if (Trailer() is { } key) return $"the trailer's {key} was changed";
        foreach (var number in After.Freed) return $"object {number} was removed";
        foreach (var number in After.Defined.Order())
        {
            // New ones come later, when it is known what leads to them.
            if (Before.ReferenceTo(number) is { } old && Overridden(old) is { } reason) return reason;
        }

        var added = After.Defined.Where(IsNew).ToHashSet();
        var awaited = Awaited();
        foreach (var number in added.Order())
        {
            if (awaited.Contains(number)) return $"object {number} fills a reference that an older object had left open";
            if (!reached.Contains(number) && !IsSection(number)) return $"object {number} is new and belongs to no signature";
        }

        return null;
    }

    /// <summary>Why this object may not change so; null when it may. What the change leads to is to be given to <see cref="Reach"/>.</summary>
    protected abstract string? Changed(PdfReference reference, PdfObject old, PdfObject now);

    protected void Reach(PdfObject? from)
    {
        var open = new Stack<PdfReference>(ObjectComparison.References(from));
        while (open.TryPop(out var reference))
        {
            // What stood before is unchanged, and reading it is harmless.
            if (!After.Defined.Contains(reference.Number) || !IsNew(reference.Number) || !reached.Add(reference.Number)) continue;
            foreach (var next in ObjectComparison.References(After.Resolve(reference))) open.Push(next);
        }
    }

    /// <summary>Not in use before.</summary>
    protected bool IsNew(int number) => Before.ReferenceTo(number) is null;

    protected static string Named(PdfReference reference) => $"object {reference.Number} was changed";

    private string? Trailer()
    {
        var keys = Before.Trailer.Keys.Union(After.Trailer.Keys).Where(key => !SectionKeys.Contains(key));
        return keys.FirstOrDefault(key => key == "ID" ? !SameFirst(Before.Trailer[key], After.Trailer[key]) : !ObjectComparison.Same(Before.Trailer[key], After.Trailer[key]));
    }

    // ISO 32000-2, 14.4: the first half names the document, the second its revision.
    private bool SameFirst(PdfObject? one, PdfObject? other) =>
        Before.Resolve(one) is PdfArray { Count: 2 } old && After.Resolve(other) is PdfArray { Count: 2 } now && ObjectComparison.Same(old[0], now[0]);

    private string? Overridden(PdfReference reference)
    {
        var (old, now) = (Before.Resolve(reference), After.Resolve(reference));
        return ObjectComparison.Same(old, now) ? null : Changed(reference, old, now);
    }

    // References to nothing in the revision before: an object put there later would come to light where nobody signed it.
    private HashSet<int> Awaited()
    {
        var awaited = new HashSet<int>();
        foreach (var reference in Before.Objects.SelectMany(one => ObjectComparison.References(Before.Resolve(one))).Concat(ObjectComparison.References(Before.Trailer)))
        {
            if (!Equals(Before.ReferenceTo(reference.Number), reference)) awaited.Add(reference.Number);
        }

        return awaited;
    }

    private bool IsSection(int number) =>
        After.ReferenceTo(number) is { } reference && After.Resolve(reference) is PdfStream stream && (stream.Dictionary.Is("Type", "XRef") || stream.Dictionary.Is("Type", "ObjStm"));
}
