using ECopy.Functions.Layout;
using System.Globalization;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Compose;

/// <summary>What was copied: title, pages of both, digest of the scan.</summary>
internal sealed class StatementTable(CopyContent content, CopyFonts fonts, CopyLayout layout)
{
    private const double Leading = 1.27, Padding = 2.2, SmallPitch = 4.1;

    private readonly TextStyle label = new(fonts.Serif, 12, CopyColours.Label);
    private readonly TextStyle value = new(fonts.Serif, 12, CopyColours.Ink);
    private readonly TextStyle digest = new(fonts.Sans, 8.4, CopyColours.Ink, Tracking: 30);

    public void Draw(PdfCanvas canvas, int pages)
    {
        var wording = content.Wording;
        var row = TextLines.Pitch(value, Leading) + Padding;
        var digestRow = row + SmallPitch;
        var room = layout.TableBottomAtMost - layout.TableTopAtLeast - 2 * row - digestRow - Padding - 1;
        var (lines, bold) = TextLines.Block(
            [TextLines.Clean(content.Title)],
            new TextStyle(fonts.SerifBold, 12, CopyColours.Ink),
            layout.TableRight - layout.TableValues,
            room,
            6.5,
            Leading);
        var pitch = TextLines.Pitch(bold, Leading);
        // The first line stands on the label's baseline however small it is set.
        var titleRow = row + Math.Max(0, lines.Count - 1) * pitch;
        var height = titleRow + 2 * row + digestRow;
        var y = Math.Max(layout.TableTopAtLeast, Math.Min(layout.TableTop, layout.TableBottomAtMost - height));

        Rule(canvas, y);
        Label(canvas, y, wording.DocumentTitle);
        foreach (var (index, line) in lines.Index()) canvas.Text(layout.TableValues, Baseline(y) + (index * pitch), line, bold);
        y += titleRow;
        y = Row(canvas, y, row, wording.Original, Count(wording.OriginalPages, content.OriginalPages));
        y = Row(canvas, y, row, wording.Copy, Count(wording.CopyPages, pages));
        Rule(canvas, y);
        Label(canvas, y, wording.ScanDigest);
        Digest(canvas, Baseline(y));
        Rule(canvas, y + digestRow);
    }

    private static string Count(string words, int count) =>
        string.Format(CultureInfo.InvariantCulture, words, count.ToString("D2", CultureInfo.InvariantCulture));

    private double Row(PdfCanvas canvas, double y, double row, string name, string text)
    {
        Rule(canvas, y);
        Label(canvas, y, name);
        canvas.Text(layout.TableValues, Baseline(y), text, value);
        return y + row;
    }

    private void Label(PdfCanvas canvas, double y, string text) => canvas.Text(layout.TableLeft, Baseline(y), text, label);

    private void Rule(PdfCanvas canvas, double y) => canvas.Line(layout.TableLeft, y, layout.TableRight, y, CopyColours.Rule, 0.2);

    private double Baseline(double y) => y + Padding / 2 + TextLines.Pitch(value, Leading) * 0.76;

    /// <summary>Two lines of eight groups of four, with the spaces as they will be copied.</summary>
    private void Digest(PdfCanvas canvas, double y)
    {
        const int groups = 8, digits = 4;
        const string algorithm = "SHA-256   ";
        canvas.Text(layout.TableValues, y, algorithm, digest);
        var left = layout.TableValues + digest.Width(algorithm);
        foreach (var (index, line) in content.ScanDigest.Chunk(digits).Select(group => new string(group)).Chunk(groups).Index())
            canvas.Text(left, y + index * SmallPitch, string.Join(' ', line), digest);
    }
}
