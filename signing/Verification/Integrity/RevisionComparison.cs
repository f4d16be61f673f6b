using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>
/// What one revision changed against the one before (rules 7 to 12 of the policy). Both are walked side by side from their
/// trailers; on each path a difference is allowed only by what that path is for, so an object that serves two purposes must be
/// allowed to change by both. What no path reaches shows nothing.
/// </summary>
internal sealed class RevisionComparison
{
    private const int MaxForbidden = 32;

    // Keys of the trailer that describe the cross-reference section itself (ISO 32000-2, tables 15 and 17), and those that are free.
    private static readonly HashSet<string> FreeTrailerKeys = ["Prev", "XRefStm", "Size", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "ID", "Info", "Root"];

    private readonly PdfRevision before;
    private readonly PdfRevision after;
    private readonly RevisionView old;
    private readonly FormComparison forms;
    private readonly StructureComparison structure;
    private readonly PairWalk walk;
    private readonly Dictionary<int, ForbiddenChange> forbidden = [];

    public RevisionComparison(RevisionView before, RevisionView after, Permissions permissions)
    {
        old = before;
        this.before = before.Revision;
        this.after = after.Revision;
        walk = new PairWalk(this.before, this.after, Takes, Forbid);
        forms = new FormComparison(before, after, permissions, walk, Forbid);
        structure = new StructureComparison(this.before, this.after, walk, forms, Forbid);
    }

    /// <summary>Every change that nobody had permitted, one for each object, up to a few.</summary>
    public IReadOnlyList<ForbiddenChange> Run()
    {
        forms.Judge();
        Trailer();
        walk.Run();
        return [.. forbidden.Values.OrderBy(change => change.Object)];
    }

    private void Forbid(int number, string reason)
    {
        if (forbidden.Count < MaxForbidden) forbidden.TryAdd(number, new ForbiddenChange(number, reason));
    }

    private void Trailer()
    {
        foreach (var key in before.Trailer.Keys.Union(after.Trailer.Keys))
        {
            if (FreeTrailerKeys.Contains(key)) continue;
            // Some writers leave out what only the first writer knew; what refers to objects is held to them.
            var (was, now) = (before.Trailer[key], after.Trailer[key]);
            if (now is null && !ObjectComparison.References(was).Any()) continue;
            walk.Add(was, now, 0, key);
        }

        if (!before.CatalogReference.Equals(after.CatalogReference)) Forbid(0, PairWalk.Named(0, "Root"));
        walk.Add(before.CatalogReference, before.CatalogReference, 0, "Root");
    }

    private bool Takes(PdfReference reference, PdfObject was, PdfObject now)
    {
        if (forms.Replaced.Contains(reference.Number)) Forbid(reference.Number, $"the appearance of a field, object {reference.Number}, was replaced and is used elsewhere");
        if (was is not PdfDictionary dictionary || now is not PdfDictionary changed) return false;
        if (reference.Equals(before.CatalogReference)) Catalog(reference.Number, dictionary, changed);
        else if (forms.Takes(reference, dictionary, changed)) return true;
        else if (old.Pages.Contains(reference.Number)) Page(reference.Number, dictionary, changed);
        else return structure.Takes(reference, dictionary, changed);
        return true;
    }

    private void Catalog(int number, PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in was.Keys.Union(now.Keys))
        {
            switch (key)
            {
                case "AcroForm":
                    forms.Compare(was[key], now[key], number);
                    break;
                case "StructTreeRoot" when was[key] is not PdfReference:
                    structure.CompareRoot(number, was[key], now[key]);
                    break;
                case "DSS":
                    if (DeclarationRules.Store(after, now[key]) is { } store) Forbid(number, store);
                    break;
                case "Extensions":
                    if (DeclarationRules.Extensions(before, was[key], after, now[key]) is { } extensions) Forbid(number, extensions);
                    break;
                case "Version":
                    if (DeclarationRules.Version(before.Resolve(was[key]), after.Resolve(now[key])) is { } version) Forbid(number, version);
                    break;
                case "Metadata":
                    if (after.Resolve(now[key]) is not (PdfNull or PdfStream)) Forbid(number, PairWalk.Named(number, key));
                    break;
                default:
                    walk.Add(was[key], now[key], number, key);
                    break;
            }
        }
    }

    private void Page(int number, PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in was.Keys.Union(now.Keys))
        {
            if (key == "Annots") Annotations(number, was[key], now[key]);
            else walk.Add(was[key], now[key], number, key);
        }
    }

    private void Annotations(int page, PdfObject? written, PdfObject? rewritten)
    {
        var was = before.Resolve(written) as PdfArray ?? [];
        if (after.Resolve(rewritten) is not (PdfNull or PdfArray) || before.Resolve(written) is not (PdfNull or PdfArray))
        {
            Forbid(page, PairWalk.Named(page, "Annots"));
            return;
        }

        var now = after.Resolve(rewritten) as PdfArray ?? [];
        if (Sequence.Added(was, now, (one, other) => walk.Add(one, other, page, "Annots")) is not { } added)
        {
            Forbid(page, $"annotations of the page, object {page}, were removed or replaced");
            return;
        }

        foreach (var item in added)
        {
            if (item is not PdfReference reference || !forms.AddedWidgets.Contains(reference.Number))
                Forbid((item as PdfReference)?.Number ?? page, $"an annotation was added to the page, object {page}");
        }
    }
}
