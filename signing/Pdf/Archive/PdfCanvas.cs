using System.Globalization;
using System.Text;
using ECopy.Signing.Pdf.Fonts;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>
/// Draws one page or one form: millimetres from the top left corner, sizes of letters in points. Keeps the content
/// stream and the resources that it names.
/// </summary>
public sealed class PdfCanvas
{
    private readonly DocumentFonts fonts;
    private readonly StringBuilder content = new();
    private readonly StringBuilder path = new();
    private readonly OrderedDictionary<PdfReference, string> fontNames = [];
    private readonly OrderedDictionary<PdfReference, string> objectNames = [];
    private readonly OrderedDictionary<(double Opacity, bool Multiplies), string> states = [];

    internal PdfCanvas(double width, double height, DocumentFonts fonts)
    {
        Width = width;
        Height = height;
        this.fonts = fonts;
    }

    public double Width { get; }

    public double Height { get; }

    /// <summary>Whether something on it lets through what lies under it; the page then states its blending space (11.6.6).</summary>
    public bool IsBlended { get; set; }

    public void Save() => content.Append("q\n");

    public void Restore() => content.Append("Q\n");

    /// <summary>Opacity of all that follows, up to <see cref="Restore"/>; multiplying darkens like ink on ink.</summary>
    public void Opacity(double opacity, bool multiplies = false)
    {
        IsBlended = true;
        if (!states.TryGetValue((opacity, multiplies), out var name)) states.Add((opacity, multiplies), name = $"G{states.Count + 1}");
        Append($"/{name} gs\n");
    }

    public void MoveTo(double x, double y) => Path("m", X(x), Y(y));

    public void LineTo(double x, double y) => Path("l", X(x), Y(y));

    public void CurveTo(double x1, double y1, double x2, double y2, double x3, double y3) =>
        Path("c", X(x1), Y(y1), X(x2), Y(y2), X(x3), Y(y3));

    public void ClosePath() => Path("h");

    /// <summary>Adds a rectangle to the path.</summary>
    public void Rectangle(MillimetreBox box) =>
        Path("re", X(box.X), Y(box.Bottom), box.Width * MillimetreBox.Points, box.Height * MillimetreBox.Points);

    /// <summary>Adds a circle to the path.</summary>
    public void Circle(double x, double y, double radius)
    {
        // Four Bézier arcs; this length of the handles is off by 0.03 % at most.
        var handle = radius * 0.5522847498;
        MoveTo(x + radius, y);
        CurveTo(x + radius, y + handle, x + handle, y + radius, x, y + radius);
        CurveTo(x - handle, y + radius, x - radius, y + handle, x - radius, y);
        CurveTo(x - radius, y - handle, x - handle, y - radius, x, y - radius);
        CurveTo(x + handle, y - radius, x + radius, y - handle, x + radius, y);
        ClosePath();
    }

    /// <summary>Fills the path by the non-zero winding rule and begins a new one.</summary>
    public void Fill(PdfColour colour)
    {
        Colour(colour, "rg");
        Paint("f\n");
    }

    /// <summary>Strokes the path and begins a new one.</summary>
    public void Stroke(PdfColour colour, double width)
    {
        Colour(colour, "RG");
        Operator("w", width * MillimetreBox.Points);
        Paint("S\n");
    }

    /// <summary>A straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, PdfColour colour, double width)
    {
        MoveTo(x1, y1);
        LineTo(x2, y2);
        Stroke(colour, width);
    }

    /// <summary>A picture that fills the box, turned as its EXIF orientation says.</summary>
    public void Image(PdfReference reference, ScanImage image, MillimetreBox box)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (a, b, c, d, e, f) = image.OrientationMatrix;
        double width = box.Width * MillimetreBox.Points, height = box.Height * MillimetreBox.Points;
        Save();
        Operator("cm", a * width, b * height, c * width, d * height, X(box.X) + e * width, Y(box.Bottom) + f * height);
        Append($"/{ObjectName(reference)} Do\n");
        Restore();
    }

    /// <summary>A line of text; <paramref name="y"/> is its baseline.</summary>
    public void Text(double x, double y, string text, TextStyle style, TextAlign align = TextAlign.Left)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(style);
        if (text.Length == 0) return;
        var subset = fonts.Of(style.Font);
        if (!fontNames.TryGetValue(subset.Reference, out var name)) fontNames.Add(subset.Reference, name = $"F{fontNames.Count + 1}");
        var left = align switch
        {
            TextAlign.Centre => x - style.Width(text) / 2,
            TextAlign.Right => x - style.Width(text),
            _ => x,
        };
        Colour(style.Colour, "rg");
        Append($"BT /{name} {Number(style.Size)} Tf {Number(X(left))} {Number(Y(y))} Td [");
        Show(text, style, subset);
        content.Append("] TJ ET\n");
    }

    /// <summary>
    /// Adds the outlines of one character to the path, its origin at (<paramref name="x"/>, <paramref name="y"/>),
    /// turned clockwise. Lettering drawn so is a picture: not found by search.
    /// </summary>
    public void Outline(double x, double y, Rune character, TextStyle style, double degrees)
    {
        ArgumentNullException.ThrowIfNull(style);
        var scale = style.Size / style.Font.UnitsPerEm / MillimetreBox.Points;
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        (double X, double Y) Place(double px, double py) =>
            (x + scale * (px * cos + py * sin), y + scale * (px * sin - py * cos));
        foreach (var contour in GlyphOutline.Read(style.Font, style.Font.GlyphOf(character))) Contour(contour, Place);
    }

    internal PdfDictionary Resources()
    {
        var resources = new PdfDictionary();
        if (fontNames.Count > 0) resources["Font"] = Named(fontNames);
        if (objectNames.Count > 0) resources["XObject"] = Named(objectNames);
        if (states.Count == 0) return resources;
        var named = new PdfDictionary();
        foreach (var ((opacity, multiplies), name) in states)
        {
            named[name] = new PdfDictionary
            {
                ["Type"] = new PdfName("ExtGState"),
                ["BM"] = new PdfName(multiplies ? "Multiply" : "Normal"),
                ["CA"] = new PdfReal(opacity),
                ["ca"] = new PdfReal(opacity),
            };
        }

        resources["ExtGState"] = named;
        return resources;
    }

    internal byte[] Content() => Encoding.ASCII.GetBytes(content.ToString());

    private static PdfDictionary Named(OrderedDictionary<PdfReference, string> names)
    {
        var dictionary = new PdfDictionary();
        foreach (var (reference, name) in names) dictionary[name] = reference;
        return dictionary;
    }

    private static double X(double millimetres) => millimetres * MillimetreBox.Points;

    private double Y(double millimetres) => (Height - millimetres) * MillimetreBox.Points;

    private static string Number(double value) => PdfSerializer.Number(Math.Round(value, 3));

    private string ObjectName(PdfReference reference)
    {
        if (!objectNames.TryGetValue(reference, out var name)) objectNames.Add(reference, name = $"X{objectNames.Count + 1}");
        return name;
    }

    /// <summary>Codes in hex, with a number in between wherever kerning or tracking moves the next character (9.4.3).</summary>
    private void Show(string text, TextStyle style, FontSubset subset)
    {
        var isOpen = false;
        Rune? last = null;
        foreach (var character in text.EnumerateRunes())
        {
            var moved = style.Before(last, character);
            if (moved != 0)
            {
                if (isOpen) content.Append('>');
                content.Append(Number(-moved));
                isOpen = false;
            }

            if (!isOpen) content.Append('<');
            isOpen = true;
            content.Append(subset.Encode(character).ToString("X4", CultureInfo.InvariantCulture));
            last = character;
        }

        content.Append('>');
    }

    /// <summary>Quadratic contours to cubic curves; between two control points lies an implied point (OpenType, glyf).</summary>
    private void Contour(OutlinePoint[] points, Func<double, double, (double X, double Y)> place)
    {
        if (points.Length < 2) return;
        static OutlinePoint Middle(OutlinePoint a, OutlinePoint b) => new((a.X + b.X) / 2, (a.Y + b.Y) / 2, true);
        var first = Array.FindIndex(points, p => p.IsOnCurve);
        var start = first >= 0 ? points[first] : Middle(points[^1], points[0]);
        var (current, control) = (start, (OutlinePoint?)null);
        var origin = place(start.X, start.Y);
        MoveTo(origin.X, origin.Y);
        for (var i = 1; i <= points.Length; i++)
        {
            var next = i == points.Length && first >= 0 ? start : points[(first + i) % points.Length];
            if (next.IsOnCurve)
            {
                Segment(current, control, next, place);
                (current, control) = (next, null);
                continue;
            }

            if (control is { } previous)
            {
                var middle = Middle(previous, next);
                Segment(current, previous, middle, place);
                current = middle;
            }

            control = next;
        }

        if (control is not null) Segment(current, control, start, place);
        ClosePath();
    }

    private void Segment(OutlinePoint from, OutlinePoint? control, OutlinePoint to, Func<double, double, (double X, double Y)> place)
    {
        var end = place(to.X, to.Y);
        if (control is not { } c)
        {
            LineTo(end.X, end.Y);
            return;
        }

        var one = place(from.X + (c.X - from.X) * 2 / 3, from.Y + (c.Y - from.Y) * 2 / 3);
        var two = place(to.X + (c.X - to.X) * 2 / 3, to.Y + (c.Y - to.Y) * 2 / 3);
        CurveTo(one.X, one.Y, two.X, two.Y, end.X, end.Y);
    }

    private void Colour(PdfColour colour, string name) => Operator(name, colour.Red / 255.0, colour.Green / 255.0, colour.Blue / 255.0);

    private void Operator(string name, params ReadOnlySpan<double> numbers)
    {
        foreach (var number in numbers) content.Append(Number(number)).Append(' ');
        content.Append(name).Append('\n');
    }

    private void Path(string name, params ReadOnlySpan<double> numbers)
    {
        foreach (var number in numbers) path.Append(Number(number)).Append(' ');
        path.Append(name).Append('\n');
    }

    /// <summary>Nothing but path operators may stand between a path and its painting (8.2, figure 9), so the path waits.</summary>
    private void Paint(string name)
    {
        content.Append(path).Append(name);
        path.Clear();
    }

    private void Append(FormattableString text) => content.Append(text.ToString(CultureInfo.InvariantCulture));
}
