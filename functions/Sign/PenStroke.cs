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
    private const int Samples = 9;
    private const double Thin = 0.2, Thick = 0.85;

    public static void Draw(PdfCanvas canvas, string name, MillimetreBox box, PdfColour colour)
    {
        var choice = new Choice(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var slant = choice.Between(0.12, 0.34);
        var word = PenLetters.Word(choice);
        List<List<(double X, double Y)>> lines = [word];
        if (PenLetters.Flourish(choice, word[^1].X) is { } flourish) lines.Add(flourish);
        var smooth = lines.ConvertAll(line => Smooth(line).ConvertAll(p => (X: p.X + p.Y * slant, p.Y)));
        var all = smooth.SelectMany(line => line).ToList();
        var (left, right, bottom, top) = (all.Min(p => p.X), all.Max(p => p.X), all.Min(p => p.Y), all.Max(p => p.Y));
        // Half a line's width stays free at the edges, so that nothing is cut off by the field.
        var room = box.Inset(Thick);
        foreach (var line in smooth)
        {
            Ribbon(canvas, line.ConvertAll(p => (
                room.X + (p.X - left) / (right - left) * room.Width,
                room.Bottom - (p.Y - bottom) / (top - bottom) * room.Height)));
        }

        canvas.Fill(colour);
    }

    /// <summary>Centripetal Catmull-Rom through all points (Barry and Goldman), which does not overshoot at tight turns.</summary>
    private static List<(double X, double Y)> Smooth(List<(double X, double Y)> points)
    {
        (double X, double Y) Before() => (2 * points[0].X - points[1].X, 2 * points[0].Y - points[1].Y);
        (double X, double Y) After() => (2 * points[^1].X - points[^2].X, 2 * points[^1].Y - points[^2].Y);
        var smooth = new List<(double X, double Y)>();
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (a, b, c, d) = (i > 0 ? points[i - 1] : Before(), points[i], points[i + 1], i + 2 < points.Count ? points[i + 2] : After());
            double t1 = Knot(a, b), t2 = t1 + Knot(b, c), t3 = t2 + Knot(c, d);
            for (var n = 0; n < Samples; n++)
            {
                var t = t1 + (t2 - t1) * n / Samples;
                var (ab, bc, cd) = (Mix(a, b, 0, t1, t), Mix(b, c, t1, t2, t), Mix(c, d, t2, t3, t));
                smooth.Add(Mix(Mix(ab, bc, 0, t2, t), Mix(bc, cd, t1, t3, t), t1, t2, t));
            }
        }

        smooth.Add(points[^1]);
        return smooth;
    }

    private static double Knot((double X, double Y) a, (double X, double Y) b) => Math.Max(1e-3, Math.Sqrt(Distance(a, b)));

    private static (double X, double Y) Mix((double X, double Y) a, (double X, double Y) b, double from, double to, double t)
    {
        var part = (t - from) / (to - from);
        return (a.X + (b.X - a.X) * part, a.Y + (b.Y - a.Y) * part);
    }

    private static double Distance((double X, double Y) a, (double X, double Y) b) => Math.Max(1e-9, Math.Sqrt((b.X - a.X) * (b.X - a.X) + (b.Y - a.Y) * (b.Y - a.Y)));

    /// <summary>Adds the line as a ribbon: thick where the pen is drawn down, thin where it is pushed up or lifted.</summary>
    private static void Ribbon(PdfCanvas canvas, List<(double X, double Y)> line)
    {
        var widths = Widths(line);
        var edges = new ((double X, double Y) Left, (double X, double Y) Right)[line.Count];
        for (var i = 0; i < line.Count; i++)
        {
            var (a, b) = (line[Math.Max(0, i - 1)], line[Math.Min(line.Count - 1, i + 1)]);
            var half = widths[i] / 2 / Distance(a, b);
            var (x, y) = (-(b.Y - a.Y) * half, (b.X - a.X) * half);
            edges[i] = ((line[i].X - x, line[i].Y - y), (line[i].X + x, line[i].Y + y));
        }

        // Piece by piece, each with the same sense of rotation as the round ends: where the line crosses itself a
        // single outline would cancel out under the non-zero rule.
        for (var i = 0; i + 1 < line.Count; i++)
        {
            canvas.MoveTo(edges[i].Left.X, edges[i].Left.Y);
            canvas.LineTo(edges[i + 1].Left.X, edges[i + 1].Left.Y);
            canvas.LineTo(edges[i + 1].Right.X, edges[i + 1].Right.Y);
            canvas.LineTo(edges[i].Right.X, edges[i].Right.Y);
            canvas.ClosePath();
        }

        foreach (var end in (int[])[0, line.Count - 1]) canvas.Circle(line[end].X, line[end].Y, widths[end] / 2);
    }

    private static double[] Widths(List<(double X, double Y)> line)
    {
        var widths = new double[line.Count];
        for (var i = 0; i < line.Count; i++)
        {
            var (a, b) = (line[Math.Max(0, i - 1)], line[Math.Min(line.Count - 1, i + 1)]);
            var down = (b.Y - a.Y) / Distance(a, b);
            var ends = Math.Min(1, Math.Min(i, line.Count - 1 - i) / 8.0);
            widths[i] = (Thin + (Thick - Thin) * (0.5 + 0.5 * down)) * (0.3 + 0.7 * ends);
        }

        // A hand does not change its pressure at once.
        for (var pass = 0; pass < 3; pass++)
            for (var i = 1; i + 1 < widths.Length; i++) widths[i] = (widths[i - 1] + widths[i] * 2 + widths[i + 1]) / 4;
        return widths;
    }

    /// <summary>Numbers from a digest, one after the other.</summary>
    internal sealed class Choice(byte[] digest)
    {
        private int at;

        public double Between(double from, double to) => from + (to - from) * Next() / 255;

        public int OneOf(int count) => Next() % count;

        private int Next() => digest[at++ % digest.Length];
    }
}
