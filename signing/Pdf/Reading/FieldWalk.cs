namespace ECopy.Signing.Pdf.Reading;

/// <summary>Walks the field tree of one revision; comes to each object at most once.</summary>
internal sealed class FieldWalk(PdfRevision revision)
{
    private const int Deepest = 32;
    private const int LongestName = 4096;
    private const int FieldWork = 64;

    private readonly List<FormField> fields = [];
    private readonly HashSet<int> seen = [];
    private Dictionary<int, int>? pageIndexes;
    private Dictionary<int, PdfReference>? pagesOfWidgets;

    public List<FormField> Read(PdfDictionary form)
    {
        foreach (var root in Array(form, "Fields")) Visit(root, null, 0);
        return fields;
    }

    private void Visit(PdfObject written, FormField? parent, int depth)
    {
        if (depth == Deepest) throw Fault("the field tree is too deep", PdfFaults.TooDeep);
        var (reference, dictionary) = Node(written);
        var name = PartialName(dictionary) is { } partial ? parent is null ? partial : $"{parent.Name}.{partial}" : parent?.Name ?? "";
        if (name.Length > LongestName) throw Fault("a field's name is too long");
        // Long names above many fields multiply, and so do many revisions.
        revision.Budget.Work(FieldWork + 8 * name.Length, revision.XrefOffset);
        var type = revision.Get<PdfName>(dictionary, "FT")?.Value ?? parent?.Type;
        var holdsValue = dictionary.Contains("V");
        var value = holdsValue ? dictionary["V"] : parent?.Value;
        var holder = holdsValue ? dictionary : parent?.ValueHolder;

        var children = new List<PdfObject>();
        var widgets = new List<FormWidget>();
        if (dictionary.Is("Subtype", "Widget")) widgets.Add(Widget(reference, dictionary, merged: true));
        foreach (var kid in Array(dictionary, "Kids"))
        {
            // 12.7.4.2: a kid with a partial name is a field, one without is only a widget of this field.
            if (revision.Resolve(kid) is PdfDictionary below && !below.Contains("T") && (below.Is("Subtype", "Widget") || !below.Contains("Kids")))
            {
                var (widget, _) = Node(kid);
                widgets.Add(Widget(widget, below, merged: false));
            }
            else
            {
                children.Add(kid);
            }
        }

        var signature = type == "Sig" && children.Count == 0 && revision.Resolve(value) is PdfDictionary signed
            ? SignatureReader.Read(revision, value as PdfReference, signed)
            : null;
        var found = new FormField(name, reference, dictionary, parent, type, value, holder, widgets, children.Count > 0, revision.Get<PdfDictionary>(dictionary, "Lock"), signature);
        fields.Add(found);
        foreach (var child in children) Visit(child, found, depth + 1);
    }

    private (PdfReference? Reference, PdfDictionary Dictionary) Node(PdfObject written)
    {
        var reference = written as PdfReference;
        if (revision.Resolve(written) is not PdfDictionary dictionary) throw Fault("the field tree has something that is no field");
        if (reference is not null && !seen.Add(reference.Number)) throw Fault($"the field tree comes to {reference} twice");
        return (reference, dictionary);
    }

    private FormWidget Widget(PdfReference? reference, PdfDictionary dictionary, bool merged)
    {
        var page = dictionary["P"] as PdfReference ?? (reference is null ? null : PageListing(reference));
        int? index = page is not null && PageIndexes().TryGetValue(page.Number, out var found) ? found : null;
        return new FormWidget(reference, dictionary, merged, page, index, Rect(dictionary));
    }

    private List<double>? Rect(PdfDictionary dictionary)
    {
        if (revision.Get<PdfArray>(dictionary, "Rect") is not { Count: 4 } array) return null;
        var numbers = array.Select(revision.Resolve).OfType<PdfNumber>().Select(number => number.AsDouble).ToList();
        return numbers.Count == 4 ? numbers : null;
    }

    private Dictionary<int, int> PageIndexes() => pageIndexes ??= PageTree.Read(revision).Select((page, index) => (page.Reference.Number, index)).ToDictionary();

    private PdfReference? PageListing(PdfReference widget)
    {
        if (pagesOfWidgets is null)
        {
            pagesOfWidgets = [];
            foreach (var page in PageTree.Read(revision))
            {
                foreach (var listed in Array(page.Dictionary, "Annots").OfType<PdfReference>()) pagesOfWidgets.TryAdd(listed.Number, page.Reference);
            }
        }

        return pagesOfWidgets.GetValueOrDefault(widget.Number);
    }

    private string? PartialName(PdfDictionary dictionary) => revision.Get<PdfString>(dictionary, "T")?.AsText();

    private PdfArray Array(PdfDictionary dictionary, string key) => revision.Resolve(dictionary[key]) switch
    {
        PdfArray array => array,
        PdfNull => [],
        _ => throw Fault($"/{key} is no array"),
    };

    private PdfFormatException Fault(string message, string code = PdfFaults.Fields) => new(code, revision.XrefOffset, message);
}
