using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pdf.Revisions;

/// <summary>One new revision for a document (ISO 32000-2, 7.5.6). The bytes before it are never touched; the same edits give the same bytes.</summary>
public sealed class IncrementalUpdate(PdfDocument document) : IPdfObjectSink
{
    public PdfDocument Document { get; } = document;

    public PdfReference Add(PdfObject value) => throw new NotImplementedException();

    public PdfReference Reserve() => throw new NotImplementedException();

    public void Set(PdfReference reference, PdfObject value) => throw new NotImplementedException();

    /// <summary>Gives an object in use another value; it may lie in an object stream.</summary>
    public void Replace(PdfReference reference, PdfObject value) => throw new NotImplementedException();

    /// <summary>
    /// A copy of the dictionary behind this reference, to be changed in place; it replaces the original. A second call
    /// gives the same copy, so that several pieces can edit the catalog in one revision.
    /// </summary>
    public PdfDictionary Edit(PdfReference reference) => throw new NotImplementedException();

    /// <summary>The object as it will be: added, replaced, or as it stands; references are followed.</summary>
    public PdfObject Resolve(PdfObject? value) => throw new NotImplementedException();

    /// <summary>The document with the new revision behind it.</summary>
    public FinishedUpdate Finish() => throw new NotImplementedException();
}

/// <summary>The whole new file, and where in it each written object begins.</summary>
public sealed record FinishedUpdate(byte[] Document, IReadOnlyDictionary<PdfReference, long> Offsets);
