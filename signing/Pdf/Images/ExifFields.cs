using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// The two facts that a copy needs from EXIF: which way up, and how many dots per inch. EXIF itself never reaches the
/// copy, so a damaged block only means that nothing is known.
/// </summary>
internal sealed record ExifFields(int Orientation, ImageDensity? Density)
{
    private const int MaxEntries = 512;

    public static ExifFields? Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return null;
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8)) return null;
        var start = UInt32(tiff, 4, little);
        if (start is null || start > tiff.Length - 2) return null;
        var at = (int)start;
        var count = Math.Min((int)(UInt16(tiff, at, little) ?? 0), MaxEntries);
        int orientation = 1, unit = 2;
        double? x = null, y = null;
        for (var i = 0; i < count; i++)
        {
            var entry = at + 2 + 12 * i;
            if (entry > tiff.Length - 12) break;
            switch (UInt16(tiff, entry, little))
            {
                case 0x0112 when UInt16(tiff, entry + 8, little) is >= 1 and <= 8 and var value: orientation = value; break;
                case 0x011A: x = Rational(tiff, entry, little); break;
                case 0x011B: y = Rational(tiff, entry, little); break;
                case 0x0128: unit = UInt16(tiff, entry + 8, little) ?? 2; break;
            }
        }

        var inches = unit == 3 ? 2.54 : 1;
        var density = x is null || y is null ? null : ImageDensity.Of(x.Value * inches, y.Value * inches, unit is 2 or 3);
        return new ExifFields(orientation, density);
    }

    private static ushort? UInt16(ReadOnlySpan<byte> tiff, int at, bool little) =>
        at < 0 || at > tiff.Length - 2 ? null
        : little ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);

    private static uint? UInt32(ReadOnlySpan<byte> tiff, int at, bool little) =>
        at < 0 || at > tiff.Length - 4 ? null
        : little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[at..]);

    private static double? Rational(ReadOnlySpan<byte> tiff, int entry, bool little)
    {
        var at = UInt32(tiff, entry + 8, little);
        if (at is null || at > tiff.Length - 8) return null;
        var numerator = UInt32(tiff, (int)at, little);
        var denominator = UInt32(tiff, (int)at + 4, little);
        return numerator is null || denominator is null or 0 ? null : (double)numerator / denominator;
    }
}
