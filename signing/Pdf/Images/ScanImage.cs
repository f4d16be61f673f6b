namespace ECopy.Signing.Pdf.Images;

/// <summary>A scan: a JPEG or PNG whose structure was checked, ready to be carried into a PDF.</summary>
public abstract class ScanImage
{
    private protected ScanImage()
    {
    }

    /// <summary>Pixels across as stored, before the EXIF orientation.</summary>
    public abstract int StoredWidth { get; }

    /// <summary>Pixels down as stored.</summary>
    public abstract int StoredHeight { get; }

    /// <summary>EXIF orientation, 1 to 8.</summary>
    public abstract int Orientation { get; }

    /// <summary>Pixels across as seen.</summary>
    public int Width => Orientation >= 5 ? StoredHeight : StoredWidth;

    /// <summary>Pixels down as seen.</summary>
    public int Height => Orientation >= 5 ? StoredWidth : StoredHeight;

    /// <summary>Checks the whole file and reads what the copy needs.</summary>
    /// <exception cref="ImageFormatException">Anything that is not a sound picture of a supported kind.</exception>
    public static ScanImage Read(ReadOnlyMemory<byte> file, ImageLimits limits) =>
        throw new ImageFormatException(ImageFormatException.UnsupportedType, file.Length + limits.ToString());

    /// <summary>Writes the image XObject, with soft mask and colour profile where it has them.</summary>
    public abstract PdfReference AddTo(IPdfObjectSink sink);
}
