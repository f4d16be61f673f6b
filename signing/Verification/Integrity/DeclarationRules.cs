using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>Rule 8 of the policy: what may be declared at any time. Each answer is a reason against, or null.</summary>
internal static class DeclarationRules
{
    private static readonly HashSet<string> StoreKeys = ["Type", "VRI", "Certs", "OCSPs", "CRLs"];
    private static readonly HashSet<string> RelatedKeys = ["Type", "Cert", "OCSP", "CRL", "TU", "TS"];
    private static readonly HashSet<string> ExtensionKeys = ["Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL"];

    /// <summary>A store of validation data, and nothing but (EN 319 142-1, 5.4.2).</summary>
    public static string? Store(PdfRevision revision, PdfObject? written)
    {
        var value = revision.Resolve(written);
        if (value is PdfNull) return null;
        if (value is not PdfDictionary store || !store.Keys.All(StoreKeys.Contains)) return "the store of validation data has something else in it";
        foreach (var key in store.Keys.Where(key => key is not ("Type" or "VRI")))
        {
            if (!ArePieces(revision, store[key])) return $"/{key} of the store of validation data has something else in it";
        }

        if (revision.Resolve(store["VRI"]) is not PdfDictionary related) return store.Contains("VRI") ? "/VRI of the store of validation data is no dictionary" : null;
        foreach (var (name, one) in related)
        {
            if (name == "Type") continue;
            if (revision.Resolve(one) is not PdfDictionary dictionary || !dictionary.Keys.All(RelatedKeys.Contains)) return "/VRI of the store of validation data has something else in it";
            if (dictionary.Any(entry => entry.Key is "Cert" or "OCSP" or "CRL" && !ArePieces(revision, entry.Value))) return "/VRI of the store of validation data has something else in it";
        }

        return null;
    }

    private static bool ArePieces(PdfRevision revision, PdfObject? written) =>
        revision.Resolve(written) is PdfArray pieces && pieces.All(piece => revision.Resolve(piece) is PdfStream or PdfNull);

    /// <summary>Extensions may be added, and their levels raised (ISO 32000-2, 7.12).</summary>
    public static string? Extensions(PdfRevision before, PdfObject? written, PdfRevision after, PdfObject? rewritten)
    {
        if (ReferenceEquals(before.Resolve(written), after.Resolve(rewritten))) return null;
        var was = before.Resolve(written) as PdfDictionary ?? [];
        if (after.Resolve(rewritten) is not PdfDictionary now) return was.Count == 0 && after.Resolve(rewritten) is PdfNull ? null : "/Extensions of the catalog was taken away";
        foreach (var prefix in was.Keys.Union(now.Keys).Where(key => key != "Type"))
        {
            var (old, declared) = (Declarations(before, was[prefix]), Declarations(after, now[prefix]));
            if (old is null || declared is null || declared.Count == 0) return $"the extension /{prefix} was taken away, or declares more than itself";
            if (old.Count > 0 && declared.Max(Level) < old.Max(Level)) return $"the level of the extension /{prefix} was lowered";
        }

        return null;

        long Level(PdfDictionary one) => one["ExtensionLevel"] is PdfInteger level ? level.Value : 0;
    }

    // One dictionary, or since 2.0 an array of them; null for anything else.
    private static List<PdfDictionary>? Declarations(PdfRevision revision, PdfObject? written)
    {
        var items = revision.Resolve(written) switch
        {
            PdfNull => [],
            PdfArray array => array.Select(revision.Resolve).ToList(),
            var single => [single],
        };
        return items.TrueForAll(item => item is PdfDictionary one && one.All(entry => ExtensionKeys.Contains(entry.Key) && revision.Resolve(entry.Value) is PdfName or PdfNumber or PdfString))
            ? [.. items.Cast<PdfDictionary>()]
            : null;
    }

    /// <summary>The version is raised or stays.</summary>
    public static string? Version(PdfObject old, PdfObject now) => (old, now) switch
    {
        (PdfNull, PdfNull or PdfName) => null,
        (PdfName was, PdfName name) when string.CompareOrdinal(name.Value, was.Value) >= 0 => null,
        _ => "/Version of the catalog was lowered or taken away",
    };
}
