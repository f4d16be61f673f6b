using ECopy.Functions.Layout;
using System.Globalization;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Compose;

/// <summary>Lays a copy out: scan pages as they are, the strip on every page, the statement on a page of its own.</summary>
internal sealed class CopyComposer(CopyFonts fonts)
{
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    private readonly CopyLayout layout = CopyLayout.V1;

    public ComposedCopy Compose(CopyContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Pages.Count == 0) throw new ArgumentException("a copy needs a scan", nameof(content));
        var writer = new ArchiveWriter(new ArchiveMetadata(
            TextLines.Clean(content.Title),
            content.VerificationCode,
            string.Create(CultureInfo.InvariantCulture, $"ECopy, layout {layout.Version}"),
            content.CreatedAt.ToOffset(Vietnam)));
        var images = content.Pages.Select(p => p.AddTo(writer)).ToList();
        var plan = ScanPlan.Of(content.Pages, layout);
        var strip = new CopyStrip(content, fonts, layout);
        var pages = plan.Count + 1;
        foreach (var (index, page) in plan.Index())
        {
            var canvas = writer.NewCanvas(page.Width, page.Height);
            foreach (var scan in page.Scans) Draw(canvas, content, images[scan.Index], scan);
            strip.Draw(canvas, index + 1, pages);
            writer.AddPage(canvas);
        }

        var last = writer.NewCanvas(layout.ShortSide, layout.LongSide);
        // The seal lets the signature under it shine through.
        last.IsBlended = true;
        new StatementPage(content, fonts, layout).Draw(last, images, pages);
        strip.Draw(last, pages, pages);
        writer.AddPage(last);
        if (content.Approval) ApprovalProfile.Declare(writer, layout.LongSide, layout.SignatureAreas);
        else AddFields(writer, content.Wording);
        var pdf = writer.Finish();
        return new ComposedCopy(pdf, pages, [.. writer.Fonts.Substituted.Select(r => r.ToString())]);
    }

    private static void Draw(PdfCanvas canvas, CopyContent content, PdfReference image, PlacedScan scan)
    {
        const double hairline = 0.2;
        canvas.Image(image, content.Pages[scan.Index], scan.Box);
        // Outside the picture's edge: nothing of the scan is covered.
        canvas.Rectangle(scan.Box.Inset(-hairline / 2));
        canvas.Stroke(CopyColours.Hairline, hairline);
    }

    /// <summary>Both fields, empty, with the locks of the signature profile; the seal second, so painted over the signature.</summary>
    private void AddFields(ArchiveWriter writer, StatementWording wording)
    {
        writer.AddSignatureField(new(SignatureProfile.PersonField, wording.PersonField, layout.PersonField, SignatureProfile.Lock(SignatureRole.Person)));
        writer.AddSignatureField(new(SignatureProfile.SealField, wording.SealField, layout.SealField, SignatureProfile.Lock(SignatureRole.Seal)));
    }
}
