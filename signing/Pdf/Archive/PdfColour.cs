using System.Globalization;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>A colour in sRGB, as the output intent defines DeviceRGB.</summary>
public readonly record struct PdfColour(byte Red, byte Green, byte Blue)
{
    public static readonly PdfColour Black = new(0, 0, 0);
    public static readonly PdfColour White = new(255, 255, 255);

    /// <summary>Reads <c>#1F4E79</c>.</summary>
    public static PdfColour Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is not ['#', ..] || text.Length != 7) throw new FormatException($"not a colour: {text}");
        byte Part(int at) => byte.Parse(text.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new PdfColour(Part(1), Part(3), Part(5));
    }
}
