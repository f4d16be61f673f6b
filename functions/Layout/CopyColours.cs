using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Layout;

/// <summary>The colours of a copy.</summary>
internal static class CopyColours
{
    public static readonly PdfColour Ink = PdfColour.Parse("#111820");
    public static readonly PdfColour Label = PdfColour.Parse("#4A5968");
    public static readonly PdfColour Hairline = PdfColour.Parse("#9AA5B1");
    public static readonly PdfColour Rule = PdfColour.Parse("#D5DCE3");
    public static readonly PdfColour Accent = PdfColour.Parse("#1F4E79");
    public static readonly PdfColour Warning = PdfColour.Parse("#B3261E");
    public static readonly PdfColour Seal = PdfColour.Parse("#D0142C");
    public static readonly PdfColour Pen = PdfColour.Parse("#16399B");
}
