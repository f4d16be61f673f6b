using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>
/// What may come after the seal, whose lock forbids everything else (VALIDATION rule 8; EN 319 142-1, 5.4): validation data are
/// added to the store, and a document timestamp stands in a new field of no area. The catalog may declare the extensions for them.
/// </summary>
internal sealed class PreservationRules : RevisionRules
{
    private static readonly HashSet<string> FieldKeys = ["Type", "Subtype", "FT", "T", "V", "Rect", "F", "P"];
    private static readonly HashSet<string> StoreKeys = ["Type", SecurityStore.Certificates, SecurityStore.OcspAnswers, SecurityStore.RevocationLists];
    private static readonly HashSet<string> PieceKeys = ["Length", "Filter"];
    private static readonly HashSet<string> ExtensionKeys = ["Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL"];

    private readonly int sealedAt;
    private readonly PdfDictionary form;
    private readonly IReadOnlyList<PdfPage> pages;
    private readonly List<PdfReference> fields = [];
    private readonly List<PdfReference> widgets = [];

    private PreservationRules(PdfRevision before, PdfRevision after, int sealedAt)
        : base(before, after)
    {
        this.sealedAt = sealedAt;
        form = before.Get<PdfDictionary>(before.Catalog, "AcroForm") ?? [];
        pages = PageTree.Read(before);
    }

    /// <summary>A sentence about the first thing that was changed and must not be; null when there is none.</summary>
    /// <param name="sealedAt">The index of the seal's revision.</param>
    public static string? FirstForbidden(PdfRevision before, PdfRevision after, int sealedAt)
    {
        var rules = new PreservationRules(before, after, sealedAt);
        return rules.Find() ?? rules.Store() ?? rules.FieldsAgree();
    }

    /// <summary>Whether the store is another than before.</summary>
    public static bool AddsToStore(PdfRevision before, PdfRevision after) =>
        SecurityStoreObjects(before).Concat(SecurityStoreObjects(after)).Any(reference => after.Defined.Contains(reference.Number))
        || !ObjectComparison.Same(before.Catalog[SecurityStore.Key], after.Catalog[SecurityStore.Key]);

    protected override string? Changed(PdfReference reference, PdfObject old, PdfObject now)
    {
        if (old is PdfDictionary was && now is PdfDictionary dictionary)
        {
            if (reference.Equals(Before.CatalogReference)) return Catalog(was, dictionary);
            if (reference.Equals(Before.Catalog["AcroForm"])) return Form(was, dictionary);
            if (reference.Equals(Before.Catalog["Extensions"])) return Extensions(was, dictionary);
            if (pages.Any(page => page.Reference.Equals(reference))) return Page(reference, was, dictionary);
        }

        if (old is PdfArray list && now is PdfArray array)
        {
            var isFields = reference.Equals(form["Fields"]);
            var isAnnotations = pages.Any(page => reference.Equals(page.Dictionary["Annots"]));
            if (isFields || isAnnotations)
                return (isFields ? Append(list, array, fields, "fields") : null) ?? (isAnnotations ? Append(list, array, widgets, "annotations") : null);
        }

        // Only what came after the seal: an older object could be reached from elsewhere.
        if (!SecurityStoreObjects(Before).Contains(reference) || Before.DefinedIn(reference) is not { } defined || defined.Index <= sealedAt) return Named(reference);
        Reach(now);
        return null;
    }

    private string? Catalog(PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in Different(was, now))
        {
            var reason = (key, was[key], now[key]) switch
            {
                (SecurityStore.Key, _, not null) => null,
                ("Extensions", null or PdfDictionary, PdfDictionary declared) => Extensions(was[key] as PdfDictionary ?? [], declared),
                ("AcroForm", PdfDictionary old, PdfDictionary changed) => Form(old, changed),
                _ => $"/{key} of the catalog was changed",
            };
            if (reason is not null) return reason;
        }

        Reach(now[SecurityStore.Key]);
        return null;
    }

    private string? Form(PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in Different(was, now))
        {
            if (key == "SigFlags" && now[key] is PdfInteger { Value: 3 }) continue;
            if (key != "Fields" || was[key] is not PdfArray old || now[key] is not PdfArray list) return $"/{key} of the form was changed";
            if (Append(old, list, fields, "fields") is { } reason) return reason;
        }

        return null;
    }

    private string? Page(PdfReference reference, PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in Different(was, now))
        {
            if (key != "Annots" || was[key] is not (null or PdfArray) || now[key] is not PdfArray list) return $"/{key} of a page, object {reference.Number}, was changed";
            if (Append(was[key] as PdfArray ?? [], list, widgets, "annotations") is { } reason) return reason;
        }

        return null;
    }

    private static string? Extensions(PdfDictionary was, PdfDictionary now)
    {
        foreach (var key in Different(was, now))
        {
            if (was[key] is not null || now[key] is not PdfDictionary declared || declared.Any(entry => !ExtensionKeys.Contains(entry.Key) || entry.Value is PdfReference or PdfDictionary or PdfArray))
                return $"the extension /{key} was changed, or declares more than itself";
        }

        return null;
    }

    private string? Append(PdfArray was, PdfArray now, List<PdfReference> added, string what)
    {
        if (now.Count < was.Count || was.Where((item, index) => !ObjectComparison.Same(item, now[index])).Any()) return $"the list of {what} was changed";
        foreach (var item in now.Skip(was.Count))
        {
            if (item is not PdfReference reference || !IsNew(reference.Number) || added.Contains(reference)) return $"something was added to the {what} that is no new object";
            if (TimestampField(reference) is { } reason) return reason;
            added.Add(reference);
            Reach(reference);
        }

        return null;
    }

    private string? TimestampField(PdfReference reference)
    {
        var isTimestamp = After.Resolve(reference) is PdfDictionary field
            && field.Keys.All(FieldKeys.Contains)
            && field.Is("FT", "Sig")
            && field.Is("Subtype", "Widget")
            && field["V"] is PdfReference value
            && IsNew(value.Number)
            && After.Resolve(value) is PdfDictionary signature
            && signature.Is("Type", DocumentTimestamp.Type)
            && signature.Is("SubFilter", DocumentTimestamp.SubFilter)
            && field["Rect"] is PdfArray { Count: 4 } rect
            && rect.All(side => side is PdfNumber)
            && (Same(rect[0], rect[2]) || Same(rect[1], rect[3]));
        return isTimestamp ? null : $"the new field, object {reference.Number}, is no document timestamp without area";

        static bool Same(PdfObject one, PdfObject other) => ((PdfNumber)one).AsDouble.Equals(((PdfNumber)other).AsDouble);
    }

    private string? FieldsAgree() => fields.Count <= 1 && fields.ToHashSet().SetEquals(widgets) ? null : "the new fields are not those that were added to a page";

    // Everything that was there stays; what is added is a piece of data and nothing else.
    private string? Store()
    {
        if (After.Resolve(After.Catalog[SecurityStore.Key]) is PdfNull) return Before.Catalog[SecurityStore.Key] is null ? null : "the store of validation data was taken away";
        if (After.Get<PdfDictionary>(After.Catalog, SecurityStore.Key) is not { } store || !store.Keys.All(StoreKeys.Contains)) return "the store of validation data has something else in it";
        var old = Before.Get<PdfDictionary>(Before.Catalog, SecurityStore.Key) ?? [];
        foreach (var key in StoreKeys.Skip(1))
        {
            var now = After.Resolve(store[key]);
            var was = Before.Get<PdfArray>(old, key) ?? [];
            if (now is PdfNull && was.Count == 0) continue;
            if (now is not PdfArray list || list.Count < was.Count || was.Where((item, index) => !ObjectComparison.Same(item, list[index])).Any()) return $"/{key} of the store of validation data lost something";
            if (list.Any(item => item is not PdfReference || After.Resolve(item) is not PdfStream stream || !stream.Dictionary.Keys.All(PieceKeys.Contains))) return $"/{key} of the store of validation data has something else in it";
        }

        return null;
    }

    private static HashSet<PdfReference> SecurityStoreObjects(PdfRevision revision)
    {
        var objects = new HashSet<PdfReference>();
        if (revision.Catalog[SecurityStore.Key] is PdfReference own) objects.Add(own);
        if (revision.Get<PdfDictionary>(revision.Catalog, SecurityStore.Key) is { } store) objects.UnionWith(StoreKeys.Select(key => store[key]).OfType<PdfReference>());
        return objects;
    }

    private static IEnumerable<string> Different(PdfDictionary was, PdfDictionary now) => was.Keys.Union(now.Keys).Where(key => !ObjectComparison.Same(was[key], now[key]));
}
