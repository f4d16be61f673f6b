using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Images;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Images;

public class ScanImageTests
{
    private static readonly byte[] Jpeg = PictureFiles.Jpeg("-sampling-factor", "4:4:4");
    private static readonly byte[] Png = PictureFiles.Png(2, 8);

    public static TheoryData<string> JpegNames => [.. PictureFiles.Good.Where(v => v.Name.StartsWith("jpeg", StringComparison.Ordinal)).Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(JpegNames))]
    public void Entropy_coded_bytes_of_a_jpeg_are_carried_untouched(string name)
    {
        var file = PictureFiles.Good.Single(v => v.Name == name).File;
        var (stream, _) = Added(file);
        Assert.True(stream.Dictionary.Is("Filter", "DCTDecode"));
        Assert.Equal(PictureFiles.ScanBytes(file), PictureFiles.ScanBytes(stream.Encoded.Span));
    }

    [Theory]
    [InlineData("png-grey-1")]
    [InlineData("png-grey-16")]
    [InlineData("png-rgb-8")]
    [InlineData("png-rgb-16")]
    [InlineData("png-palette-4")]
    [InlineData("png-palette-transparent")]
    [InlineData("png-rgb-transparent-colour")]
    public void Compressed_data_of_a_plain_png_are_carried_untouched(string name)
    {
        var file = PictureFiles.Good.Single(v => v.Name == name).File;
        var (stream, _) = Added(file);
        Assert.Equal(ImageData(file), stream.Encoded.ToArray());
    }

    [Fact]
    public void Private_blocks_do_not_reach_the_copy()
    {
        var jpeg = PictureFiles.WithExif(Jpeg, 1);
        jpeg = PictureFiles.WithSegment(jpeg, 0xFE, "SECRET-COMMENT"u8.ToArray());
        jpeg = PictureFiles.WithSegment(jpeg, 0xED, "Photoshop 3.0\0SECRET-IPTC"u8.ToArray());
        jpeg = PictureFiles.WithSegment(jpeg, 0xE1, "http://ns.adobe.com/xap/1.0/\0SECRET-XMP"u8.ToArray());
        jpeg = PictureFiles.WithSegment(jpeg, 0xE2, "MPF\0SECRET-SECOND-PICTURE"u8.ToArray());
        var png = PictureFiles.WithChunk(Png, "eXIf", PictureFiles.Exif(1));
        png = PictureFiles.WithChunk(png, "tEXt", "Comment\0SECRET-TEXT"u8.ToArray());
        png = PictureFiles.WithChunk(png, "prVt", "SECRET-PRIVATE"u8.ToArray());
        foreach (var file in (byte[][])[[.. jpeg, .. "SECRET-BEHIND-THE-END"u8], [.. png, .. "SECRET-BEHIND-THE-END"u8]])
        {
            var writer = new ArchiveWriter(new ArchiveMetadata("t", "i", "ECopy", DateTimeOffset.UnixEpoch));
            ScanImage.Read(file, ImageLimits.Default).AddTo(writer);
            writer.AddPage(writer.NewCanvas(10, 10));
            var pdf = Encoding.Latin1.GetString(writer.Finish());
            Assert.DoesNotContain("SECRET", pdf, StringComparison.Ordinal);
            Assert.DoesNotContain("Exif", pdf, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_thumbnail_in_the_jfif_header_is_dropped_and_the_header_stays()
    {
        byte[] header = [.. "JFIF\0"u8, 1, 2, 1, 0, 150, 0, 150, 2, 1, .. "SECRET"u8];
        var plain = WithoutJfif(Jpeg);
        var (stream, image) = Added(PictureFiles.WithSegment(plain, 0xE0, header));
        Assert.Equal<byte>([0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 2, 1, 0, 150, 0, 150, 0, 0], stream.Encoded.ToArray()[..20]);
        Assert.Equal(61 / 150.0 * 25.4, image.PaperSize!.Value.Width, 6);
    }

    [Fact]
    public void Resolution_comes_from_jfif_exif_or_phys()
    {
        var physical = new byte[9];
        BinaryPrimitives.WriteUInt32BigEndian(physical, 11811);
        BinaryPrimitives.WriteUInt32BigEndian(physical.AsSpan(4), 5906);
        physical[8] = 1;
        var jfif = Read(PictureFiles.Jpeg("-units", "PixelsPerInch", "-density", "200"));
        var exif = Read(PictureFiles.WithExif(WithoutJfif(Jpeg), 6));
        var phys = Read(PictureFiles.WithChunk(WithoutChunk(Png, "pHYs"), "pHYs", physical));
        Assert.Equal(61 / 200.0 * 25.4, jfif.PaperSize!.Value.Width, 6);
        // Turned: the stored 61 × 47 stand upright.
        Assert.Equal((47 / 300.0 * 25.4, 61 / 300.0 * 25.4), exif.PaperSize!.Value);
        Assert.Equal((47, 61), (exif.Width, exif.Height));
        // Pixels twice as high as wide.
        Assert.Equal(61 / 47.0 / 2, phys.Aspect, 3);
        Assert.Null(Read(WithoutChunk(Png, "pHYs")).PaperSize);
    }

    [Fact]
    public void A_colour_profile_moves_into_the_pdf_and_a_damaged_one_is_ignored()
    {
        var profile = SrgbProfile.Build();
        byte[][] parts = [profile[..1000], profile[1000..]];
        byte[] Segment(int number, int of, byte[] part) => [.. "ICC_PROFILE\0"u8, (byte)number, (byte)of, .. part];
        // Stored out of order, as the format allows.
        var jpeg = PictureFiles.WithSegment(PictureFiles.WithSegment(Jpeg, 0xE2, Segment(1, 2, parts[0])), 0xE2, Segment(2, 2, parts[1]));
        var png = PictureFiles.WithChunk(Png, "iCCP", [.. "sRGB\0\0"u8, .. FlateStreams.Compress(profile)]);
        foreach (var file in (byte[][])[jpeg, png])
        {
            var sink = new MemorySink();
            var stream = sink.Get<PdfStream>(Read(file).AddTo(sink));
            var space = (PdfArray)stream.Dictionary["ColorSpace"]!;
            var embedded = sink.Get<PdfStream>(space[1]);
            Assert.Equal("ICCBased", ((PdfName)space[0]).Value);
            Assert.Equal(profile, Inflate(embedded.Encoded.ToArray()));
        }

        profile[37] ^= 1;
        var incomplete = PictureFiles.WithSegment(Jpeg, 0xE2, Segment(1, 2, parts[0]));
        var damaged = PictureFiles.WithSegment(Jpeg, 0xE2, Segment(1, 1, profile));
        // A grey picture cannot use an RGB profile.
        var other = PictureFiles.WithSegment(PictureFiles.Jpeg("-colorspace", "Gray"), 0xE2, Segment(1, 1, SrgbProfile.Build()));
        foreach (var file in (byte[][])[incomplete, damaged, other]) Assert.IsType<PdfName>(Added(file).Stream.Dictionary["ColorSpace"]);
    }

    [Fact]
    public void Opaque_alpha_is_dropped_and_real_alpha_becomes_a_soft_mask()
    {
        var opaque = Added(PictureFiles.Good.Single(v => v.Name == "png-rgba-opaque").File).Stream;
        var real = Added(PictureFiles.Good.Single(v => v.Name == "png-rgba-16").File).Stream;
        Assert.Null(opaque.Dictionary["SMask"]);
        Assert.NotNull(real.Dictionary["SMask"]);
        Assert.Equal(16, ((PdfInteger)real.Dictionary["BitsPerComponent"]!).Value);
    }

    private static ScanImage Read(byte[] file) => ScanImage.Read(file, ImageLimits.Default);

    private static (PdfStream Stream, ScanImage Image) Added(byte[] file)
    {
        var sink = new MemorySink();
        var image = Read(file);
        return (sink.Get<PdfStream>(image.AddTo(sink)), image);
    }

    private static byte[] WithoutJfif(byte[] jpeg)
    {
        Assert.Equal(0xE0, jpeg[3]);
        return [0xFF, 0xD8, .. jpeg.AsSpan(4 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(4)))];
    }

    private static byte[] WithoutChunk(byte[] png, string type)
    {
        var at = png.AsSpan().IndexOf(Encoding.ASCII.GetBytes(type));
        if (at < 0) return png;
        return [.. png.AsSpan(0, at - 4), .. png.AsSpan(at + 8 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at - 4)))];
    }

    private static byte[] ImageData(byte[] png)
    {
        var found = new List<byte>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8)) found.AddRange(png.AsSpan(at + 8, length));
            at += 12 + length;
        }

        return [.. found];
    }

    private static byte[] Inflate(byte[] compressed)
    {
        using var inflate = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        inflate.CopyTo(plain);
        return plain.ToArray();
    }
}
