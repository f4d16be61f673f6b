namespace ECopy.Signing.Pdf.Fonts;

/// <summary>A point of a TrueType contour in font units.</summary>
public readonly record struct OutlinePoint(double X, double Y, bool IsOnCurve);

/// <summary>
/// Contours of a glyph (OpenType, glyf), components put in their places: for lettering that is a drawing, such as the
/// ring of a seal, and must not turn up among the words of the page.
/// </summary>
internal static class GlyphOutline
{
    private const int MaxDepth = 8;

    public static List<OutlinePoint[]> Read(TrueTypeFont font, int glyph)
    {
        var contours = new List<OutlinePoint[]>();
        Add(font, glyph, (1, 0, 0, 1, 0, 0), contours, MaxDepth);
        return contours;
    }

    private static void Add(TrueTypeFont font, int glyph, (double A, double B, double C, double D, double E, double F) place, List<OutlinePoint[]> contours, int depth)
    {
        var body = font.Glyph(glyph);
        if (body.Length == 0) return;
        if (depth == 0) throw new FontFormatException("components too deep");
        if (body.Int16(0) >= 0) AddSimple(body, place, contours);
        else AddComposite(font, body, place, contours, depth);
    }

    private static void AddSimple(FontBytes body, (double A, double B, double C, double D, double E, double F) place, List<OutlinePoint[]> contours)
    {
        int count = body.Int16(0), at = 10 + 2 * count;
        if (count == 0) return;
        var points = body.UInt16(at - 2) + 1;
        at += 2 + body.UInt16(at);
        var flags = new byte[points];
        for (var i = 0; i < points;)
        {
            var flag = body.Byte(at++);
            var repeat = (flag & 8) != 0 ? body.Byte(at++) : 0;
            for (var n = 0; n <= repeat && i < points; n++) flags[i++] = flag;
        }

        var xs = Coordinates(body, flags, ref at, isShort: 2, sameOrPositive: 16);
        var ys = Coordinates(body, flags, ref at, isShort: 4, sameOrPositive: 32);
        for (int i = 0, start = 0; i < count; i++)
        {
            var end = body.UInt16(10 + 2 * i);
            if (end < start || end >= points) throw new FontFormatException("contour ends");
            var contour = new OutlinePoint[end - start + 1];
            for (var n = start; n <= end; n++)
            {
                contour[n - start] = new OutlinePoint(
                    place.A * xs[n] + place.C * ys[n] + place.E,
                    place.B * xs[n] + place.D * ys[n] + place.F,
                    (flags[n] & 1) != 0);
            }

            contours.Add(contour);
            start = end + 1;
        }
    }

    private static int[] Coordinates(FontBytes body, byte[] flags, ref int at, int isShort, int sameOrPositive)
    {
        var found = new int[flags.Length];
        var value = 0;
        for (var i = 0; i < flags.Length; i++)
        {
            if ((flags[i] & isShort) != 0) value += (flags[i] & sameOrPositive) != 0 ? body.Byte(at++) : -body.Byte(at++);
            else if ((flags[i] & sameOrPositive) == 0)
            {
                value += body.Int16(at);
                at += 2;
            }

            found[i] = value;
        }

        return found;
    }

    private static void AddComposite(TrueTypeFont font, FontBytes body, (double A, double B, double C, double D, double E, double F) place, List<OutlinePoint[]> contours, int depth)
    {
        foreach (var position in SubsetWriter.ComponentPositions(body.Memory.ToArray()))
        {
            var flags = body.UInt16(position - 2);
            var areWords = (flags & 1) != 0;
            // Components matched by points instead of offsets (flag 2 absent) are not found in fonts of this kind.
            if ((flags & 2) == 0) throw new FontFormatException("component placed by points");
            double dx = areWords ? body.Int16(position + 2) : body.SByte(position + 2);
            double dy = areWords ? body.Int16(position + 4) : body.SByte(position + 3);
            var at = position + (areWords ? 6 : 4);
            double Scale(int index) => body.Int16(at + 2 * index) / 16384.0;
            var (a, b, c, d) = (flags & 0x08) != 0 ? (Scale(0), 0, 0, Scale(0))
                : (flags & 0x40) != 0 ? (Scale(0), 0, 0, Scale(1))
                : (flags & 0x80) != 0 ? (Scale(0), Scale(1), Scale(2), Scale(3))
                : (1.0, 0.0, 0.0, 1.0);
            var inner = (
                place.A * a + place.C * b,
                place.B * a + place.D * b,
                place.A * c + place.C * d,
                place.B * c + place.D * d,
                place.A * dx + place.C * dy + place.E,
                place.B * dx + place.D * dy + place.F);
            Add(font, body.UInt16(position), inner, contours, depth - 1);
        }
    }
}
