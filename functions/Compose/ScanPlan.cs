using ECopy.Functions.Layout;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Compose;

/// <summary>A scan on a page.</summary>
internal sealed record PlacedScan(int Index, MillimetreBox Box);

/// <summary>A page of the copy with its scans.</summary>
internal sealed record PlannedPage(double Width, double Height, IReadOnlyList<PlacedScan> Scans);

/// <summary>
/// Decides how each scan stands on A4. An original that fits keeps its size by the file's own resolution; the others are
/// fitted into the frame. A picture that is wider than high gets a page across: it is read upright on a screen, and every
/// printer turns such a page onto A4 by itself, while a turned picture on an upright page would have to be read sideways.
/// </summary>
internal static class ScanPlan
{
    public static IReadOnlyList<PlannedPage> Of(IReadOnlyList<ScanImage> scans, CopyLayout layout)
    {
        var pages = new List<PlannedPage>();
        for (var i = 0; i < scans.Count; i++)
        {
            if (i + 1 < scans.Count && BothSides(scans[i], scans[i + 1], layout) is var (front, back))
            {
                var upper = Small(front, layout.ShortSide, layout.SmallTop);
                var lower = Small(back, layout.ShortSide, upper.Bottom + layout.CardGap);
                pages.Add(new PlannedPage(layout.ShortSide, layout.LongSide, [new(i, upper), new(i + 1, lower)]));
                i++;
                continue;
            }

            pages.Add(Single(i, scans[i], layout));
        }

        return pages;
    }

    private static PlannedPage Single(int index, ScanImage scan, CopyLayout layout)
    {
        if (scan.PaperSize is { } paper && Fits(paper, layout, layout.ShortSide, layout.LongSide))
            return new(layout.ShortSide, layout.LongSide, [new(index, Small(paper, layout.ShortSide, layout.SmallTop))]);
        var isWide = scan.Aspect > 1.02;
        var (width, height) = isWide ? (layout.LongSide, layout.ShortSide) : (layout.ShortSide, layout.LongSide);
        if (scan.PaperSize is { } size && Fits(size, layout, width, height))
            return new(width, height, [new(index, Small(size, width, layout.SmallTop))]);
        var fitted = Frame(layout, width, height).Fit(scan.Aspect, 1);
        // Between "fits below the top line" and "fills the frame" nothing is enlarged either.
        if (scan.PaperSize is { } exact && exact.Width < fitted.Width)
            fitted = new(fitted.CentreX - exact.Width / 2, fitted.CentreY - exact.Height / 2, exact.Width, exact.Height);
        return new(width, height, [new(index, fitted)]);
    }

    private static MillimetreBox Frame(CopyLayout layout, double width, double height) =>
        new(layout.FrameSide, layout.FrameTop, width - 2 * layout.FrameSide, height - layout.FrameTop - layout.FrameBottom);

    private static MillimetreBox Small((double Width, double Height) paper, double pageWidth, double top) =>
        new((pageWidth - paper.Width) / 2, top, paper.Width, paper.Height);

    private static bool Fits((double Width, double Height) paper, CopyLayout layout, double width, double height) =>
        paper.Width <= Frame(layout, width, height).Width && layout.SmallTop + paper.Height <= Frame(layout, width, height).Bottom;

    /// <summary>Two card-sized scans in a row, of about the same size, are the two sides of one card.</summary>
    private static ((double, double) Front, (double, double) Back)? BothSides(ScanImage one, ScanImage two, CopyLayout layout)
    {
        if (one.PaperSize is not { } front || two.PaperSize is not { } back) return null;
        bool IsCard((double Width, double Height) paper) => Math.Max(paper.Width, paper.Height) <= layout.CardSide;
        static bool Near(double a, double b) => Math.Abs(a - b) <= 0.15 * Math.Max(a, b);
        var same = Near(Math.Max(front.Width, front.Height), Math.Max(back.Width, back.Height))
            && Near(Math.Min(front.Width, front.Height), Math.Min(back.Width, back.Height));
        var fits = layout.SmallTop + front.Height + layout.CardGap + back.Height <= Frame(layout, layout.ShortSide, layout.LongSide).Bottom;
        return IsCard(front) && IsCard(back) && same && fits ? (front, back) : null;
    }
}
