using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Images;

/// <summary>One colour component of a frame header.</summary>
internal sealed record JpegComponent(byte Id, byte QuantisationTable);

/// <summary>The frame header (ITU-T T.81, B.2.2) and what its scans have brought.</summary>
internal sealed class JpegFrame
{
    private readonly bool isProgressive;
    private readonly HashSet<byte> seen = [];

    private JpegFrame(int width, int height, JpegComponent[] components, bool isProgressive)
    {
        Width = width;
        Height = height;
        Components = components;
        this.isProgressive = isProgressive;
    }

    public int Width { get; }

    public int Height { get; }

    public JpegComponent[] Components { get; }

    /// <summary>Whether every component had a scan (the first one of a progressive picture).</summary>
    public bool IsComplete => seen.Count == Components.Length;

    public static JpegFrame Read(ReadOnlySpan<byte> header, bool isProgressive)
    {
        if (header.Length < 6) throw JpegReader.Corrupt("frame header");
        var count = header[5];
        if (header[0] != 8) throw new ImageFormatException(ImageFormatException.UnsupportedVariant, $"{header[0]} bits", $"jpeg-{header[0]}-bit");
        if (count == 4) throw new ImageFormatException(ImageFormatException.Cmyk, "four components", "jpeg-cmyk");
        if (count is not (1 or 3)) throw new ImageFormatException(ImageFormatException.UnsupportedVariant, $"{count} components", $"jpeg-{count}-components");
        if (header.Length != 6 + 3 * count) throw JpegReader.Corrupt("frame header");
        var height = BinaryPrimitives.ReadUInt16BigEndian(header[1..]);
        // Zero means "told later by DNL", which many decoders do not follow.
        if (height == 0) throw new ImageFormatException(ImageFormatException.UnsupportedVariant, "height follows the scan", "jpeg-dnl");
        var components = new JpegComponent[count];
        for (var i = 0; i < count; i++)
        {
            var part = header.Slice(6 + 3 * i, 3);
            int across = part[1] >> 4, down = part[1] & 15;
            if (across is < 1 or > 4 || down is < 1 or > 4 || part[2] > 3) throw JpegReader.Corrupt("sampling factors");
            components[i] = new JpegComponent(part[0], part[2]);
        }

        if (components.DistinctBy(c => c.Id).Count() != count) throw JpegReader.Corrupt("component named twice");
        return new JpegFrame(BinaryPrimitives.ReadUInt16BigEndian(header[3..]), height, components, isProgressive);
    }

    /// <summary>Checks a scan header (B.2.3): its components exist and the tables they name were defined.</summary>
    public void Scan(ReadOnlySpan<byte> header, JpegTables tables)
    {
        if (header.Length < 1 || header[0] is < 1 or > 4 || header.Length != 4 + 2 * header[0]) throw JpegReader.Corrupt("scan header");
        var count = header[0];
        int from = header[^3], to = header[^2], high = header[^1] >> 4, low = header[^1] & 15;
        if (isProgressive && (from > to || to > 63 || from == 0 != (to == 0) || from > 0 && count > 1 || high > 13 || low > 13))
            throw JpegReader.Corrupt("spectral selection");
        var inScan = new HashSet<byte>();
        for (var i = 0; i < count; i++)
        {
            var (id, choice) = (header[1 + 2 * i], header[2 + 2 * i]);
            var component = Array.Find(Components, c => c.Id == id) ?? throw JpegReader.Corrupt("scan of an unknown component");
            if (!inScan.Add(id)) throw JpegReader.Corrupt("component twice in a scan");
            if (!tables.HasQuantisation(component.QuantisationTable)) throw JpegReader.Corrupt("quantisation table missing");
            var needsDc = !isProgressive || from == 0 && high == 0;
            var needsAc = !isProgressive || from > 0;
            if (needsDc && !tables.HasHuffman(0, choice >> 4) || needsAc && !tables.HasHuffman(1, choice & 15))
                throw JpegReader.Corrupt("Huffman table missing");
            if (from == 0) seen.Add(id);
        }
    }
}

/// <summary>Which tables were defined, each with its shape checked (B.2.4.1, B.2.4.2).</summary>
internal sealed class JpegTables
{
    private readonly bool[] quantisation = new bool[4];
    private readonly bool[,] huffman = new bool[2, 4];

    public bool HasQuantisation(int id) => quantisation[id];

    public bool HasHuffman(int kind, int id) => id < 4 && huffman[kind, id];

    public void Quantisation(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            int precision = body[0] >> 4, id = body[0] & 15;
            var length = 1 + (precision == 0 ? 64 : 128);
            if (precision > 1 || id > 3 || body.Length < length) throw JpegReader.Corrupt("quantisation table");
            quantisation[id] = true;
            body = body[length..];
        }
    }

    public void Huffman(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            int kind = body[0] >> 4, id = body[0] & 15;
            if (kind > 1 || id > 3 || body.Length < 17) throw JpegReader.Corrupt("Huffman table");
            int values = 0, space = 0;
            for (var bits = 1; bits <= 16; bits++)
            {
                values += body[bits];
                space += body[bits] << 16 - bits;
            }

            // More codes than sixteen bits can tell apart: no decoder could read it.
            if (values > 256 || space > 1 << 16 || body.Length < 17 + values) throw JpegReader.Corrupt("Huffman table");
            huffman[kind, id] = true;
            body = body[(17 + values)..];
        }
    }
}

/// <summary>A colour profile spread over APP2 segments (ICC.1:2010, B.4).</summary>
internal sealed class JpegProfileChunks
{
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> chunks = [];
    private int total;
    private bool isSound = true;

    public void Add(ReadOnlyMemory<byte> segment)
    {
        if (segment.Length < 14 || !segment.Span.StartsWith("ICC_PROFILE\0"u8)) return;
        int number = segment.Span[12], of = segment.Span[13];
        if (number == 0 || number > of || total != 0 && total != of || !chunks.TryAdd(number, segment[14..])) isSound = false;
        total = of;
    }

    public IccProfile? Join()
    {
        if (!isSound || total == 0 || chunks.Count != total) return null;
        var length = chunks.Values.Sum(c => c.Length);
        if (length > IccProfile.MaxLength) return null;
        var joined = new byte[length];
        var at = 0;
        foreach (var chunk in chunks.Values)
        {
            chunk.CopyTo(joined.AsMemory(at));
            at += chunk.Length;
        }

        return IccProfile.Read(joined);
    }
}
