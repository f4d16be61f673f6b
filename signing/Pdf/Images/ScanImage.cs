namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// A scan: a JPEG or PNG whose whole structure was checked, ready to be carried into a PDF. Its pixels stay encoded as
/// they came wherever PDF can show them so; EXIF, GPS, comments and other private blocks stay behind.
/// </summary>
public abstract class ScanImage
{
    private protected ScanImage(int storedWidth, int storedHeight)
    {
        StoredWidth = storedWidth;
        StoredHeight = storedHeight;
    }

    /// <summary>Pixels across as stored, before the EXIF orientation.</summary>
    public int StoredWidth { get; }

    /// <summary>Pixels down as stored.</summary>
    public int StoredHeight { get; }

    /// <summary>EXIF orientation, 1 to 8.</summary>
    public int Orientation { get; private protected set; } = 1;

    /// <summary>Pixels across as seen.</summary>
    public int Width => IsTurned ? StoredHeight : StoredWidth;

    /// <summary>Pixels down as seen.</summary>
    public int Height => IsTurned ? StoredWidth : StoredHeight;

    /// <summary>Size of the paper original in millimetres as seen, by the file's own resolution; null if it states none that can be believed.</summary>
    public (double Width, double Height)? PaperSize =>
        Density is not { IsResolution: true } density ? null
        : IsTurned ? (StoredHeight / density.Y * 25.4, StoredWidth / density.X * 25.4)
        : (StoredWidth / density.X * 25.4, StoredHeight / density.Y * 25.4);

    /// <summary>Width over height as seen; pixels need not be square (fax).</summary>
    public double Aspect
    {
        get
        {
            var stored = StoredWidth / (double)StoredHeight * (Density is { } density ? density.Y / density.X : 1);
            return IsTurned ? 1 / stored : stored;
        }
    }

    /// <summary>Whether anything may be seen through it.</summary>
    public virtual bool HasTransparency => false;

    private protected ImageDensity? Density { get; init; }

    private bool IsTurned => Orientation >= 5;

    /// <summary>Checks the whole file and reads what a copy needs. Nothing is kept but references into <paramref name="file"/>.</summary>
    /// <exception cref="ImageFormatException">Anything that is not a sound picture of a supported kind.</exception>
    public static ScanImage Read(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (file.IsEmpty) throw new ImageFormatException(ImageFormatException.Empty, "the file has no bytes");
        return ImageKinds.Detect(file.Span) switch
        {
            ImageKinds.Jpeg => JpegReader.Read(file, limits),
            ImageKinds.Png => PngReader.Read(file, limits),
            var kind => throw new ImageFormatException(ImageFormatException.UnsupportedType, $"not a JPEG or PNG but {kind}", kind),
        };
    }

    /// <summary>
    /// The same picture shown turned clockwise by 0, 90, 180 or 270 degrees, on top of its EXIF orientation. Its bytes stay as
    /// they are: only the matrix that places it differs.
    /// </summary>
    public ScanImage Turned(int degrees)
    {
        if (degrees is not (0 or 90 or 180 or 270)) throw new ArgumentOutOfRangeException(nameof(degrees));
        if (degrees == 0) return this;
        var turned = (ScanImage)MemberwiseClone();
        for (; degrees > 0; degrees -= 90)
        {
            // A quarter turn leads from each EXIF orientation to another; mirrored ones stay mirrored.
            turned.Orientation = turned.Orientation switch { 1 => 6, 6 => 3, 3 => 8, 8 => 1, 2 => 7, 7 => 4, 4 => 5, _ => 2 };
        }

        return turned;
    }

    /// <summary>Writes the image XObject, with soft mask and colour profile where it has them.</summary>
    public abstract PdfReference AddTo(IPdfObjectSink sink);

    /// <summary>
    /// The matrix that maps the image's unit square (ISO 32000-2, 8.9.5.2) to the picture as seen, still a unit square:
    /// the EXIF orientation, with y upwards.
    /// </summary>
    public (double A, double B, double C, double D, double E, double F) OrientationMatrix => Orientation switch
    {
        2 => (-1, 0, 0, 1, 1, 0),
        3 => (-1, 0, 0, -1, 1, 1),
        4 => (1, 0, 0, -1, 0, 1),
        5 => (0, -1, -1, 0, 1, 1),
        6 => (0, -1, 1, 0, 0, 1),
        7 => (0, 1, 1, 0, 0, 0),
        8 => (0, 1, -1, 0, 1, 0),
        _ => (1, 0, 0, 1, 0, 0),
    };

    private protected static void CheckSize(int width, int height, ImageLimits limits)
    {
        if (width <= 0 || height <= 0) throw new ImageFormatException(ImageFormatException.Corrupt, $"{width} × {height} pixels");
        if (width > limits.MaxSide || height > limits.MaxSide || (long)width * height > limits.MaxPixels)
            throw new ImageFormatException(ImageFormatException.TooLarge, $"{width} × {height} pixels");
    }

    /// <summary>ICCBased where the profile fits, else the device space that the output intent defines (ISO 19005-2, 6.2.4.3).</summary>
    private protected static PdfObject ColourSpace(IPdfObjectSink sink, int components, IccProfile? profile) =>
        profile is not null && profile.Components == components
            ? new PdfArray(new PdfName("ICCBased"), profile.AddTo(sink))
            : new PdfName(components == 1 ? "DeviceGray" : "DeviceRGB");
}

/// <summary>Pixels per inch along the stored axes, or only their ratio.</summary>
internal sealed record ImageDensity(double X, double Y, bool IsResolution)
{
    /// <summary>Null for values that no scanner or camera means; a resolution outside 36 to 4800 dpi says nothing.</summary>
    public static ImageDensity? Of(double x, double y, bool isResolution)
    {
        if (!double.IsFinite(x) || !double.IsFinite(y) || x <= 0 || y <= 0 || x / y is < 0.25 or > 4) return null;
        if (isResolution && (x is < 36 or > 4800 || y is < 36 or > 4800)) isResolution = false;
        return isResolution || Math.Abs(x - y) > 1e-9 ? new ImageDensity(x, y, isResolution) : null;
    }
}
