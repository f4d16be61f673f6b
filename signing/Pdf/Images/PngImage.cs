using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// A PNG as it goes into the copy: its own compressed data with the PNG predictor (ISO 32000-2, 7.4.4.4) where PDF knows
/// the same arrangement, decoded and compressed anew where it is interlaced or carries alpha.
/// </summary>
internal sealed class PngImage : ScanImage
{
    private readonly PngHeader header;
    private readonly ReadOnlyMemory<byte> data;
    private readonly byte[]? palette;
    private readonly byte[]? transparency;
    private readonly bool hasTransparency;
    private readonly IccProfile? profile;

    public PngImage(
        PngHeader header,
        ReadOnlyMemory<byte> data,
        byte[]? palette,
        byte[]? transparency,
        bool hasTransparency,
        IccProfile? profile,
        int orientation,
        ImageDensity? density)
        : base(header.Width, header.Height)
    {
        this.header = header;
        this.data = data;
        this.palette = palette;
        this.transparency = transparency;
        this.hasTransparency = hasTransparency;
        this.profile = profile;
        Orientation = orientation;
        Density = density;
    }

    public override bool HasTransparency => hasTransparency;

    private int ColourChannels => header.HasAlpha ? header.Channels - 1 : header.Channels;

    public static void Check(int width, int height, ImageLimits limits) => CheckSize(width, height, limits);

    public override PdfReference AddTo(IPdfObjectSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var (colour, alpha) = Encode();
        var dictionary = ImageDictionary(Space(sink), ColourChannels, header.BitDepth);
        if (alpha is not null)
        {
            var depth = header.HasPalette ? 8 : header.BitDepth;
            dictionary["SMask"] = sink.Add(new PdfStream(ImageDictionary(new PdfName("DeviceGray"), 1, depth), alpha));
        }
        else if (transparency is not null && !header.HasPalette) dictionary["Mask"] = ColourKey(transparency);

        return sink.Add(new PdfStream(dictionary, colour));
    }

    private PdfDictionary ImageDictionary(PdfObject space, int channels, int depth) => new()
    {
        ["Type"] = new PdfName("XObject"),
        ["Subtype"] = new PdfName("Image"),
        ["Width"] = new PdfInteger(StoredWidth),
        ["Height"] = new PdfInteger(StoredHeight),
        ["ColorSpace"] = space,
        ["BitsPerComponent"] = new PdfInteger(depth),
        ["Filter"] = new PdfName("FlateDecode"),
        ["DecodeParms"] = new PdfDictionary
        {
            ["Predictor"] = new PdfInteger(15),
            ["Colors"] = new PdfInteger(channels),
            ["BitsPerComponent"] = new PdfInteger(depth),
            ["Columns"] = new PdfInteger(StoredWidth),
        },
    };

    private PdfObject Space(IPdfObjectSink sink) => palette is null
        ? ColourSpace(sink, ColourChannels, profile)
        : new PdfArray(
            new PdfName("Indexed"),
            ColourSpace(sink, 3, profile),
            new PdfInteger(palette.Length / 3 - 1),
            new PdfString(palette, hex: true));

    /// <summary>Colour samples equal to tRNS are see-through: a colour key mask (8.9.6.4).</summary>
    private static PdfArray ColourKey(byte[] samples)
    {
        var array = new PdfArray();
        for (var i = 0; i < samples.Length; i += 2)
        {
            var value = new PdfInteger(BinaryPrimitives.ReadUInt16BigEndian(samples.AsSpan(i)));
            array.Add(value);
            array.Add(value);
        }

        return array;
    }

    private (ReadOnlyMemory<byte> Colour, byte[]? Alpha) Encode()
    {
        var splits = header.HasAlpha || header.IsInterlaced;
        var masks = hasTransparency && (header.HasAlpha || header.HasPalette);
        if (!splits && !masks) return (data, null);
        var alphaDepth = header.HasPalette ? 8 : header.BitDepth;
        var colourRow = new byte[((long)header.Width * ColourChannels * header.BitDepth + 7) / 8];
        var alphaRow = new byte[(long)header.Width * alphaDepth / 8];
        using var colour = splits ? new PngRowWriter(colourRow.Length, ColourChannels * header.BitDepth) : null;
        using var alpha = masks ? new PngRowWriter(alphaRow.Length, alphaDepth) : null;
        PngRows.Decode(header, data, row =>
        {
            if (header.HasAlpha) Split(row, colourRow, alphaRow);
            else if (masks) Look(row, alphaRow);
            colour?.Write(header.HasAlpha ? colourRow : row);
            alpha?.Write(alphaRow);
        });
        return (colour is null ? data : colour.Finish(), alpha?.Finish());
    }

    private void Split(ReadOnlySpan<byte> row, Span<byte> colourRow, Span<byte> alphaRow)
    {
        var sample = header.BitDepth / 8;
        int pixel = header.Channels * sample, opaque = pixel - sample;
        for (var x = 0; x < header.Width; x++)
        {
            row.Slice(x * pixel, opaque).CopyTo(colourRow[(x * opaque)..]);
            row.Slice(x * pixel + opaque, sample).CopyTo(alphaRow[(x * sample)..]);
        }
    }

    private void Look(ReadOnlySpan<byte> row, Span<byte> alphaRow)
    {
        for (var x = 0; x < header.Width; x++)
        {
            var index = PngRows.Sample(row, x, header.BitDepth);
            alphaRow[x] = index < transparency!.Length ? transparency[index] : (byte)255;
        }
    }
}
