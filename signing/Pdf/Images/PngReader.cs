using System.Buffers.Binary;
using System.IO.Compression;

namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// Reads every chunk of a PNG (ISO/IEC 15948) up to IEND, checks each CRC, and inflates the image data once to know
/// that they hold exactly the pixels announced: no more (a bomb), no fewer.
/// </summary>
internal sealed class PngReader
{
    private readonly ReadOnlyMemory<byte> file;
    private readonly ImageLimits limits;
    private readonly List<ReadOnlyMemory<byte>> data = [];
    private PngHeader? header;
    private byte[]? palette;
    private byte[]? transparency;
    private IccProfile? profile;
    private ImageDensity? density;
    private ExifFields? exif;
    private bool dataEnded;

    private PngReader(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        this.file = file;
        this.limits = limits;
    }

    public static PngImage Read(ReadOnlyMemory<byte> file, ImageLimits limits) => new PngReader(file, limits).Read();

    internal static ImageFormatException Corrupt(string message, Exception? cause = null) =>
        new(ImageFormatException.Corrupt, message, null, cause);

    private PngImage Read()
    {
        var position = 8;
        if (file.Length < position) throw Truncated();
        if (!file.Span.StartsWith(ImageKinds.PngSignature)) throw Corrupt("signature damaged in transfer");
        while (true)
        {
            if (position > file.Length - 12) throw Truncated();
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.Span[position..]);
            if (length > int.MaxValue) throw Corrupt("chunk length");
            if (length > file.Length - position - 12) throw Truncated();
            var type = file.Span.Slice(position + 4, 4);
            var body = file.Slice(position + 8, (int)length);
            var crc = BinaryPrimitives.ReadUInt32BigEndian(file.Span[(position + 8 + (int)length)..]);
            if (PngCrc.Compute(file.Span.Slice(position + 4, 4 + (int)length)) != crc) throw Corrupt("chunk checksum");
            position += 12 + (int)length;
            if (header is null && !type.SequenceEqual("IHDR"u8)) throw Corrupt("IHDR is not first");
            if (type.SequenceEqual("IEND"u8)) break;
            Chunk(type, body);
        }

        return Finish();
    }

    private void Chunk(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> body)
    {
        var isData = type.SequenceEqual("IDAT"u8);
        if (!isData && data.Count > 0) dataEnded = true;
        if (isData)
        {
            if (dataEnded) throw Corrupt("IDAT chunks apart");
            data.Add(body);
        }
        else if (type.SequenceEqual("IHDR"u8))
        {
            if (header is not null) throw Corrupt("two IHDR");
            header = PngHeader.Read(body.Span);
            PngImage.Check(header.Width, header.Height, limits);
            var decoded = header.RowBytes(header.Width) * header.Height;
            if (header.IsInterlaced && decoded > limits.MaxDecodedBytes)
                throw new ImageFormatException(ImageFormatException.TooLarge, "interlaced, and too large to decode");
        }
        else if (type.SequenceEqual("PLTE"u8))
        {
            if (palette is not null || data.Count > 0 || header!.IsGrey) throw Corrupt("PLTE out of place");
            if (body.Length is 0 or > 768 || body.Length % 3 != 0) throw Corrupt("PLTE length");
            palette = body.ToArray();
        }
        else if (type.SequenceEqual("tRNS"u8)) transparency ??= data.Count == 0 ? body.ToArray() : null;
        else if (type.SequenceEqual("pHYs"u8)) density ??= Physical(body.Span);
        else if (type.SequenceEqual("iCCP"u8)) profile ??= Profile(body.Span);
        else if (type.SequenceEqual("eXIf"u8)) exif ??= ExifFields.Read(body.Span);
        // Bit 5 of the first letter tells what may be skipped (5.4).
        else if ((type[0] & 0x20) == 0) throw Corrupt("unknown critical chunk");
    }

    private PngImage Finish()
    {
        if (header is null || data.Count == 0) throw Corrupt("no image data");
        if (header.HasPalette && palette is null) throw Corrupt("no palette");
        if (header.HasPalette && palette!.Length / 3 > 1 << header.BitDepth) throw Corrupt("palette longer than its depth");
        var joined = Joined();
        var hasTransparency = PngRows.Scan(header, joined, CheckedTransparency());
        return new PngImage(header, joined, header.HasPalette ? palette : null, hasTransparency ? CheckedTransparency() : null, hasTransparency, profile, exif?.Orientation ?? 1, density ?? exif?.Density);
    }

    /// <summary>tRNS if its length suits the colour type (11.3.2.1); a wrong one says nothing.</summary>
    private byte[]? CheckedTransparency() => transparency switch
    {
        null => null,
        _ when header!.HasAlpha => null,
        { Length: var length } when header!.HasPalette => length <= palette!.Length / 3 ? transparency : null,
        { Length: var length } => length == (header!.IsGrey ? 2 : 6) ? transparency : null,
    };

    private ReadOnlyMemory<byte> Joined()
    {
        if (data.Count == 1) return data[0];
        var joined = new byte[data.Sum(d => d.Length)];
        var at = 0;
        foreach (var part in data)
        {
            part.CopyTo(joined.AsMemory(at));
            at += part.Length;
        }

        return joined;
    }

    private static ImageDensity? Physical(ReadOnlySpan<byte> body)
    {
        if (body.Length != 9) return null;
        var metres = body[8] == 1;
        var scale = metres ? 0.0254 : 1;
        return ImageDensity.Of(
            BinaryPrimitives.ReadUInt32BigEndian(body) * scale,
            BinaryPrimitives.ReadUInt32BigEndian(body[4..]) * scale,
            metres);
    }

    private static IccProfile? Profile(ReadOnlySpan<byte> body)
    {
        var name = body.IndexOf((byte)0);
        if (name is < 1 or > 79 || body.Length < name + 3 || body[name + 1] != 0) return null;
        var inflated = new byte[IccProfile.MaxLength + 1];
        try
        {
            using var inflate = new ZLibStream(new MemoryStream(body[(name + 2)..].ToArray()), CompressionMode.Decompress);
            var length = inflate.ReadAtLeast(inflated, inflated.Length, throwOnEndOfStream: false);
            return length > IccProfile.MaxLength ? null : IccProfile.Read(inflated[..length]);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static ImageFormatException Truncated() => new(ImageFormatException.Truncated, "the file ends before IEND");
}

/// <summary>The checksum of a chunk (ISO/IEC 15948, annex D).</summary>
internal static class PngCrc
{
    private static readonly uint[] Table = Build();

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes) crc = Table[(crc ^ b) & 0xFF] ^ crc >> 8;
        return ~crc;
    }

    private static uint[] Build()
    {
        var table = new uint[256];
        for (var n = 0u; n < 256; n++)
        {
            var c = n;
            for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1;
            table[n] = c;
        }

        return table;
    }
}
