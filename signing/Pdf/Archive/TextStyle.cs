using System.Text;
using ECopy.Signing.Pdf.Fonts;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>How a text is set: size in points, tracking in thousandths of the size.</summary>
public sealed record TextStyle(TrueTypeFont Font, double Size, PdfColour Colour, int Tracking = 0)
{
    /// <summary>The width of a text in millimetres, exactly as it will be drawn.</summary>
    public double Width(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        long thousandths = 0;
        Rune? last = null;
        foreach (var character in text.EnumerateRunes())
        {
            thousandths += Before(last, character) + FontSubset.Width(Font, character);
            last = character;
        }

        return thousandths * Size / 1000 / MillimetreBox.Points;
    }

    /// <summary>What lies between a character and the one before it, in thousandths of the size.</summary>
    internal int Before(Rune? last, Rune character) => last is { } left ? FontSubset.Kerning(Font, left, character) + Tracking : 0;
}

/// <summary>Which point of a text its x names.</summary>
public enum TextAlign
{
    Left,
    Centre,
    Right,
}
