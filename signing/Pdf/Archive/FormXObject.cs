using ECopy.Signing.Pdf.Fonts;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>A form XObject (ISO 32000-2, 8.10) with fonts of its own, such as the appearance of a signature.</summary>
public static class FormXObject
{
    /// <summary>Draws it, size in millimetres, and adds it to a document or a revision. The same drawing gives the same bytes.</summary>
    public static PdfReference Draw(IPdfObjectSink sink, double width, double height, Action<PdfCanvas> draw)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(draw);
        var fonts = new DocumentFonts(sink);
        var canvas = new PdfCanvas(width, height, fonts);
        draw(canvas);
        fonts.Write();
        return sink.Add(Stream(canvas));
    }

    /// <summary>What an empty signature field shows.</summary>
    internal static PdfStream Blank(double width, double height) => new(Dictionary(width, height), ReadOnlyMemory<byte>.Empty);

    private static PdfStream Stream(PdfCanvas canvas)
    {
        var dictionary = Dictionary(canvas.Width, canvas.Height);
        dictionary["Resources"] = canvas.Resources();
        if (canvas.IsBlended) dictionary["Group"] = BlendingGroup();
        return FlateStreams.Compress(dictionary, canvas.Content());
    }

    internal static PdfDictionary BlendingGroup() => new()
    {
        ["Type"] = new PdfName("Group"),
        ["S"] = new PdfName("Transparency"),
        ["CS"] = new PdfName("DeviceRGB"),
    };

    private static PdfDictionary Dictionary(double width, double height) => new()
    {
        ["Type"] = new PdfName("XObject"),
        ["Subtype"] = new PdfName("Form"),
        ["BBox"] = PdfArray.Numbers(0, 0, Math.Round(width * MillimetreBox.Points, 2), Math.Round(height * MillimetreBox.Points, 2)),
    };
}
