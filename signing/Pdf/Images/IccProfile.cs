using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// A colour profile found in a picture, kept only if an ICCBased space may use it (ISO 19005-2, 6.2.4.2): version 2 or 4,
/// RGB or grey, a class that describes colours, a tag table that stays inside.
/// </summary>
internal sealed class IccProfile
{
    public const int MaxLength = 4 << 20;
    private const int HeaderLength = 128;
    private readonly byte[] profile;

    private IccProfile(byte[] profile, int components)
    {
        this.profile = profile;
        Components = components;
    }

    public int Components { get; }

    public static IccProfile? Read(byte[] profile)
    {
        if (profile.Length is < HeaderLength + 4 or > MaxLength) return null;
        var header = profile.AsSpan();
        if (BinaryPrimitives.ReadUInt32BigEndian(header) != profile.Length || header[8] is not (2 or 4)) return null;
        if (!header[36..40].SequenceEqual("acsp"u8)) return null;
        var kind = header[12..16];
        if (!kind.SequenceEqual("mntr"u8) && !kind.SequenceEqual("scnr"u8) && !kind.SequenceEqual("prtr"u8) && !kind.SequenceEqual("spac"u8)) return null;
        var space = header[16..20];
        var components = space.SequenceEqual("RGB "u8) ? 3 : space.SequenceEqual("GRAY"u8) ? 1 : 0;
        var connection = header[20..24];
        if (components == 0 || !connection.SequenceEqual("XYZ "u8) && !connection.SequenceEqual("Lab "u8)) return null;
        return HasItsTags(header, components) ? new IccProfile(profile, components) : null;
    }

    public PdfReference AddTo(IPdfObjectSink sink) => sink.Add(FlateStreams.Compress(
        new PdfDictionary
        {
            ["N"] = new PdfInteger(Components),
            ["Alternate"] = new PdfName(Components == 1 ? "DeviceGray" : "DeviceRGB"),
        },
        profile));

    private static bool HasItsTags(ReadOnlySpan<byte> profile, int components)
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(profile[HeaderLength..]);
        if (count is 0 or > 200 || HeaderLength + 4 + count * 12 > profile.Length) return false;
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var entry = profile[(HeaderLength + 4 + 12 * i)..];
            var offset = BinaryPrimitives.ReadUInt32BigEndian(entry[4..]);
            var length = BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
            if (offset < HeaderLength || length < 8 || offset + (ulong)length > (ulong)profile.Length) return false;
            found.Add(System.Text.Encoding.Latin1.GetString(entry[..4]));
        }

        if (!found.Contains("wtpt")) return false;
        return found.Contains("A2B0")
            || (components == 1 ? found.Contains("kTRC") : found.IsSupersetOf(["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"]));
    }
}
