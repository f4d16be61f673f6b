using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;

namespace ECopy.Signing.Pades;

/// <summary>
/// The document security store (DSS; ISO 32000-2, 12.8.4.3; EN 319 142-1, 5.4.2): certificates and revocation data beside the
/// signatures. No VRI is written: it would only repeat which piece belongs to which signature.
/// </summary>
public static class SecurityStore
{
    internal const string Key = "DSS";
    internal const string Certificates = "Certs";
    internal const string OcspAnswers = "OCSPs";
    internal const string RevocationLists = "CRLs";
    private const int MostPieces = 1000;

    // What the extensions of PDF 1.7 are called that DSS and document timestamps came with (EN 319 142-1, 5.4.2.1; Adobe, level 8).
    private static readonly (string Prefix, int Level)[] Extensions = [("ESIC", 5), ("ADBE", 8)];

    /// <summary>
    /// The document with a revision that adds what is not in its store yet; the document itself when there is nothing to add.
    /// The same document and material give the same bytes.
    /// </summary>
    /// <exception cref="SignatureRefusedException"><c>store-unusable</c>: the document's store is not of the form that is known; <c>trailing-bytes</c>.</exception>
    /// <exception cref="PdfFormatException">The document is no usable PDF.</exception>
    public static ReadOnlyMemory<byte> Append(ReadOnlyMemory<byte> document, ValidationMaterial material)
    {
        ArgumentNullException.ThrowIfNull(material);
        var pdf = PdfDocument.Open(document);
        try
        {
            var known = Read(pdf.Latest);
            var more = new ValidationMaterial(
                Missing(material.Certificates, known.Certificates),
                Missing(material.OcspAnswers, known.OcspAnswers),
                Missing(material.RevocationLists, known.RevocationLists));
            if (more.IsEmpty) return document;
            var update = new IncrementalUpdate(pdf);
            var store = EditStore(update);
            Add(update, store, Certificates, more.Certificates);
            Add(update, store, OcspAnswers, more.OcspAnswers);
            Add(update, store, RevocationLists, more.RevocationLists);
            DeclareExtensions(update);
            return update.Finish().Document;
        }
        catch (PdfUpdateException refused)
        {
            throw new SignatureRefusedException(refused.Code, refused.Message, refused);
        }
    }

    /// <summary>What the store of a revision holds; nothing where there is none.</summary>
    /// <exception cref="SignatureRefusedException"><c>store-unusable</c>.</exception>
    /// <exception cref="PdfFormatException">A piece cannot be decoded, or there are too many.</exception>
    public static ValidationMaterial Read(PdfRevision revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        return revision.Resolve(revision.Catalog[Key]) switch
        {
            PdfNull => ValidationMaterial.Empty,
            PdfDictionary store => new ValidationMaterial(Pieces(revision, store, Certificates), Pieces(revision, store, OcspAnswers), Pieces(revision, store, RevocationLists)),
            _ => throw Unusable(),
        };
    }

    private static List<ReadOnlyMemory<byte>> Pieces(PdfRevision revision, PdfDictionary store, string key)
    {
        var listed = revision.Resolve(store[key]);
        if (listed is PdfNull) return [];
        if (listed is not PdfArray { Count: <= MostPieces } array) throw Unusable();
        return [.. array.Select(item => revision.Resolve(item) is PdfStream stream ? revision.Decode(stream) : throw Unusable())];
    }

    private static List<ReadOnlyMemory<byte>> Missing(IReadOnlyList<ReadOnlyMemory<byte>> wanted, IReadOnlyList<ReadOnlyMemory<byte>> known) =>
        [.. ValidationMaterial.Distinct(wanted).Where(piece => !known.Any(other => other.Span.SequenceEqual(piece.Span)))];

    private static PdfDictionary EditStore(IncrementalUpdate update)
    {
        var catalog = update.EditCatalog();
        switch (catalog[Key])
        {
            case PdfReference reference: return update.Edit(reference);
            case PdfDictionary direct: return direct;
            default:
                var created = new PdfDictionary { { "Type", new PdfName(Key) } };
                catalog[Key] = update.Add(created);
                return created;
        }
    }

    private static void Add(IncrementalUpdate update, PdfDictionary store, string key, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        if (pieces.Count == 0) return;
        var array = store[key] switch
        {
            PdfReference reference => update.EditArray(reference),
            PdfArray direct => direct,
            _ => null,
        };
        if (array is null) store[key] = array = [];
        foreach (var piece in pieces) array.Add(update.Add(new PdfStream([], piece)));
    }

    private static void DeclareExtensions(IncrementalUpdate update)
    {
        var catalog = update.EditCatalog();
        var known = update.Resolve(catalog["Extensions"]) as PdfDictionary;
        var missing = Extensions.Where(extension => known?[extension.Prefix] is null).ToList();
        if (missing.Count == 0) return;
        var declared = catalog["Extensions"] switch
        {
            PdfReference reference => update.Edit(reference),
            PdfDictionary direct => direct,
            _ => null,
        };
        if (declared is null) catalog["Extensions"] = declared = [];
        foreach (var (prefix, level) in missing)
            declared[prefix] = new PdfDictionary { { "BaseVersion", new PdfName("1.7") }, { "ExtensionLevel", new PdfInteger(level) } };
    }

    private static SignatureRefusedException Unusable() => new("store-unusable", "The document's store of validation data is not of a form that is known.");
}
