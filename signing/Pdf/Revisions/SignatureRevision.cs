using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pdf.Revisions;

/// <summary>
/// A revision with one signature dictionary whose /Contents is still zeros (the PDF side of PAdES; knows no CMS).
/// Call <see cref="Fill"/> or <see cref="Create"/> once, change what else belongs to the revision through
/// <see cref="Update"/>, then <see cref="Finish"/>. The key signs <see cref="PreparedSignature.Range"/>'s digest, and
/// <see cref="Embed"/> puts the CMS into the gap.
/// </summary>
public sealed class SignatureRevision(PdfDocument document)
{
    public IncrementalUpdate Update { get; } = new(document);

    /// <summary>Signs an empty field that the document declares; all its keys but V and AP stay.</summary>
    /// <param name="appearance">Adds the form XObject and returns it; null leaves the widget's /AP.</param>
    public void Fill(string fieldName, SignatureContent content, Func<IPdfObjectSink, PdfReference>? appearance = null) => throw new NotImplementedException();

    /// <summary>Adds a new field of zero area on a page and signs it: document timestamps, invisible signatures.</summary>
    public void Create(string fieldName, SignatureContent content, int pageIndex = 0) => throw new NotImplementedException();

    public PreparedSignature Finish() => throw new NotImplementedException();

    /// <summary>The document with the CMS in the gap as hex, zeros behind it.</summary>
    /// <exception cref="PdfUpdateException"><see cref="PdfUpdateException.ContentsOverflow"/>: it does not fit.</exception>
    public static byte[] Embed(ReadOnlyMemory<byte> document, ByteRange range, ReadOnlySpan<byte> cms) => throw new NotImplementedException();
}

/// <summary>What the signature dictionary holds besides /ByteRange and /Contents.</summary>
/// <param name="Entries">/Type, /Filter, /SubFilter, /M, /Reference …; /Type is required.</param>
/// <param name="Capacity">Bytes of CMS for which /Contents leaves room.</param>
/// <param name="Certifies">Whether the catalog's /Perms /DocMDP is to name this signature (12.8.6).</param>
public sealed record SignatureContent(PdfDictionary Entries, int Capacity, bool Certifies = false);

/// <summary>A document that waits for its CMS.</summary>
public sealed record PreparedSignature(byte[] Document, ByteRange Range, PdfReference Field, PdfReference Signature);
