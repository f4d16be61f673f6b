using ECopy.Functions.Layout;
using System.Globalization;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Compose;

/// <summary>The strip at the foot of every page: conversion mark, agency, number, book, code, page.</summary>
internal sealed class CopyStrip(CopyContent content, CopyFonts fonts, CopyLayout layout)
{
    private const double Size = 6.9, Least = 4.5;

    public void Draw(PdfCanvas canvas, int page, int pages)
    {
        double left = layout.FrameSide, right = canvas.Width - layout.FrameSide;
        var rule = canvas.Height - layout.StripRule;
        canvas.Line(left, rule, right, rule, CopyColours.Accent, 0.35);

        var wording = content.Wording;
        var first = new List<(string, TextStyle)>();
        if (content.IsTest) first.Add((wording.Test + "  ", Bold(CopyColours.Warning)));
        first.Add(($"{wording.ConversionMark} · {TextLines.Clean(content.AgencyName)}", Regular));
        Line(canvas, left, right, canvas.Height - layout.StripFirstLine, first);

        var number = string.Format(CultureInfo.InvariantCulture, wording.StripNumber, content.RegisterNumber);
        var place = string.Format(CultureInfo.InvariantCulture, wording.StripPage, page, pages);
        var second = canvas.Height - layout.StripSecondLine;
        var room = right - Bold(CopyColours.Ink).Width(place) - 4;
        Line(canvas, left, room, second, [($"{number} · {TextLines.Clean(content.Book)} · {wording.VerificationCode} ", Regular), (content.VerificationCode, Bold(CopyColours.Ink))]);
        canvas.Text(right, second, place, Bold(CopyColours.Ink), TextAlign.Right);
    }

    private TextStyle Regular => new(fonts.Sans, Size, CopyColours.Label);

    private TextStyle Bold(PdfColour colour) => new(fonts.SansSemiBold, Size, colour);

    /// <summary>Pieces one behind the other, all smaller together if they would not fit.</summary>
    private static void Line(PdfCanvas canvas, double left, double right, double y, List<(string Text, TextStyle Style)> pieces)
    {
        var width = pieces.Sum(p => p.Style.Width(p.Text));
        var scale = Math.Max(Least / Size, Math.Min(1, (right - left) / width));
        foreach (var (text, style) in pieces)
        {
            var (shown, set) = TextLines.OneLine(text, style with { Size = style.Size * scale }, right - left, Least);
            canvas.Text(left, y, shown, set);
            left += set.Width(shown);
        }
    }
}
