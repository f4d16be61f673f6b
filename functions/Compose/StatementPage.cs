using ECopy.Functions.Layout;
using System.Globalization;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Compose;

/// <summary>The last page of a copy: the attestation statement and what helps to check it.</summary>
internal sealed class StatementPage(CopyContent content, CopyFonts fonts, CopyLayout layout)
{
    private const double Leading = 1.27;

    private readonly StatementWording wording = content.Wording;

    public void Draw(PdfCanvas canvas, IReadOnlyList<PdfReference> images, int pages)
    {
        DrawAgency(canvas);
        DrawNationalHeader(canvas);
        DrawHeading(canvas);
        new StatementTable(content, fonts, layout).Draw(canvas, pages);
        DrawThumbnails(canvas, images);
        DrawSigner(canvas);
        DrawVerify(canvas);
        if (content.IsTest) DrawTestBox(canvas);
    }

    private TextStyle Serif(double size) => new(fonts.Serif, size, CopyColours.Ink);

    private TextStyle SerifBold(double size) => new(fonts.SerifBold, size, CopyColours.Ink);

    private TextStyle Sans(double size) => new(fonts.Sans, size, CopyColours.Label);

    private void DrawAgency(PdfCanvas canvas)
    {
        var box = layout.Agency;
        var (lines, style) = TextLines.Block(Spoken(content.AgencyLines), SerifBold(12), box.Width - 2, box.Height - 3, 8, Leading);
        var y = Lines(canvas, lines, style, box.CentreX, box.Y, TextAlign.Centre);
        canvas.Line(box.CentreX - 12, y + 1.4, box.CentreX + 12, y + 1.4, CopyColours.Ink, 0.25);
    }

    private void DrawNationalHeader(PdfCanvas canvas)
    {
        var box = layout.NationalHeader;
        var (header, style) = TextLines.OneLine(wording.NationalHeader, SerifBold(12), box.Width, 9);
        var y = Lines(canvas, [header], style, box.CentreX, box.Y, TextAlign.Centre);
        var (motto, mottoStyle) = TextLines.OneLine(wording.Motto, SerifBold(13), box.Width, 9);
        y = Lines(canvas, [motto], mottoStyle, box.CentreX, y, TextAlign.Centre);
        var half = mottoStyle.Width(motto) / 2;
        canvas.Line(box.CentreX - half, y + 1, box.CentreX + half, y + 1, CopyColours.Ink, 0.25);
    }

    /// <summary>Heading, number and book, centred on the page.</summary>
    private void DrawHeading(PdfCanvas canvas)
    {
        var box = layout.Heading;
        var (heading, style) = TextLines.OneLine(wording.Heading, SerifBold(16), box.Width, 12);
        Lines(canvas, [heading], style, canvas.Width / 2, box.Y, TextAlign.Centre);
        const string gap = "     ";
        (string Text, TextStyle Style)[] pieces =
        [
            (wording.RegisterNumber + " ", Serif(12.5)),
            (content.RegisterNumber, SerifBold(12.5)),
            (gap + wording.Book + " ", Serif(12.5)),
            (TextLines.Clean(content.Book), SerifBold(12.5)),
        ];
        var scale = Math.Min(1, box.Width / pieces.Sum(p => p.Style.Width(p.Text)));
        var x = (canvas.Width - pieces.Sum(p => p.Style.Width(p.Text)) * scale) / 2;
        foreach (var (text, plain) in pieces)
        {
            var set = plain with { Size = plain.Size * scale };
            canvas.Text(x, box.Y + 14.2, text, set);
            x += set.Width(text);
        }
    }

    /// <summary>The scans once more, small: the very same image objects, so they weigh nothing.</summary>
    private void DrawThumbnails(PdfCanvas canvas, IReadOnlyList<PdfReference> images)
    {
        var first = layout.FirstThumbnail;
        canvas.Text(first.X, first.Y - 2, wording.Thumbnails, Sans(7.4));
        var shown = Math.Min(images.Count, layout.Thumbnails);
        for (var i = 0; i < shown; i++)
        {
            var cell = first with { X = first.X + i * layout.ThumbnailPitch };
            var box = cell.Fit(content.Pages[i].Aspect, 1) with { Y = cell.Y };
            canvas.Image(images[i], content.Pages[i], box);
            canvas.Rectangle(box.Inset(-0.075));
            canvas.Stroke(CopyColours.Hairline, 0.15);
        }

        if (images.Count <= shown) return;
        var more = string.Format(CultureInfo.InvariantCulture, wording.MorePages, images.Count - shown);
        canvas.Text(layout.TableRight, first.Y - 2, more, Sans(7.4), TextAlign.Right);
    }

    private void DrawSigner(PdfCanvas canvas)
    {
        var column = layout.SignatureColumn;
        DrawPlaceAndDate(canvas, column);
        var (lines, style) = TextLines.Block(Spoken(content.SignerTitle), SerifBold(12), column.Width, layout.SignerTitleHeight, 6.5, Leading);
        Lines(canvas, lines, style, column.CentreX, layout.SignerTitleTop, TextAlign.Centre);
        var (name, bold) = TextLines.OneLine(TextLines.Clean(content.SignerName), SerifBold(12.5), column.Width, 7);
        Lines(canvas, [name], bold, column.CentreX, layout.SignerNameTop, TextAlign.Centre);
    }

    /// <summary>One line; a place too long for it takes a line of its own, since the date must never be cut.</summary>
    private void DrawPlaceAndDate(PdfCanvas canvas, MillimetreBox column)
    {
        const double least = 9;
        var (place, date) = (TextLines.Clean(content.Place), VietnameseDate.Long(content.Date));
        var text = place.Length == 0 ? date : string.Format(CultureInfo.InvariantCulture, wording.PlaceAndDate, place, date);
        var style = new TextStyle(fonts.SerifItalic, 12, CopyColours.Ink);
        if ((style with { Size = least }).Width(text) <= column.Width)
        {
            var (line, fitted) = TextLines.OneLine(text, style, column.Width, least);
            Lines(canvas, [line], fitted, column.CentreX, column.Y, TextAlign.Centre);
            return;
        }

        var (first, small) = TextLines.OneLine(place + ",", style with { Size = least }, column.Width, 6);
        var next = Lines(canvas, [first], small, column.CentreX, column.Y - 1.6, TextAlign.Centre);
        Lines(canvas, [date], style with { Size = least }, column.CentreX, next, TextAlign.Centre);
    }

    private void DrawVerify(PdfCanvas canvas)
    {
        QrSymbol.Draw(canvas, content.VerifyAddress.AbsoluteUri, layout.Qr);
        canvas.Rectangle(layout.Qr);
        canvas.Stroke(CopyColours.Rule, 0.2);
        var box = layout.VerifyWords;
        var strong = new TextStyle(fonts.SansSemiBold, 8.6, CopyColours.Ink);
        canvas.Text(box.X, box.Y + 5.2, wording.VerifyHeading, new TextStyle(fonts.SansSemiBold, 9.4, CopyColours.Accent));
        canvas.Text(box.X, box.Y + 10.8, wording.VerifyHow, Sans(8));
        var (address, addressStyle) = TextLines.Block([TextLines.Clean(content.VerifyAddressText)], strong, box.Width, 8.4, 6, 1.25);
        var y = box.Y + 15;
        foreach (var line in address)
        {
            canvas.Text(box.X, y, line, addressStyle);
            y += TextLines.Pitch(addressStyle, 1.25);
        }

        canvas.Text(box.X, box.Y + 26.2, wording.VerificationCode, Sans(8));
        var (code, codeStyle) = TextLines.OneLine(content.VerificationCode, new TextStyle(fonts.SansBold, 9.4, CopyColours.Ink), box.Width, 6);
        canvas.Text(box.X, box.Y + 31, code, codeStyle);
    }

    private void DrawTestBox(PdfCanvas canvas)
    {
        var box = layout.TestBox;
        canvas.Rectangle(box.Inset(0.15));
        canvas.Stroke(CopyColours.Warning, 0.3);
        var style = new TextStyle(fonts.SansBold, 9.4, CopyColours.Warning);
        canvas.Text(box.CentreX, box.Y + 6.2, wording.Test, style, TextAlign.Centre);
        canvas.Text(box.CentreX, box.Y + 11, wording.TestNoValue, style, TextAlign.Centre);
    }

    private static IEnumerable<string> Spoken(IEnumerable<string> lines) => lines.Select(TextLines.Clean).Where(line => line.Length > 0);

    /// <summary>Lines below each other; gives where the next would begin.</summary>
    private static double Lines(PdfCanvas canvas, IEnumerable<string> lines, TextStyle style, double x, double top, TextAlign align)
    {
        var pitch = TextLines.Pitch(style, Leading);
        foreach (var line in lines)
        {
            canvas.Text(x, top + pitch * 0.76, line, style, align);
            top += pitch;
        }

        return top;
    }
}
