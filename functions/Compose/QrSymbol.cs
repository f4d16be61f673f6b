using ECopy.Functions.Layout;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Compose;

/// <summary>A QR code drawn as rectangles.</summary>
internal static class QrSymbol
{
    /// <summary>Version 10 has 57 modules; in 36 mm with its quiet zone each is still 0.55 mm.</summary>
    public const int MaxModules = 57;

    /// <summary>Draws the text, error level M, with its quiet zone inside the box.</summary>
    /// <exception cref="ArgumentException">The text needs more than 57 modules.</exception>
    public static void Draw(PdfCanvas canvas, string text, MillimetreBox box)
    {
        var (side, runs) = QrModules.Of(text);
        if (side > MaxModules + 2 * QrModules.QuietZone) throw new ArgumentException($"{side - 2 * QrModules.QuietZone} modules", nameof(text));
        var module = box.Width / side;
        // One path for all: edges that touch inside one path leave no seam when rendered.
        foreach (var run in runs) canvas.Rectangle(new MillimetreBox(box.X + run.X * module, box.Y + run.Y * module, run.Length * module, module));
        canvas.Fill(PdfColour.Black);
    }
}
