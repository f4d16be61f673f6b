using ECopy.Signing.Pdf.Fonts;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Curves as the short straight pieces that are filled.</summary>
internal static class Curves
{
    private const int Pieces = 4;
    private const int CirclePieces = 72;

    /// <summary>A TrueType contour: two control points in a row have a point of the curve halfway between them.</summary>
    public static IEnumerable<(double X, double Y)> Flatten(IReadOnlyList<OutlinePoint> contour)
    {
        if (contour.Count < 2) yield break;
        var first = contour.ToList().FindIndex(point => point.IsOnCurve);
        var at = first < 0 ? Middle(contour[0], contour[^1]) : contour[first];
        var start = first < 0 ? 0 : first + 1;
        OutlinePoint? control = null;
        for (var i = 0; i < contour.Count; i++)
        {
            var next = contour[(start + i) % contour.Count];
            if (next.IsOnCurve)
            {
                foreach (var point in Piece(at, control, next)) yield return point;
                (at, control) = (next, null);
            }
            else
            {
                if (control is { } earlier)
                {
                    var middle = Middle(earlier, next);
                    foreach (var point in Piece(at, earlier, middle)) yield return point;
                    at = middle;
                }

                control = next;
            }
        }

        if (control is { } last)
        {
            foreach (var point in Piece(at, last, first < 0 ? Middle(contour[0], contour[^1]) : contour[first])) yield return point;
        }
    }

    public static IEnumerable<(double X, double Y)> Circle(double x, double y, double radius) =>
        Enumerable.Range(0, CirclePieces).Select(i => (x + radius * Math.Cos(2 * Math.PI * i / CirclePieces), y + radius * Math.Sin(2 * Math.PI * i / CirclePieces)));

    private static OutlinePoint Middle(OutlinePoint one, OutlinePoint other) => new((one.X + other.X) / 2, (one.Y + other.Y) / 2, true);

    private static IEnumerable<(double X, double Y)> Piece(OutlinePoint from, OutlinePoint? control, OutlinePoint to)
    {
        if (control is { } over)
        {
            for (var i = 1; i < Pieces; i++)
            {
                var (t, u) = (i / (double)Pieces, 1 - i / (double)Pieces);
                yield return (u * u * from.X + 2 * u * t * over.X + t * t * to.X, u * u * from.Y + 2 * u * t * over.Y + t * t * to.Y);
            }
        }

        yield return (to.X, to.Y);
    }
}
