namespace ECopy.Signing.Pdf.Reading;

/// <summary>The cross-reference form of a section; a new revision has to keep it (ISO 32000-2, 7.5.8.4).</summary>
public enum XrefForm
{
    Table,
    Stream,
    Hybrid,
}

/// <summary>
/// The document as it stood at one end-of-file marker (ISO 32000-2, 7.5.6). It sees only bytes before its own end: an
/// entry that points behind it is an error, not a way to bring in bytes that its signatures do not cover.
/// An object that a later revision leaves alone is the same instance in both.
/// </summary>
public sealed class PdfRevision
{
    private readonly PdfDocument document;
    private readonly ObjectStore store;

    internal PdfRevision(PdfDocument document, ObjectStore store, int index, RevisionPart part, IReadOnlySet<int> defined, IReadOnlySet<int> freed, int nextNumber)
    {
        this.document = document;
        this.store = store;
        Index = index;
        Part = part;
        Defined = defined;
        Freed = freed;
        NextNumber = nextNumber;
        CatalogReference = Trailer["Root"] as PdfReference
            ?? throw new PdfFormatException(PdfFaults.Trailer, part.Head.Offset, "the trailer does not refer to a catalog");
    }

    internal RevisionPart Part { get; }

    internal ReadBudget Budget => store.Budget;

    /// <summary>From 0, oldest first.</summary>
    public int Index { get; }

    public PdfRevision? Previous => Index == 0 ? null : document.Revisions[Index - 1];

    /// <summary>Where the revision's own bytes begin: the end of the one before.</summary>
    public long Start => Previous?.End ?? 0;

    /// <summary>Just behind its <c>%%EOF</c>.</summary>
    public long MarkerEnd => Part.Marker.MarkerEnd;

    /// <summary>Behind the end of line after <c>%%EOF</c>, if there is one.</summary>
    public long End => Part.Marker.End;

    /// <summary>As its startxref says.</summary>
    public long XrefOffset => Part.Head.Offset;

    public XrefForm XrefForm => Part.Head.Form;

    /// <summary>The trailer dictionary, or the cross-reference stream's.</summary>
    public PdfDictionary Trailer => Part.Head.Trailer;

    /// <summary>Numbers of the objects that this revision defines anew, first or otherwise; repeating an entry unchanged does not count.</summary>
    public IReadOnlySet<int> Defined { get; }

    /// <summary>Numbers that were in use before and are free now.</summary>
    public IReadOnlySet<int> Freed { get; }

    /// <summary>One more than the highest number mentioned up to here.</summary>
    public int NextNumber { get; }

    public PdfReference CatalogReference { get; }

    public PdfDictionary Catalog => Resolve(CatalogReference) as PdfDictionary
        ?? throw new PdfFormatException(PdfFaults.Trailer, XrefOffset, "the catalog is no dictionary");

    /// <summary>Every object in use here, in no particular order.</summary>
    public IEnumerable<PdfReference> Objects
    {
        get
        {
            foreach (var number in store.History.Numbers)
            {
                if (ReferenceTo(number) is { } reference) yield return reference;
            }
        }
    }

    /// <summary>Follows references to an object that is none; null and undefined objects give <see cref="PdfNull"/>.</summary>
    public PdfObject Resolve(PdfObject? value) => store.Resolve(value, Index);

    /// <summary>The entry with its reference followed, when it is of that type; else null.</summary>
    public T? Get<T>(PdfDictionary dictionary, string key)
        where T : PdfObject
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return Resolve(dictionary[key]) as T;
    }

    /// <summary>The reference under which a number is in use here, or null.</summary>
    public PdfReference? ReferenceTo(int number)
    {
        var slot = store.History.Find(number, Index);
        return slot >= 0 && store.History[slot].Entry is { Kind: not XrefKind.Free } entry ? new PdfReference(number, entry.Generation) : null;
    }

    /// <summary>The revision (this or an earlier one) whose definition of the object holds here; null when it is not in use.</summary>
    public PdfRevision? DefinedIn(PdfReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var slot = store.Slot(reference, Index);
        return slot < 0 ? null : document.Revisions[store.History[slot].Revision];
    }

    /// <summary>Where in the file the object begins; null when it lies in an object stream or is not in use.</summary>
    public long? OffsetOf(PdfReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var slot = store.Slot(reference, Index);
        return slot >= 0 && store.History[slot].Entry is { Kind: XrefKind.InFile } entry ? entry.Position : null;
    }

    /// <summary>The object read again with the places of all its dictionaries; null when it lies in an object stream or is not in use.</summary>
    public PdfSource? Source(PdfReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var slot = store.Slot(reference, Index);
        return slot < 0 ? null : store.Source(slot);
    }

    /// <summary>The stream's bytes with all filters undone.</summary>
    public ReadOnlyMemory<byte> Decode(PdfStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return store.Decode(stream, Index, XrefOffset);
    }
}

/// <summary>An indirect object and its bytes, from its number to <c>endobj</c>. Every dictionary in it has its <see cref="PdfDictionary.Source"/>.</summary>
public sealed record PdfSource(PdfReference Reference, PdfObject Value, SourceSpan Span);
