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
    internal PdfRevision()
    {
    }

    /// <summary>From 0, oldest first.</summary>
    public int Index { get; }

    public PdfRevision? Previous { get; }

    /// <summary>Where the revision's own bytes begin: the end of the one before.</summary>
    public long Start { get; }

    /// <summary>Just behind its <c>%%EOF</c>.</summary>
    public long MarkerEnd { get; }

    /// <summary>Behind the end of line after <c>%%EOF</c>, if there is one.</summary>
    public long End { get; }

    /// <summary>As its startxref says.</summary>
    public long XrefOffset { get; }

    public XrefForm XrefForm { get; }

    public PdfDictionary Trailer { get; } = [];

    /// <summary>Numbers of the objects that this revision defines anew, first or otherwise; repeating an entry unchanged does not count.</summary>
    public IReadOnlySet<int> Defined { get; } = new HashSet<int>();

    /// <summary>Numbers that were in use before and are free now.</summary>
    public IReadOnlySet<int> Freed { get; } = new HashSet<int>();

    /// <summary>One more than the highest number ever mentioned.</summary>
    public int NextNumber { get; }

    public PdfReference CatalogReference { get; } = new(0);

    public PdfDictionary Catalog { get; } = [];

    /// <summary>Follows references to an object that is none; null and undefined objects give <see cref="PdfNull"/>.</summary>
    public PdfObject Resolve(PdfObject? value) => throw new NotImplementedException();

    /// <summary>The entry with its reference followed, when it is of that type; else null.</summary>
    public T? Get<T>(PdfDictionary dictionary, string key) where T : PdfObject => throw new NotImplementedException();

    /// <summary>The reference under which a number is in use here, or null.</summary>
    public PdfReference? ReferenceTo(int number) => throw new NotImplementedException();

    /// <summary>Every object in use here.</summary>
    public IEnumerable<PdfReference> Objects => throw new NotImplementedException();

    /// <summary>The revision (this or an earlier one) whose definition of the object holds here; null when it is not in use.</summary>
    public PdfRevision? DefinedIn(PdfReference reference) => throw new NotImplementedException();

    /// <summary>The object read again with the places of all its dictionaries; null when it lies in an object stream or is not in use.</summary>
    public PdfSource? Source(PdfReference reference) => throw new NotImplementedException();

    /// <summary>The stream's bytes with all filters undone.</summary>
    public ReadOnlyMemory<byte> Decode(PdfStream stream) => throw new NotImplementedException();
}

/// <summary>An indirect object and its bytes, from its number to <c>endobj</c>. Every dictionary in it has its <see cref="PdfDictionary.Source"/>.</summary>
public sealed record PdfSource(PdfReference Reference, PdfObject Value, SourceSpan Span);
