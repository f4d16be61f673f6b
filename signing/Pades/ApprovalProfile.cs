using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pades;

/// <summary>
/// Profile approval, for agencies where somebody signs with a tool of their own: neither DocMDP nor declared fields, since few tools
/// could fill them. The composed document says on its statement page where signatures may be seen (page-piece dictionary,
/// ISO 32000-2, 14.5), so that the first signature already covers it.
/// </summary>
/// <param name="Page">The statement page.</param>
/// <param name="Areas">A visible signature lies within one of them.</param>
public sealed record ApprovalProfile(PdfReference Page, int PageIndex, IReadOnlyList<PdfArea> Areas)
{
    private const string Application = "ECopy";
    private const int MostAreas = 8;

    /// <summary>Says it on the last page added; no field may be declared beside it.</summary>
    public static void Declare(ArchiveWriter writer, double pageHeight, params IReadOnlyList<MillimetreBox> areas)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.AddPagePiece(Application, new PdfDictionary
        {
            { "Profile", new PdfName("Approval") },
            { "SignatureAreas", new PdfArray(areas.Select(area => area.ToRectangle(pageHeight))) },
        });
    }

    /// <summary>What a composed document declares; null for one of another profile.</summary>
    /// <param name="composed">The first revision.</param>
    public static ApprovalProfile? Read(PdfRevision composed)
    {
        ArgumentNullException.ThrowIfNull(composed);
        if (composed.Index != 0 || composed.Catalog.Contains("AcroForm")) return null;
        try
        {
            return PageTree.Read(composed) is [.., var last] pages ? Read(composed, last, pages.Count - 1) : null;
        }
        catch (PdfFormatException)
        {
            // Whatever else is wrong with such a file is found by those who need its pages.
            return null;
        }
    }

    /// <summary>Whether a rectangle lies within one of the areas.</summary>
    public bool Holds(IReadOnlyList<double> rectangle) => PdfArea.Of(rectangle) is { } inner && Areas.Any(area => area.Contains(inner));

    private static ApprovalProfile? Read(PdfRevision revision, PdfPage page, int index)
    {
        if (revision.Get<PdfDictionary>(page.Dictionary, "PieceInfo") is not { } pieces
            || revision.Get<PdfDictionary>(pieces, Application) is not { } own
            || revision.Get<PdfDictionary>(own, "Private") is not { } said
            || !said.Is("Profile", "Approval")
            || revision.Get<PdfArray>(said, "SignatureAreas") is not { Count: > 0 and <= MostAreas } list) return null;
        var areas = list.Select(item => item is PdfArray { Count: 4 } four && four.All(side => side is PdfNumber)
            ? PdfArea.Of([.. four.Select(side => ((PdfNumber)side).AsDouble)])
            : null).ToList();
        return areas.TrueForAll(area => area is not null) ? new ApprovalProfile(page.Reference, index, [.. areas.Select(area => area!)]) : null;
    }
}

/// <summary>A rectangle in a page's own units, its corners in order.</summary>
public sealed record PdfArea(double Left, double Bottom, double Right, double Top)
{
    /// <summary>Any two opposite corners (ISO 32000-2, 7.9.5); null for anything else.</summary>
    public static PdfArea? Of(IReadOnlyList<double> corners) => corners is [var a, var b, var c, var d] && corners.All(double.IsFinite)
        ? new PdfArea(Math.Min(a, c), Math.Min(b, d), Math.Max(a, c), Math.Max(b, d))
        : null;

    public bool Contains(PdfArea other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Left >= Left && other.Right <= Right && other.Bottom >= Bottom && other.Top <= Top;
    }
}
