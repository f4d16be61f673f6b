using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Sign;

/// <summary>
/// A line like a pen's, drawn from a name: the same name always gives the same line, another name another one. It is no
/// one's handwriting; offices that have an official's signature as a picture use that.
/// </summary>
internal static class PenStroke
{
    private const int Samples = 14;
    private const double Thin = 0.16, Thick = 0.62;

    public static void Draw(PdfCanvas canvas, string name, MillimetreBox box, PdfColour colour)
    {
        var seed = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        foreach (var stroke in new[] { Word(seed), Flourish(seed) }) Ribbon(canvas, Fit(Smooth(stroke), box, Word(seed), seed), colour);
    }

    /// <summary>Control points of the word: a tall looped capital, then a few small letters, leaning to the right.</summary>
    private static List<(double X, double Y)> Word(byte[] seed)
    {
        var at = 0;
        double Next(double from, double to) => from + (to - from) * seed[at++ % seed.Length] / 255.0;
        var tall = Next(0.85, 1);
        List<(double X, double Y)> points =
        [
            (Next(0.0, 0.06), Next(0.45, 0.6)),
            (0.10, tall * 0.80),
            (Next(0.19, 0.23), tall),
            (0.20, 0.52),
            (Next(0.10, 0.14), Next(-0.02, 0.06)),
            (Next(0.05, 0.08), 0.16),
            (0.17, Next(0.30, 0.40)),
            (Next(0.30, 0.34), Next(0.62, 0.86)),
            (0.335, 0.55),
            (Next(0.28, 0.31), 0.16),
        ];
        var x = 0.34;
        var letters = 3 + seed[20] % 3;
        for (var i = 0; i < letters; i++)
        {
            var step = Next(0.075, 0.115);
            // Letters shrink and hurry towards the end, as names do when written often.
            var height = Next(0.28, 0.46) * (1 - 0.11 * i) + (seed[(i + 7) % seed.Length] % 5 == 0 ? 0.22 : 0);
            points.Add((x + step * 0.55, height));
            points.Add((x + step * 0.72, height * 0.72));
            points.Add((x + step * Next(0.5, 0.8), Next(0.08, 0.17)));
            x += step;
        }

        points.Add((x + 0.06, Next(0.2, 0.3)));
        points.Add((x + Next(0.14, 0.22), Next(0.1, 0.34)));
        return points;
    }

    /// <summary>The stroke under or through the word that ends a signature.</summary>
    private static List<(double X, double Y)> Flourish(byte[] seed)
    {
        double Next(int index, double from, double to) => from + (to - from) * seed[index] / 255.0;
        var y = Next(24, -0.16, -0.06);
        return
        [
            (Next(25, 0.62, 0.84), Next(26, 0.02, 0.08)),
            (0.50, y + 0.02),
            (Next(27, 0.16, 0.28), y - 0.03),
            (Next(28, 0.24, 0.32), y - Next(29, 0.09, 0.14)),
            (0.56, y - 0.03),
            (Next(30, 0.78, 0.96), y + Next(31, 0.04, 0.14)),
        ];
    }

    /// <summary>Centripetal Catmull-Rom through all points, sampled closely.</summary>
    private static List<(double X, double Y)> Smooth(List<(double X, double Y)> points)
    {
        var smooth = new List<(double X, double Y)>();
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (a, b, c, d) = (points[Math.Max(0, i - 1)], points[i], points[i + 1], points[Math.Min(points.Count - 1, i + 2)]);
            for (var n = 0; n < Samples; n++)
            {
                var t = n / (double)Samples;
                smooth.Add((Spline(a.X, b.X, c.X, d.X, t), Spline(a.Y, b.Y, c.Y, d.Y, t)));
            }
        }

        smooth.Add(points[^1]);
        return smooth;
    }

    private static double Spline(double a, double b, double c, double d, double t) =>
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);

    /// <summary>Slants the line and scales it into the box; word and flourish by the same measure.</summary>
    private static List<(double X, double Y)> Fit(List<(double X, double Y)> line, MillimetreBox box, List<(double X, double Y)> word, byte[] seed)
    {
        var slant = 0.10 + 0.14 * seed[19] / 255.0;
        double Slanted((double X, double Y) p) => p.X + p.Y * slant;
        var right = Smooth(word).Max(Slanted);
        const double bottom = -0.3, top = 1.04;
        return line.ConvertAll(p => (
            box.X + Slanted(p) / right * (box.Width - 1.5) + 0.75,
            box.Bottom - (p.Y - bottom) / (top - bottom) * box.Height));
    }

    /// <summary>The line as a filled ribbon: thick where the pen is drawn down, thin where it is pushed up or lifted.</summary>
    private static void Ribbon(PdfCanvas canvas, List<(double X, double Y)> line, PdfColour colour)
    {
        var widths = Widths(line);
        for (var i = 0; i + 1 < line.Count; i++)
        {
            var (a, b) = (line[i], line[i + 1]);
            var length = Math.Max(1e-6, Math.Sqrt((b.X - a.X) * (b.X - a.X) + (b.Y - a.Y) * (b.Y - a.Y)));
            var (nx, ny) = (-(b.Y - a.Y) / length, (b.X - a.X) / length);
            var (wa, wb) = (widths[i] / 2, widths[i + 1] / 2);
            canvas.MoveTo(a.X + nx * wa, a.Y + ny * wa);
            canvas.LineTo(b.X + nx * wb, b.Y + ny * wb);
            canvas.LineTo(b.X - nx * wb, b.Y - ny * wb);
            canvas.LineTo(a.X - nx * wa, a.Y - ny * wa);
            canvas.ClosePath();
            canvas.Circle(b.X, b.Y, wb);
        }

        canvas.Fill(colour);
    }

    private static double[] Widths(List<(double X, double Y)> line)
    {
        var widths = new double[line.Count];
        for (var i = 0; i < line.Count; i++)
        {
            var (a, b) = (line[Math.Max(0, i - 1)], line[Math.Min(line.Count - 1, i + 1)]);
            var length = Math.Max(1e-6, Math.Sqrt((b.X - a.X) * (b.X - a.X) + (b.Y - a.Y) * (b.Y - a.Y)));
            var down = (b.Y - a.Y) / length;
            var ends = Math.Min(1, Math.Min(i, line.Count - 1 - i) / 10.0);
            widths[i] = Thin + (Thick - Thin) * (0.5 + 0.5 * down) * (0.35 + 0.65 * ends);
        }

        // A hand does not change its pressure at once.
        for (var pass = 0; pass < 3; pass++)
            for (var i = 1; i + 1 < widths.Length; i++) widths[i] = (widths[i - 1] + widths[i] * 2 + widths[i + 1]) / 4;
        return widths;
    }
}
