using ECopy.Signing.Pdf.Archive;
using QRCoder;

namespace ECopy.Functions.Compose;

/// <summary>A QR code drawn as rectangles.</summary>
internal static class QrSymbol
{
    /// <summary>Version 10 has 57 modules; in 36 mm with its quiet zone each is still 0.55 mm.</summary>
    public const int MaxModules = 57;

    private const int QuietZone = 4;

    /// <summary>Draws the text, error level M, with its quiet zone inside the box.</summary>
    /// <exception cref="ArgumentException">The text needs more than 57 modules.</exception>
    public static void Draw(PdfCanvas canvas, string text, MillimetreBox box)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var matrix = code.ModuleMatrix;
        if (matrix.Count > MaxModules + 2 * QuietZone) throw new ArgumentException($"{matrix.Count - 2 * QuietZone} modules", nameof(text));
        var module = box.Width / matrix.Count;
        // One path for all: edges that touch inside one path leave no seam when rendered.
        for (var y = 0; y < matrix.Count; y++)
        {
            for (var x = 0; x < matrix.Count; x++)
            {
                if (!matrix[y][x]) continue;
                var start = x;
                while (x + 1 < matrix.Count && matrix[y][x + 1]) x++;
                canvas.Rectangle(new MillimetreBox(box.X + start * module, box.Y + y * module, (x - start + 1) * module, module));
            }
        }

        canvas.Fill(PdfColour.Black);
    }
}
