using System.Buffers.Binary;
using System.Text;

namespace ECopy.TestKit;

/// <summary>JPEG and PNG files in every variant that a scanner or camera makes, and ways to change their bytes.</summary>
public static class PictureFiles
{
    private const int Width = 61, Height = 47;

    /// <summary>Variants that must be carried into a copy.</summary>
    public static IReadOnlyList<(string Name, byte[] File)> Good { get; } =
    [
        ("jpeg-rgb-444", Jpeg("-sampling-factor", "4:4:4")),
        ("jpeg-rgb-420", Jpeg("-sampling-factor", "4:2:0")),
        ("jpeg-rgb-422", Jpeg("-sampling-factor", "4:2:2")),
        ("jpeg-grey", Jpeg("-colorspace", "Gray")),
        ("jpeg-rgb-progressive", Jpeg("-interlace", "JPEG")),
        ("jpeg-grey-progressive", Jpeg("-colorspace", "Gray", "-interlace", "JPEG")),
        ("jpeg-plain-rgb", Jpeg("-define", "jpeg:colorspace=RGB", "-sampling-factor", "4:4:4")),
        .. Enumerable.Range(1, 8).Select(o => ($"jpeg-exif-{o}", WithExif(Jpeg("-sampling-factor", "4:4:4"), o))),
        ("png-grey-1", Png(0, 1, "-colorspace", "Gray", "-threshold", "50%")),
        ("png-grey-2", Png(0, 2, "-colorspace", "Gray", "-posterize", "4")),
        ("png-grey-4", Png(0, 4, "-colorspace", "Gray", "-posterize", "16")),
        ("png-grey-8", Png(0, 8, "-colorspace", "Gray")),
        ("png-grey-16", Png(0, 16, "-colorspace", "Gray")),
        ("png-rgb-8", Png(2, 8)),
        ("png-rgb-16", Png(2, 16)),
        ("png-palette-1", Png(3, 1, "-colors", "2")),
        ("png-palette-2", Png(3, 2, "-colors", "4")),
        ("png-palette-4", Png(3, 4, "-colors", "16")),
        ("png-palette-8", Png(3, 8, "-colors", "200")),
        ("png-palette-transparent", Png(3, 8, "-transparent", "#C01020", "-colors", "64")),
        ("png-rgb-transparent-colour", Png(2, 8, "-colors", "6", "-transparent", "#C01020")),
        ("png-grey-alpha-8", Png(4, 8, ["-colorspace", "Gray", .. Alpha])),
        ("png-grey-alpha-16", Png(4, 16, ["-colorspace", "Gray", .. Alpha])),
        ("png-rgba-8", Png(6, 8, Alpha)),
        ("png-rgba-16", Png(6, 16, Alpha)),
        ("png-rgba-opaque", Png(6, 8, "-alpha", "set")),
        ("png-interlaced-rgb", Png(2, 8, "-interlace", "PNG")),
        ("png-interlaced-rgb-16", Png(2, 16, "-interlace", "PNG")),
        ("png-interlaced-rgba", Png(6, 8, [.. Alpha, "-interlace", "PNG"])),
        ("png-interlaced-grey-1", Png(0, 1, "-colorspace", "Gray", "-threshold", "50%", "-interlace", "PNG")),
        ("png-interlaced-palette", Png(3, 4, "-colors", "16", "-interlace", "PNG")),
        .. ((int[])[3, 6, 8]).Select(o => ($"png-exif-{o}", WithChunk(Png(2, 8), "eXIf", Exif(o)))),
    ];

    private static string[] Alpha => ["(", "-size", $"{Width}x{Height}", "radial-gradient:white-black", ")", "-alpha", "off", "-compose", "CopyOpacity", "-composite"];

    /// <summary>A small TIFF block: orientation, 300 dpi, a camera's name, and a GPS directory that must never get out.</summary>
    public static byte[] Exif(int orientation)
    {
        var block = new byte[200];
        "MM\0*"u8.CopyTo(block);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(8), 6);
        void Entry(int index, ushort tag, ushort type, uint count, uint value)
        {
            var entry = block.AsSpan(10 + 12 * index);
            BinaryPrimitives.WriteUInt16BigEndian(entry, tag);
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], type);
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], count);
            BinaryPrimitives.WriteUInt32BigEndian(entry[8..], value);
        }

        Entry(0, 0x0110, 2, 16, 100);
        Entry(1, 0x0112, 3, 1, (uint)orientation << 16);
        Entry(2, 0x011A, 5, 1, 120);
        Entry(3, 0x011B, 5, 1, 120);
        Entry(4, 0x0128, 3, 1, 2u << 16);
        Entry(5, 0x8825, 4, 1, 130);
        "SECRET-CAMERA\0"u8.CopyTo(block.AsSpan(100));
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(120), 300);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(124), 1);
        "SECRET-GPS-POSITION"u8.CopyTo(block.AsSpan(150));
        return block;
    }

    public static byte[] WithExif(byte[] jpeg, int orientation) => WithSegment(jpeg, 0xE1, [.. "Exif\0\0"u8, .. Exif(orientation)]);

    /// <summary>The JPEG with one more segment behind its start.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, byte[] body) =>
        [0xFF, 0xD8, 0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body, .. jpeg.AsSpan(2)];

    /// <summary>The PNG with one more chunk behind IHDR.</summary>
    public static byte[] WithChunk(byte[] png, string type, byte[] body) =>
        [.. png.AsSpan(0, 33), .. Chunk(type, body), .. png.AsSpan(33)];

    public static byte[] Chunk(string type, byte[] body)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. body];
        var chunk = new byte[8 + named.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Crc(named));
        return chunk;
    }

    /// <summary>All entropy-coded bytes of a JPEG, scan after scan, found by a walk of our own.</summary>
    public static byte[] ScanBytes(ReadOnlySpan<byte> jpeg)
    {
        var found = new List<byte>();
        var at = 2;
        while (jpeg[at + 1] != 0xD9)
        {
            var marker = jpeg[at + 1];
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (marker != 0xDA) continue;
            while (jpeg[at] != 0xFF || jpeg[at + 1] is 0 or >= 0xD0 and <= 0xD7) found.Add(jpeg[at++]);
        }

        return [.. found];
    }

    public static byte[] Jpeg(params string[] options) => DrawnScans.Make("jpg", [.. DrawnScans.TestCard(Width, Height), "-quality", "92", .. options]);

    public static byte[] Png(int type, int depth, params string[] options) => DrawnScans.Make(
        "png",
        [.. DrawnScans.TestCard(Width, Height), .. options, "-define", $"png:color-type={type}", "-define", $"png:bit-depth={depth}", "-define", "png:exclude-chunks=date,time"]);

    /// <summary>Bit by bit, so that it shares nothing with the reader's table.</summary>
    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = crc >> 1 ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }
}
