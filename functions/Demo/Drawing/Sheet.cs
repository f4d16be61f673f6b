using System.Text;
using ECopy.Functions.Layout;
using ECopy.Signing.Pdf.Fonts;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>What is printed and written with. Each has fifteen strengths over the paper.</summary>
internal enum Ink
{
    Black = 1,
    Blue,
    Red,
    Stamp,
    Brown,
    Green,
    Grey,
    Rose,
    Sky,
    Straw,
}

internal enum Align
{
    Left,
    Centre,
    Right,
}

/// <summary>
/// A paper as a scanner sees it: lying slightly askew, on its tone of paper, with a little noise. Drawn in millimetres from the
/// paper's top left corner.
/// </summary>
internal sealed class Sheet
{
    private const double Skew = 0.4 * Math.PI / 180;
    private const byte Bed = 4;

    /// <summary>From each edge of the paper, further than the skew turns it.</summary>
    private static readonly (double X, double Y)[] Outwards = [(0, -5), (5, 0), (0, 5), (-5, 0)];
    private const int Strengths = 15;
    private static readonly (byte R, byte G, byte B)[] Inks =
    [
        (0, 0, 0), (34, 34, 38), (28, 44, 120), (170, 24, 32), (205, 28, 36), (112, 82, 44), (30, 98, 66), (120, 124, 130), (226, 150, 158), (150, 196, 214), (224, 196, 120),
    ];

    private readonly Coverage coverage = new();
    private readonly Dictionary<(TrueTypeFont, Rune), IReadOnlyList<IReadOnlyList<OutlinePoint>>> outlines = [];
    private readonly double scale;
    private readonly int dpi;
    private readonly int pixelsWide;
    private readonly int pixelsHigh;
    private readonly byte[] pixels;
    private readonly float[] row;
    private readonly (byte R, byte G, byte B) paper;

    /// <param name="paper">Tone of the paper, 0xRRGGBB.</param>
    public Sheet(CopyFonts fonts, double width, double height, int dpi, int paper, uint seed)
    {
        (Fonts, Width, Height, this.dpi) = (fonts, width, height, dpi);
        this.paper = ((byte)(paper >> 16), (byte)(paper >> 8), (byte)paper);
        scale = dpi / 25.4;
        (pixelsWide, pixelsHigh) = ((int)Math.Round(width * scale), (int)Math.Round(height * scale));
        pixels = new byte[pixelsWide * pixelsHigh];
        row = new float[pixelsWide];
        Chance = new Dice(seed);
        Lay();
    }

    public CopyFonts Fonts { get; }

    public double Width { get; }

    public double Height { get; }

    public Dice Chance { get; }

    /// <summary>The scan as a file.</summary>
    public byte[] ToPng()
    {
        return PngFile.Write(pixels, pixelsWide, Palette(), dpi);
    }

    /// <summary>A line of text; y is the baseline. Gives its width.</summary>
    public double Text(double x, double y, string text, double points, TrueTypeFont? font = null, Ink ink = Ink.Black, Align align = Align.Left, double strength = 1)
    {
        font ??= Fonts.Serif;
        var width = WidthOf(text, points, font);
        var left = align switch { Align.Left => x, Align.Centre => x - width / 2, _ => x - width };
        foreach (var character in text.EnumerateRunes())
        {
            Letter(left, y, character, points, font, ink, strength, 0);
            left += Size(points) * font.AdvanceOf(character) / font.UnitsPerEm;
        }

        return width;
    }

    public double WidthOf(string text, double points, TrueTypeFont? font = null) =>
        text.EnumerateRunes().Sum(character => Size(points) * (font ?? Fonts.Serif).AdvanceOf(character) / (font ?? Fonts.Serif).UnitsPerEm);

    /// <summary>A letter, turned around its foot by an angle in radians, clockwise.</summary>
    public void Letter(double x, double y, Rune character, double points, TrueTypeFont font, Ink ink, double strength, double turn)
    {
        if (!outlines.TryGetValue((font, character), out var contours)) outlines.Add((font, character), contours = font.OutlineOf(character));
        var unit = Size(points) / font.UnitsPerEm;
        var (sin, cos) = Math.SinCos(turn);
        Shape(contours.Select(contour => Curves.Flatten(contour).Select(point => (x + unit * (point.X * cos + point.Y * sin), y + unit * (point.X * sin - point.Y * cos)))), ink, strength);
    }

    public void Line(double fromX, double fromY, double toX, double toY, double width, Ink ink = Ink.Black, double strength = 1)
    {
        var (dx, dy) = (toX - fromX, toY - fromY);
        var length = Math.Sqrt(dx * dx + dy * dy);
        var (nx, ny) = (-dy / length * width / 2, dx / length * width / 2);
        Shape([[(fromX + nx, fromY + ny), (toX + nx, toY + ny), (toX - nx, toY - ny), (fromX - nx, fromY - ny)]], ink, strength);
    }

    public void Area(double x, double y, double width, double height, Ink ink, double strength) =>
        Shape([[(x, y), (x + width, y), (x + width, y + height), (x, y + height)]], ink, strength);

    public void Frame(double x, double y, double width, double height, double line, Ink ink = Ink.Black, double strength = 1)
    {
        Line(x, y, x + width, y, line, ink, strength);
        Line(x, y + height, x + width, y + height, line, ink, strength);
        Line(x, y, x, y + height, line, ink, strength);
        Line(x + width, y, x + width, y + height, line, ink, strength);
    }

    public void Ring(double x, double y, double radius, double line, Ink ink, double strength = 1) =>
        Shape([Curves.Circle(x, y, radius), Curves.Circle(x, y, radius - line).Reverse()], ink, strength);

    /// <summary>Fills closed outlines, in millimetres.</summary>
    public void Shape(IEnumerable<IEnumerable<(double X, double Y)>> contours, Ink ink, double strength = 1) => Fill(contours, ink, strength);

    /// <param name="ink">Null: what is under the paper.</param>
    private void Fill(IEnumerable<IEnumerable<(double X, double Y)>> contours, Ink? ink, double strength)
    {
        var placed = contours.Select(contour => contour.Select(Place).ToList()).Where(contour => contour.Count > 2).ToList();
        if (placed.Count == 0) return;
        var all = placed.SelectMany(contour => contour).ToList();
        coverage.Begin(all.Min(point => point.X), all.Min(point => point.Y), all.Max(point => point.X), all.Max(point => point.Y), pixelsWide, pixelsHigh);
        foreach (var contour in placed)
        {
            var last = contour[^1];
            foreach (var point in contour)
            {
                coverage.Edge(last.X, last.Y, point.X, point.Y);
                last = point;
            }
        }

        for (var y = 0; y < coverage.Height; y++) Blend(coverage.Top + y, y, ink, strength);
    }

    private static double Size(double points) => points * 25.4 / 72;

    private (double X, double Y) Place((double X, double Y) point)
    {
        var (sin, cos) = Math.SinCos(Skew);
        var (x, y) = (point.X - Width / 2, point.Y - Height / 2);
        return ((x * cos - y * sin + Width / 2) * scale, (x * sin + y * cos + Height / 2) * scale);
    }

    /// <summary>The stronger one stays, so that a stamp does not hide what it was set upon.</summary>
    private void Blend(int y, int of, Ink? ink, double strength)
    {
        coverage.Row(of, row, out var count);
        var start = y * pixelsWide + coverage.Left;
        for (var i = 0; i < count; i++)
        {
            // A hair more: an area of half a step is one level, and not now this and now that.
            var level = (int)Math.Round(row[i] * strength * Strengths + 0.001);
            if (level == 0) continue;
            if (ink is null)
            {
                if (level > Strengths / 2) pixels[start + i] = Bed;
                continue;
            }

            var there = pixels[start + i];
            if (there < 16 || (there & 15) <= level) pixels[start + i] = (byte)((int)ink << 4 | level);
        }
    }

    /// <summary>
    /// Paper is never one colour. The grain of a row is a piece of one long strip: quickly laid, and it keeps the file small. The
    /// scanner's bed shows where the paper, lying askew, leaves a corner free.
    /// </summary>
    private void Lay()
    {
        var strip = new byte[4096 + pixelsWide];
        for (var i = 0; i < strip.Length; i++) strip[i] = (byte)(Chance.Below(12) switch { 0 => 1, 1 => 2, 2 => 3, _ => 0 });
        for (var y = 0; y < pixelsHigh; y++) strip.AsSpan(Chance.Below(4096), pixelsWide).CopyTo(pixels.AsSpan(y * pixelsWide, pixelsWide));
        (double X, double Y)[] corners = [(0, 0), (Width, 0), (Width, Height), (0, Height)];
        foreach (var (edge, (outX, outY)) in Outwards.Index())
        {
            var (from, to) = (corners[edge], corners[(edge + 1) % 4]);
            Fill([[from, to, (to.X + outX, to.Y + outY), (from.X + outX, from.Y + outY)]], null, 1);
        }
    }

    private byte[] Palette()
    {
        var palette = new byte[Inks.Length * 16 * 3];
        void Set(int index, double r, double g, double b) => (palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]) = (Byte(r), Byte(g), Byte(b));
        foreach (var (index, shade) in ((int, double)[])[(0, 0), (1, -5), (2, 4), (3, -2)]) Set(index, paper.R + shade, paper.G + shade, paper.B + shade);
        Set(Bed, 214, 216, 218);
        for (var ink = 1; ink < Inks.Length; ink++)
        {
            for (var level = 1; level <= Strengths; level++)
            {
                var part = level / (double)Strengths;
                double Mix(byte over, byte under) => over * part + under * (1 - part);
                Set(ink * 16 + level, Mix(Inks[ink].R, paper.R), Mix(Inks[ink].G, paper.G), Mix(Inks[ink].B, paper.B));
            }
        }

        return palette;
    }

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
