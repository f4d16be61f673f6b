using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// Walks every marker of a JPEG (ITU-T T.81, Annex B) up to its end mark, entropy-coded data included, and lists the
/// byte ranges that go into the copy. What is not needed to decode the picture is left out.
/// </summary>
internal sealed class JpegReader
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, QuantisationTables = 0xDB, NumberOfLines = 0xDC;
    private const byte RestartInterval = 0xDD, HuffmanTables = 0xC4, ArithmeticConditioning = 0xCC, Comment = 0xFE;
    private const byte App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App14 = 0xEE, App15 = 0xEF;

    private readonly ReadOnlyMemory<byte> file;
    private readonly ImageLimits limits;
    private readonly List<ReadOnlyMemory<byte>> kept = [new byte[] { 0xFF, StartOfImage }];
    private readonly JpegTables tables = new();
    private readonly JpegProfileChunks profile = new();
    private JpegFrame? frame;
    private ImageDensity? jfifDensity;
    private ExifFields? exif;
    private bool hasJfif, hasAdobe;
    private int position;

    private JpegReader(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        this.file = file;
        this.limits = limits;
    }

    public static JpegImage Read(ReadOnlyMemory<byte> file, ImageLimits limits) => new JpegReader(file, limits).Read();

    internal static ImageFormatException Corrupt(string message) => new(ImageFormatException.Corrupt, message);

    private static ImageFormatException Truncated() => new(ImageFormatException.Truncated, "the file ends before its end mark");

    private JpegImage Read()
    {
        position = 2;
        while (true)
        {
            var marker = NextMarker();
            if (marker == EndOfImage) break;
            // Markers without a segment (B.1.1.3) have no place between segments.
            if (marker is 0 or 0x01 or >= 0xD0 and <= StartOfImage) throw Corrupt($"marker {marker:X2} between segments");
            Segment(marker, NextSegment());
        }

        if (frame is null || !frame.IsComplete) throw Corrupt("no scan for some component");
        kept.Add(new byte[] { 0xFF, EndOfImage });
        return new JpegImage(frame.Width, frame.Height, frame.Components.Length, NeedsPlainRgb(), kept, profile.Join(), exif?.Orientation ?? 1, jfifDensity ?? exif?.Density);
    }

    private byte NextMarker()
    {
        var bytes = file.Span;
        if (position >= bytes.Length) throw Truncated();
        if (bytes[position] != 0xFF) throw Corrupt($"no marker at {position}");
        // Any marker may be preceded by fill bytes (B.1.1.2).
        while (position < bytes.Length && bytes[position] == 0xFF) position++;
        if (position >= bytes.Length) throw Truncated();
        return bytes[position++];
    }

    private ReadOnlyMemory<byte> NextSegment()
    {
        if (position > file.Length - 2) throw Truncated();
        var length = BinaryPrimitives.ReadUInt16BigEndian(file.Span[position..]);
        if (length < 2) throw Corrupt("segment length below two");
        if (position + length > file.Length) throw Truncated();
        var body = file.Slice(position + 2, length - 2);
        position += length;
        return body;
    }

    private void Segment(byte marker, ReadOnlyMemory<byte> body)
    {
        switch (marker)
        {
            case App0: Jfif(body.Span); break;
            case App1: exif ??= body.Span.StartsWith("Exif\0\0"u8) ? ExifFields.Read(body.Span[6..]) : null; break;
            case App2: profile.Add(body); break;
            case App14: Adobe(marker, body); break;
            case > App0 and <= App15 or Comment: break;
            case QuantisationTables: tables.Quantisation(body.Span); Keep(marker, body); break;
            case HuffmanTables: tables.Huffman(body.Span); Keep(marker, body); break;
            case RestartInterval:
                if (body.Length != 2) throw Corrupt("restart interval");
                Keep(marker, body);
                break;
            case StartOfScan: Scan(body); break;
            case NumberOfLines: throw Variant("jpeg-dnl");
            case ArithmeticConditioning or 0xC9 or 0xCA or 0xCB or 0xCD or 0xCE or 0xCF: throw Variant("jpeg-arithmetic");
            case 0xC0 or 0xC1 or 0xC2:
                if (frame is not null) throw Corrupt("two frames");
                frame = JpegFrame.Read(body.Span, isProgressive: marker == 0xC2);
                CheckSize(frame);
                Keep(marker, body);
                break;
            case 0xC3: throw Variant("jpeg-lossless");
            case 0xC5 or 0xC6 or 0xC7 or 0xDE or 0xDF: throw Variant("jpeg-hierarchical");
            default: throw Corrupt($"marker {marker:X2}");
        }
    }

    private void CheckSize(JpegFrame found) => JpegImage.Check(found.Width, found.Height, limits);

    /// <summary>Keeps the JFIF header but not a thumbnail inside it, which may show more than the picture does.</summary>
    private void Jfif(ReadOnlySpan<byte> body)
    {
        if (hasJfif || body.Length < 14 || !body.StartsWith("JFIF\0"u8)) return;
        hasJfif = true;
        var perInch = body[7] == 2 ? 2.54 : 1;
        jfifDensity = ImageDensity.Of(
            BinaryPrimitives.ReadUInt16BigEndian(body[8..]) * perInch,
            BinaryPrimitives.ReadUInt16BigEndian(body[10..]) * perInch,
            isResolution: body[7] is 1 or 2);
        byte[] header = [.. body[..12], 0, 0];
        Keep(App0, header);
    }

    private void Adobe(byte marker, ReadOnlyMemory<byte> body)
    {
        if (hasAdobe || body.Length < 12 || !body.Span.StartsWith("Adobe"u8)) return;
        hasAdobe = true;
        Keep(marker, body[..12]);
    }

    private void Scan(ReadOnlyMemory<byte> header)
    {
        if (frame is null) throw Corrupt("scan before frame");
        frame.Scan(header.Span, tables);
        Keep(StartOfScan, header);
        var start = position;
        position = EndOfEntropyData();
        if (position == start) throw Corrupt("empty scan");
        kept.Add(file[start..position]);
    }

    /// <summary>The next marker that is neither a stuffed zero nor a restart (B.1.1.5).</summary>
    private int EndOfEntropyData()
    {
        var bytes = file.Span;
        var at = position;
        while (true)
        {
            var next = bytes[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= bytes.Length) throw Truncated();
            at += next;
            switch (bytes[at + 1])
            {
                case 0x00 or >= 0xD0 and <= 0xD7: at += 2; break;
                case 0xFF: at++; break;
                default: return at;
            }
        }
    }

    private void Keep(byte marker, ReadOnlyMemory<byte> body)
    {
        var length = body.Length + 2;
        kept.Add(new byte[] { 0xFF, marker, (byte)(length >> 8), (byte)length });
        kept.Add(body);
    }

    /// <summary>
    /// Components named R, G, B without JFIF or Adobe header are plain RGB by custom; a PDF reader must be told
    /// (ISO 32000-2, table 13, ColorTransform).
    /// </summary>
    private bool NeedsPlainRgb() => !hasJfif && !hasAdobe && frame!.Components is [{ Id: (byte)'R' }, { Id: (byte)'G' }, { Id: (byte)'B' }];

    private static ImageFormatException Variant(string kind) => new(ImageFormatException.UnsupportedVariant, kind, kind);
}
