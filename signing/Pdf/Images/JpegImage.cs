namespace ECopy.Signing.Pdf.Images;

/// <summary>A JPEG as it goes into the copy: the very entropy-coded bytes that came (DCTDecode, ISO 32000-2, 7.4.8).</summary>
internal sealed class JpegImage : ScanImage
{
    private readonly int components;
    private readonly bool isPlainRgb;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> parts;
    private readonly IccProfile? profile;

    public JpegImage(
        int width,
        int height,
        int components,
        bool isPlainRgb,
        IReadOnlyList<ReadOnlyMemory<byte>> parts,
        IccProfile? profile,
        int orientation,
        ImageDensity? density)
        : base(width, height)
    {
        this.components = components;
        this.isPlainRgb = isPlainRgb;
        this.parts = parts;
        this.profile = profile;
        Orientation = orientation;
        Density = density;
    }

    public static void Check(int width, int height, ImageLimits limits) => CheckSize(width, height, limits);

    public override PdfReference AddTo(IPdfObjectSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var dictionary = new PdfDictionary
        {
            ["Type"] = new PdfName("XObject"),
            ["Subtype"] = new PdfName("Image"),
            ["Width"] = new PdfInteger(StoredWidth),
            ["Height"] = new PdfInteger(StoredHeight),
            ["ColorSpace"] = ColourSpace(sink, components, profile),
            ["BitsPerComponent"] = new PdfInteger(8),
            ["Filter"] = new PdfName("DCTDecode"),
        };
        if (isPlainRgb) dictionary["DecodeParms"] = new PdfDictionary { ["ColorTransform"] = new PdfInteger(0) };
        var encoded = new byte[parts.Sum(p => p.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(encoded.AsMemory(at));
            at += part.Length;
        }

        return sink.Add(new PdfStream(dictionary, encoded));
    }
}
