using System.Buffers.Binary;
using System.Text;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>
/// An ICC profile (version 2.1, display, matrix and curves) of sRGB, built from the numbers of IEC 61966-2-1: nobody's
/// work but ours, so its licence is ours.
/// </summary>
internal static class SrgbProfile
{
    private const int CurvePoints = 1024;

    public static byte[] Build()
    {
        var curve = Curve();
        (string Tag, byte[] Body)[] tags =
        [
            ("desc", Description("sRGB IEC61966-2.1 (ECopy)")),
            ("cprt", Text("Public domain")),
            ("wtpt", Xyz(0.9642, 1.0, 0.8249)),
            // Primaries of ITU-R BT.709 under D65, adapted to D50 by Bradford (ICC.1:2001-04, annex E).
            ("rXYZ", Xyz(0.43607, 0.22249, 0.01392)),
            ("gXYZ", Xyz(0.38515, 0.71687, 0.09708)),
            ("bXYZ", Xyz(0.14307, 0.06061, 0.71410)),
            ("rTRC", curve),
            ("gTRC", curve),
            ("bTRC", curve),
        ];
        return Assemble(tags);
    }

    private static byte[] Assemble((string Tag, byte[] Body)[] tags)
    {
        var offset = 132 + 12 * tags.Length;
        var places = new Dictionary<byte[], int>(ReferenceEqualityComparer.Instance);
        foreach (var (_, body) in tags)
            if (places.TryAdd(body, offset)) offset += body.Length + 3 & ~3;
        var profile = new byte[offset];
        var span = profile.AsSpan();
        Header(span);
        BinaryPrimitives.WriteInt32BigEndian(span[128..], tags.Length);
        for (var i = 0; i < tags.Length; i++)
        {
            var (tag, body) = tags[i];
            var entry = span[(132 + 12 * i)..];
            Encoding.ASCII.GetBytes(tag, entry);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], places[body]);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], body.Length);
            body.CopyTo(span[places[body]..]);
        }

        return profile;
    }

    private static void Header(Span<byte> header)
    {
        BinaryPrimitives.WriteInt32BigEndian(header, header.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], 0x02100000);
        "mntrRGB XYZ "u8.CopyTo(header[12..]);
        // A fixed date: the profile never changes.
        ReadOnlySpan<ushort> date = [2026, 1, 1, 0, 0, 0];
        for (var i = 0; i < date.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(header[(24 + 2 * i)..], date[i]);
        "acsp"u8.CopyTo(header[36..]);
        Fixed(header[68..], 0.9642);
        Fixed(header[72..], 1.0);
        Fixed(header[76..], 0.8249);
    }

    private static byte[] Description(string text)
    {
        // textDescriptionType: ASCII with its zero, no Unicode, and 67 bytes of empty script code.
        var body = new byte[12 + text.Length + 1 + 8 + 3 + 67];
        "desc"u8.CopyTo(body);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(8), text.Length + 1);
        Encoding.ASCII.GetBytes(text, body.AsSpan(12));
        return body;
    }

    private static byte[] Text(string text) => [.. "text\0\0\0\0"u8, .. Encoding.ASCII.GetBytes(text), 0];

    private static byte[] Xyz(double x, double y, double z)
    {
        var body = new byte[20];
        "XYZ "u8.CopyTo(body);
        Fixed(body.AsSpan(8), x);
        Fixed(body.AsSpan(12), y);
        Fixed(body.AsSpan(16), z);
        return body;
    }

    private static byte[] Curve()
    {
        var body = new byte[12 + 2 * CurvePoints];
        "curv"u8.CopyTo(body);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(8), CurvePoints);
        for (var i = 0; i < CurvePoints; i++)
        {
            var value = i / (CurvePoints - 1.0);
            var linear = value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(12 + 2 * i), (ushort)Math.Round(linear * 65535));
        }

        return body;
    }

    private static void Fixed(Span<byte> target, double value) => BinaryPrimitives.WriteInt32BigEndian(target, (int)Math.Round(value * 65536));
}
