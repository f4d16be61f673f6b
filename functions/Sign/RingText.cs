using System.Text;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Sign;

/// <summary>
/// Lettering of a seal, as outlines: it belongs to a picture, so it must not be found among the words of the statement.
/// The caller fills the path.
/// </summary>
internal static class RingText
{
    /// <summary>Clockwise over the top, letters standing outwards on a circle of this radius.</summary>
    public static void Over(PdfCanvas canvas, double x, double y, double radius, string text, TextStyle style, double mostDegrees) =>
        Around(canvas, x, y, radius, text, style, mostDegrees, isOver: true);

    /// <summary>Along the bottom, readable from left to right, feet of the letters outwards.</summary>
    public static void Under(PdfCanvas canvas, double x, double y, double radius, string text, TextStyle style, double mostDegrees) =>
        Around(canvas, x, y, radius, text, style, mostDegrees, isOver: false);

    /// <summary>Straight, centred on x; y is the baseline.</summary>
    public static void Flat(PdfCanvas canvas, double x, double y, string text, TextStyle style)
    {
        var left = x - style.Width(text) / 2;
        foreach (var (character, offset) in Offsets(text, style)) canvas.Outline(left + offset, y, character, style, 0);
    }

    private static void Around(PdfCanvas canvas, double x, double y, double radius, string text, TextStyle style, double mostDegrees, bool isOver)
    {
        var most = mostDegrees * Math.PI / 180 * radius;
        if (style.Width(text) > most) style = style with { Size = style.Size * most / style.Width(text) };
        var start = -style.Width(text) / 2;
        foreach (var (character, offset) in Offsets(text, style))
        {
            // Each letter stands upright at the middle of its own width.
            var half = style.Width(character.ToString()) / 2;
            var angle = (start + offset + half) / radius;
            var (sin, cos) = Math.SinCos(angle);
            var (footX, footY) = isOver ? (x + radius * sin, y - radius * cos) : (x + radius * sin, y + radius * cos);
            var turn = isOver ? angle : -angle;
            canvas.Outline(footX - half * Math.Cos(turn), footY - half * Math.Sin(turn), character, style, turn * 180 / Math.PI);
        }
    }

    private static IEnumerable<(Rune Character, double Offset)> Offsets(string text, TextStyle style)
    {
        var length = 0;
        foreach (var character in text.EnumerateRunes())
        {
            var next = length + character.Utf16SequenceLength;
            yield return (character, style.Width(text[..next]) - style.Width(character.ToString()));
            length = next;
        }
    }
}
