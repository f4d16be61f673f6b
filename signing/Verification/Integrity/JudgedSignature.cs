using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>A signature with its message already judged.</summary>
/// <param name="Field">As the last revision has it.</param>
/// <param name="Views">All revisions, oldest first.</param>
/// <param name="Covered">The revision that the covered bytes end with; null when they end anywhere else.</param>
internal sealed record JudgedSignature(PdfDocument Document, IReadOnlyList<RevisionView> Views, FormField Field, SignatureValue Value, PdfRevision? Covered, SignatureFormat Format, MessageIntegrity Message)
{
    public Coverage Coverage => Covered is null ? Coverage.Broken : Covered.Index == Document.Latest.Index ? Coverage.WholeFile : Coverage.Revision;

    public bool IsTimestamp => Format == SignatureFormat.DocumentTimestamp;

    public static JudgedSignature Of(PdfDocument document, IReadOnlyList<RevisionView> views, FormField field)
    {
        var value = field.Signature!;
        var format = FormatOf(value.SubFilter);
        return new JudgedSignature(document, views, field, value, RevisionOf(document, value), format, MessageIntegrity.Of(document, value, format));
    }

    public static SignatureFormat FormatOf(string? subFilter) => subFilter switch
    {
        "adbe.pkcs7.detached" => SignatureFormat.Pkcs7Detached,
        "adbe.pkcs7.sha1" => SignatureFormat.Pkcs7Sha1,
        SignatureProfile.SubFilter => SignatureFormat.Cades,
        DocumentTimestamp.SubFilter => SignatureFormat.DocumentTimestamp,
        _ => SignatureFormat.Unknown,
    };

    // The end of line after %%EOF may be left out of the range, and more white space may be in it.
    private static PdfRevision? RevisionOf(PdfDocument document, SignatureValue value)
    {
        if (value.ByteRange is not { } range || !range.Fits(document.File.Length)) return null;
        var revision = document.Revisions.LastOrDefault(one => one.MarkerEnd <= range.End);
        if (revision is null) return null;
        foreach (var octet in document.File.Span[(int)revision.MarkerEnd..(int)range.End])
        {
            if (!PdfLexer.IsWhite(octet)) return null;
        }

        return revision;
    }
}
