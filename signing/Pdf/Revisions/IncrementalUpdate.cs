using System.Buffers;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pdf.Revisions;

/// <summary>One new revision for a document (ISO 32000-2, 7.5.6). The bytes before it are never touched; the same edits give the same bytes.</summary>
public sealed class IncrementalUpdate : IPdfObjectSink
{
    private static readonly SearchValues<byte> White = SearchValues.Create("\0\t\n\f\r "u8);

    private readonly SortedDictionary<int, (PdfReference Reference, PdfObject? Value)> objects = [];
    private int next;

    /// <exception cref="PdfUpdateException">Something other than white space follows the document's end: it would come to lie between revisions.</exception>
    public IncrementalUpdate(PdfDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (document.Trailing.Span.ContainsAnyExcept(White))
            throw new PdfUpdateException(PdfUpdateException.TrailingBytes, "something stands behind the document's end");
        Document = document;
        next = document.Latest.NextNumber;
    }

    public PdfDocument Document { get; }

    /// <summary>The catalog, to be changed in place.</summary>
    public PdfDictionary EditCatalog() => Edit(Document.Latest.CatalogReference);

    public PdfReference Add(PdfObject value)
    {
        var reference = Reserve();
        Set(reference, value);
        return reference;
    }

    public PdfReference Reserve()
    {
        var reference = new PdfReference(next++);
        objects.Add(reference.Number, (reference, null));
        return reference;
    }

    public void Set(PdfReference reference, PdfObject value)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(value);
        if (reference.Number < Document.Latest.NextNumber || !objects.ContainsKey(reference.Number))
            throw new ArgumentException($"{reference} was not reserved here", nameof(reference));
        objects[reference.Number] = (reference, value);
    }

    /// <summary>Gives an object in use another value; it may lie in an object stream.</summary>
    public void Replace(PdfReference reference, PdfObject value)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(value);
        if (!objects.ContainsKey(reference.Number) && Document.Latest.DefinedIn(reference) is null)
            throw new ArgumentException($"{reference} is not in use", nameof(reference));
        objects[reference.Number] = (reference, value);
    }

    /// <summary>
    /// A copy of the dictionary behind this reference, to be changed in place; it replaces the original. A second call
    /// gives the same copy, so that several pieces can edit the catalog in one revision.
    /// </summary>
    public PdfDictionary Edit(PdfReference reference) => EditAs<PdfDictionary>(reference);

    /// <summary>The same for an array that is an object of its own.</summary>
    public PdfArray EditArray(PdfReference reference) => EditAs<PdfArray>(reference);

    /// <summary>The object as it will be: added, replaced, or as it stands; references are followed.</summary>
    public PdfObject Resolve(PdfObject? value)
    {
        while (value is PdfReference reference)
        {
            if (!objects.TryGetValue(reference.Number, out var ours)) return Document.Latest.Resolve(reference);
            value = ours.Reference.Equals(reference) ? ours.Value : null;
        }

        return value ?? PdfNull.Instance;
    }

    /// <summary>The document with the new revision behind it.</summary>
    public FinishedUpdate Finish()
    {
        var writer = new RevisionWriter(Document);
        foreach (var (reference, value) in objects.Values)
            writer.Write(reference, value ?? throw new InvalidOperationException($"{reference} was reserved and never set"));
        return writer.Finish(next);
    }

    private T EditAs<T>(PdfReference reference)
        where T : PdfObject
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (objects.TryGetValue(reference.Number, out var ours) && ours.Reference.Equals(reference))
            return ours.Value as T ?? throw new ArgumentException($"{reference} is no {typeof(T).Name}", nameof(reference));
        if (Document.Latest.Resolve(reference) is not T current) throw new ArgumentException($"{reference} is no {typeof(T).Name}", nameof(reference));
        var copy = (T)Duplicate(current);
        Replace(reference, copy);
        return copy;
    }

    // Down to the references: what the reader holds is shared by all revisions and must not change.
    private static PdfObject Duplicate(PdfObject value) => value switch
    {
        PdfDictionary dictionary => new PdfDictionary(dictionary.Select(entry => KeyValuePair.Create(entry.Key, Duplicate(entry.Value)))),
        PdfArray array => new PdfArray(array.Select(Duplicate)),
        _ => value,
    };
}

/// <summary>The whole new file, and where in it each written object begins.</summary>
public sealed record FinishedUpdate(byte[] Document, IReadOnlyDictionary<PdfReference, long> Offsets);
