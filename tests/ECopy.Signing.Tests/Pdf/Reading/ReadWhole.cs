using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Tests.Pdf.Reading;

/// <summary>Asks a document everything that can be asked.</summary>
internal static class ReadWhole
{
    public static PdfDocument Read(ReadOnlyMemory<byte> file, PdfLimits? limits = null)
    {
        var document = PdfDocument.Open(file, limits);
        foreach (var revision in document.Revisions)
        {
            AcroForm.Read(revision);
            PageTree.Read(revision);
            foreach (var reference in revision.Objects)
            {
                if (revision.Resolve(reference) is PdfStream stream && !IsPicture(stream)) revision.Decode(stream);
                revision.DefinedIn(reference);
            }
        }

        return document;
    }

    // Filters that no reader of structure undoes.
    private static bool IsPicture(PdfStream stream) => stream.Dictionary["Filter"] is PdfName { Value: "DCTDecode" or "JPXDecode" or "CCITTFaxDecode" or "JBIG2Decode" };
}
