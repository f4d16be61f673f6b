using System.Buffers.Binary;
using System.IO.Compression;
using ECopy.Signing.Pdf.Images;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Images;

public class ImageRefusalTests
{
    private static readonly byte[] Jpeg = PictureFiles.Jpeg("-sampling-factor", "4:4:4");
    private static readonly byte[] Png = PictureFiles.Png(2, 8);

    public static TheoryData<string, byte[], string, string?> Refused => new()
    {
        { "nothing", [], ImageFormatException.Empty, null },
        { "a PDF", "%PDF-1.7\n"u8.ToArray(), ImageFormatException.UnsupportedType, "pdf" },
        { "a HEIC photograph", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0], ImageFormatException.UnsupportedType, "heic" },
        { "a GIF", "GIF89a"u8.ToArray(), ImageFormatException.UnsupportedType, "gif" },
        { "a TIFF", "II*\0\0\0\0\0"u8.ToArray(), ImageFormatException.UnsupportedType, "tiff" },
        { "a WebP", [.. "RIFF"u8, 1, 0, 0, 0, .. "WEBPVP8 "u8], ImageFormatException.UnsupportedType, "webp" },
        { "a BMP", "BM......"u8.ToArray(), ImageFormatException.UnsupportedType, "bmp" },
        { "a Word file", "PK\u0003\u0004"u8.ToArray(), ImageFormatException.UnsupportedType, "zip" },
        { "something else", "hello"u8.ToArray(), ImageFormatException.UnsupportedType, "unknown" },
        { "a CMYK JPEG", PictureFiles.Jpeg("-colorspace", "CMYK"), ImageFormatException.Cmyk, "jpeg-cmyk" },
        { "an arithmetic JPEG", WithFrameMarker(0xC9), ImageFormatException.UnsupportedVariant, "jpeg-arithmetic" },
        { "a lossless JPEG", WithFrameMarker(0xC3), ImageFormatException.UnsupportedVariant, "jpeg-lossless" },
        { "a hierarchical JPEG", WithFrameMarker(0xC5), ImageFormatException.UnsupportedVariant, "jpeg-hierarchical" },
        { "a 12-bit JPEG", WithFrameByte(4, 12), ImageFormatException.UnsupportedVariant, "jpeg-12-bit" },
        { "a JPEG of unknown height", WithFrameByte(6, 0), ImageFormatException.UnsupportedVariant, "jpeg-dnl" },
        { "a JPEG without its tables", WithoutSegments(0xC4), ImageFormatException.Corrupt, null },
        { "a JPEG without quantisation", WithoutSegments(0xDB), ImageFormatException.Corrupt, null },
        { "a JPEG without picture", [0xFF, 0xD8, 0xFF, 0xD9], ImageFormatException.Corrupt, null },
        { "a PNG sent as text", [0x89, .. "PNG\n\u001A\n"u8, .. Png[8..]], ImageFormatException.Corrupt, null },
        { "a PNG with a wrong checksum", Changed(Png, Png.Length - 20), ImageFormatException.Corrupt, null },
        { "a PNG with an unknown critical chunk", PictureFiles.WithChunk(Png, "CgBI", [1, 2, 3, 4]), ImageFormatException.Corrupt, null },
        { "a PNG with too little data", MadePng(10, 10, new byte[9 * 31]), ImageFormatException.Corrupt, null },
        { "a PNG with too much data", MadePng(10, 10, new byte[11 * 31]), ImageFormatException.Corrupt, null },
        { "a PNG with a wrong filter", MadePng(10, 1, [9, .. new byte[30]]), ImageFormatException.Corrupt, null },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_carried_is_refused_by_its_code(string name, byte[] file, string code, string? kind)
    {
        var refusal = Assert.Throws<ImageFormatException>(() => ScanImage.Read(file, ImageLimits.Default));
        Assert.Equal((name, code, kind), (name, refusal.Code, refusal.Kind));
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        foreach (var file in (byte[][])[Jpeg, PictureFiles.Jpeg("-interlace", "JPEG"), Png])
        {
            for (var length = 1; length < file.Length; length++)
            {
                var refusal = Assert.Throws<ImageFormatException>(() => ScanImage.Read(file.AsMemory(0, length), ImageLimits.Default));
                if (length >= 8) Assert.Equal(ImageFormatException.Truncated, refusal.Code);
            }
        }
    }

    [Fact]
    public void Limits_hold_before_anything_is_decoded()
    {
        Assert.Equal(ImageFormatException.TooLarge, CodeOf(MadePng(20_001, 1, []), ImageLimits.Default));
        Assert.Equal(ImageFormatException.TooLarge, CodeOf(MadePng(19_000, 19_000, []), ImageLimits.Default));
        Assert.Equal(ImageFormatException.TooLarge, CodeOf(Jpeg, ImageLimits.Default with { MaxSide = 60 }));
        Assert.Equal(ImageFormatException.TooLarge, CodeOf(Jpeg, ImageLimits.Default with { MaxPixels = 61 * 47 - 1 }));
        Assert.Equal(ImageFormatException.TooLarge, CodeOf(PictureFiles.Png(2, 8, "-interlace", "PNG"), ImageLimits.Default with { MaxDecodedBytes = 1000 }));
        Assert.Equal(61, ScanImage.Read(Jpeg, ImageLimits.Default with { MaxSide = 61, MaxPixels = 61 * 47 }).Width);
    }

    [Fact]
    public void A_deflate_bomb_is_refused_without_unfolding_it()
    {
        // Fifty kilobytes that would unfold to fifty megabytes behind a picture of ten by ten.
        var bomb = MadePng(10, 10, new byte[50_000_000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ImageFormatException.Corrupt, CodeOf(bomb, ImageLimits.Default));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static string CodeOf(byte[] file, ImageLimits limits) => Assert.Throws<ImageFormatException>(() => ScanImage.Read(file, limits)).Code;

    private static byte[] MadePng(int width, int height, byte[] rows)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(rows);
        return [.. Png.AsSpan(0, 8), .. PictureFiles.Chunk("IHDR", header), .. PictureFiles.Chunk("IDAT", compressed.ToArray()), .. PictureFiles.Chunk("IEND", [])];
    }

    private static byte[] Changed(byte[] file, int at)
    {
        var changed = file.ToArray();
        changed[at] ^= 0x10;
        return changed;
    }

    private static int Frame() => Jpeg.AsSpan().IndexOf<byte>([0xFF, 0xC0]);

    private static byte[] WithFrameMarker(byte marker) => Set(Frame() + 1, marker);

    /// <summary>Changes one byte of the frame segment; a height is two bytes, the other is zero in so small a picture.</summary>
    private static byte[] WithFrameByte(int offset, byte value) => Set(Frame() + offset, value);

    private static byte[] Set(int at, byte value)
    {
        var changed = Jpeg.ToArray();
        changed[at] = value;
        return changed;
    }

    private static byte[] WithoutSegments(byte marker)
    {
        var kept = new List<byte> { 0xFF, 0xD8 };
        for (var at = 2; Jpeg[at + 1] != 0xDA;)
        {
            var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(Jpeg.AsSpan(at + 2));
            if (Jpeg[at + 1] != marker) kept.AddRange(Jpeg.AsSpan(at, length));
            at += length;
            if (Jpeg[at + 1] == 0xDA) kept.AddRange(Jpeg.AsSpan(at));
        }

        return [.. kept];
    }
}
