namespace ECopy.Signing.Pdf.Archive;

/// <summary>A rectangle on paper: millimetres from the top left corner, as layouts are written.</summary>
public readonly record struct MillimetreBox(double X, double Y, double Width, double Height)
{
    /// <summary>Points in one millimetre.</summary>
    public const double Points = 72 / 25.4;

    public double Right => X + Width;

    public double Bottom => Y + Height;

    public double CentreX => X + Width / 2;

    public double CentreY => Y + Height / 2;

    public MillimetreBox Inset(double by) => new(X + by, Y + by, Width - 2 * by, Height - 2 * by);

    /// <summary>The largest box of this aspect (width by height) inside, centred.</summary>
    public MillimetreBox Fit(double width, double height)
    {
        var scale = Math.Min(Width / width, Height / height);
        return new(X + (Width - width * scale) / 2, Y + (Height - height * scale) / 2, width * scale, height * scale);
    }

    /// <summary>A PDF rectangle (7.9.5) on a page of this height.</summary>
    public PdfArray ToRectangle(double pageHeight) => PdfArray.Numbers(
        Math.Round(X * Points, 2),
        Math.Round((pageHeight - Bottom) * Points, 2),
        Math.Round(Right * Points, 2),
        Math.Round((pageHeight - Y) * Points, 2));
}
