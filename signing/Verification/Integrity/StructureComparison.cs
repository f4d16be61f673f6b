using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>
/// The structure tree (ISO 32000-2, 14.7), which a new signature field may enlarge by elements for its own widgets.
/// </summary>
internal sealed class StructureComparison(PdfRevision before, PdfRevision after, PairWalk walk, FormComparison forms, Action<int, string> forbid)
{
    private const int Deepest = 16;
    private const int NodeWork = 32;

    public bool Takes(PdfReference reference, PdfDictionary was, PdfDictionary now)
    {
        if (reference.Equals(before.Catalog["StructTreeRoot"]))
        {
            Root(reference.Number, was, now);
            return true;
        }

        if (ReferenceEquals(was, now) || !IsElement(was) || !IsElement(now)) return false;
        foreach (var key in was.Keys.Union(now.Keys))
        {
            if (key == "K") Kids(was[key], now[key], reference.Number);
            else walk.Add(was[key], now[key], reference.Number, key);
        }

        return true;
    }

    /// <summary>A root that is written directly into the catalog, or a new one.</summary>
    public void CompareRoot(int owner, PdfObject? written, PdfObject? rewritten)
    {
        if (written is PdfDictionary was && after.Resolve(rewritten) is PdfDictionary now) Root(owner, was, now);
        else walk.Add(written, rewritten, owner, "StructTreeRoot");
    }

    private static bool IsElement(PdfDictionary dictionary) =>
        dictionary["S"] is PdfName && dictionary["P"] is PdfReference && (!dictionary.Contains("Type") || dictionary.Is("Type", "StructElem"));

    private void Root(int number, PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in was.Keys.Union(now.Keys))
        {
            switch (key)
            {
                case "K":
                    Kids(was[key], now[key], number);
                    break;
                case "ParentTree":
                    ParentTree(was[key], now[key], number);
                    break;
                case "ParentTreeNextKey" when now[key] is PdfInteger next && (was[key] is null || (was[key] is PdfInteger old && next.Value >= old.Value)):
                    break;
                default:
                    walk.Add(was[key], now[key], number, key);
                    break;
            }
        }
    }

    private void Kids(PdfObject? written, PdfObject? rewritten, int owner)
    {
        // One kid may stand without an array.
        var was = before.Resolve(written) is PdfArray list ? list : written is null ? [] : new PdfArray(written);
        var now = after.Resolve(rewritten) is PdfArray newList ? newList : rewritten is null ? [] : new PdfArray(rewritten);
        if (Sequence.Added(was, now, (one, other) => walk.Add(one, other, owner, "K")) is not { } added)
        {
            // Perhaps only written in another way.
            walk.Add(written, rewritten, owner, "K");
            return;
        }

        foreach (var item in added.Where(item => !IsForWidget(item, Deepest))) forbid((item as PdfReference)?.Number ?? owner, $"something was added to the structure of the document, object {owner}");
    }

    // An element, or chain of them, that leads to new widgets and nothing else.
    private bool IsForWidget(PdfObject? written, int depth)
    {
        after.Budget.Work(NodeWork, after.XrefOffset);
        if (depth == 0) return false;
        return after.Resolve(written) switch
        {
            PdfDictionary one when one.Is("Type", "OBJR") => one["Obj"] is PdfReference widget && forms.AddedWidgets.Contains(widget.Number),
            PdfDictionary element when IsElement(element) && (written is not PdfReference reference || before.ReferenceTo(reference.Number) is null) => IsForWidget(element["K"], depth - 1),
            PdfArray list => list.All(item => IsForWidget(item, depth - 1)),
            _ => false,
        };
    }

    private void ParentTree(PdfObject? written, PdfObject? rewritten, int owner)
    {
        var was = Numbers(before, written);
        var now = Numbers(after, rewritten);
        foreach (var (key, value) in was) walk.Add(value, now.GetValueOrDefault(key), owner, "ParentTree");
        foreach (var (key, value) in now.Where(entry => !was.ContainsKey(entry.Key)))
        {
            if (!IsForWidget(value, Deepest)) forbid(owner, "something was added to the parent tree of the document's structure");
        }
    }

    private static Dictionary<long, PdfObject> Numbers(PdfRevision revision, PdfObject? root)
    {
        var numbers = new Dictionary<long, PdfObject>();
        var seen = new HashSet<int>();
        var open = new Stack<PdfObject>();
        if (root is not null) open.Push(root);
        while (open.TryPop(out var node))
        {
            revision.Budget.Work(NodeWork, revision.XrefOffset);
            if (node is PdfReference reference && !seen.Add(reference.Number)) continue;
            if (revision.Resolve(node) is not PdfDictionary dictionary) continue;
            foreach (var kid in revision.Get<PdfArray>(dictionary, "Kids") ?? []) open.Push(kid);
            var list = revision.Get<PdfArray>(dictionary, "Nums") ?? [];
            for (var i = 0; i + 1 < list.Count; i += 2)
            {
                if (revision.Resolve(list[i]) is PdfInteger key) numbers.TryAdd(key.Value, list[i + 1]);
            }
        }

        return numbers;
    }
}
