using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>What a drawn paper says about its invented holder.</summary>
/// <param name="Date">dd/MM/yyyy.</param>
internal sealed record Facts(string Name, string Number, string Date)
{
    /// <summary>Every holder's papers have their own grain.</summary>
    public uint Seed => (Name + Number).Aggregate(17u, (sum, letter) => sum * 31 + letter);

    /// <summary>As documents write it: ngày 05 tháng 02 năm 2026.</summary>
    public string DateInWords => Date.Split('/') is [var day, var month, var year] ? $"ngày {day} tháng {month} năm {year}" : "ngày … tháng … năm …";
}

/// <summary>Pieces that many papers have.</summary>
internal static class Papers
{
    /// <summary>What a scan has at least.</summary>
    public const int Dpi = 200;

    public static Sheet Upright(CopyFonts fonts, Facts facts, int paper, uint page = 0) => new(fonts, 210, 297, Dpi, paper, facts.Seed + page);

    public static Sheet Across(CopyFonts fonts, Facts facts, int paper) => new(fonts, 297, 210, Dpi, paper, facts.Seed);

    /// <summary>Country and motto, centred on x.</summary>
    public static void NationalHead(Sheet sheet, double x, double y, double points = 12, Ink ink = Ink.Black)
    {
        sheet.Text(x, y, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", points, sheet.Fonts.SerifBold, ink, Align.Centre);
        var width = sheet.Text(x, y + points * 0.5, "Độc lập - Tự do - Hạnh phúc", points + 1, sheet.Fonts.SerifBold, ink, Align.Centre);
        sheet.Line(x - width / 2, y + points * 0.62, x + width / 2, y + points * 0.62, 0.25, ink);
    }

    /// <summary>Who issues, left of the national head.</summary>
    public static void Issuer(Sheet sheet, double x, double y, string above, string name, double points = 12)
    {
        sheet.Text(x, y, above, points, sheet.Fonts.Serif, Ink.Black, Align.Centre);
        var width = sheet.Text(x, y + points * 0.5, name, points, sheet.Fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Line(x - width / 4, y + points * 0.62, x + width / 4, y + points * 0.62, 0.25);
    }

    /// <summary>A printed label and what was filled in, on a dotted line up to <paramref name="right"/>.</summary>
    public static void Field(Sheet sheet, double x, double y, double right, string label, string value, double points = 13, Ink ink = Ink.Black)
    {
        var from = x + sheet.Text(x, y, label, points) + 1.5;
        for (var dot = from; dot < right; dot += 1.6) sheet.Area(dot, y + 0.7, 0.35, 0.35, Ink.Grey, 1);
        sheet.Text(from + 1, y, value, points + 0.5, sheet.Fonts.SerifBold, ink);
    }

    /// <summary>A two-line border with corners.</summary>
    public static void Border(Sheet sheet, double margin, Ink ink)
    {
        sheet.Frame(margin, margin, sheet.Width - 2 * margin, sheet.Height - 2 * margin, 1.1, ink, 0.9);
        sheet.Frame(margin + 2, margin + 2, sheet.Width - 2 * margin - 4, sheet.Height - 2 * margin - 4, 0.35, ink, 0.9);
        foreach (var (x, y) in ((double, double)[])[(margin, margin), (sheet.Width - margin, margin), (margin, sheet.Height - margin), (sheet.Width - margin, sheet.Height - margin)])
        {
            sheet.Ring(x, y, 4, 0.6, ink, 0.9);
            sheet.Ring(x, y, 2.2, 0.5, ink, 0.9);
        }
    }

    /// <summary>Fine waves under the print, as on forms that are hard to copy.</summary>
    public static void Guilloche(Sheet sheet, Ink ink, double strength = 0.22)
    {
        for (var line = 0; line < sheet.Height / 9; line++)
        {
            var y = 6 + line * 9.0;
            for (var x = 8.0; x < sheet.Width - 8; x += 3)
            {
                double At(double place) => y + 2.4 * Math.Sin(place / 11 + line);
                sheet.Line(x, At(x), x + 3.05, At(x + 3.05), 0.22, ink, strength);
            }
        }
    }

    /// <summary>Title of the signer, a signature in blue, and a name; the round stamp over its left part.</summary>
    public static void Signed(Sheet sheet, double x, double y, string title, string name, string stamp)
    {
        sheet.Text(x, y, title, 13, sheet.Fonts.SerifBold, Ink.Black, Align.Centre);
        Scribble(sheet, x - 16, y + 16);
        Stamp(sheet, x - 20, y + 12, 16, stamp);
        sheet.Text(x, y + 31, name, 13, sheet.Fonts.SerifBold, Ink.Black, Align.Centre);
    }

    /// <summary>A round red stamp that says MẪU: nothing drawn here can be taken for a real one.</summary>
    public static void Stamp(Sheet sheet, double x, double y, double radius, string around)
    {
        sheet.Ring(x, y, radius, radius * 0.06, Ink.Stamp, 0.85);
        sheet.Ring(x, y, radius * 0.9, radius * 0.025, Ink.Stamp, 0.8);
        sheet.Ring(x, y, radius * 0.58, radius * 0.025, Ink.Stamp, 0.8);
        sheet.Text(x, y + radius * 0.16, "MẪU", radius * 1.15, sheet.Fonts.SansBold, Ink.Stamp, Align.Centre, 0.88);
        var points = radius * 0.48;
        var length = sheet.WidthOf(around, points, sheet.Fonts.SansSemiBold);
        var foot = radius * 0.68;
        if (length > foot * 5) (points, length) = (points * foot * 5 / length, foot * 5);
        var at = -length / 2;
        foreach (var letter in around.EnumerateRunes())
        {
            var width = sheet.WidthOf(letter.ToString(), points, sheet.Fonts.SansSemiBold);
            var angle = (at + width / 2) / foot;
            var (sin, cos) = Math.SinCos(angle);
            sheet.Letter(x + foot * sin - width / 2 * cos, y - foot * cos - width / 2 * sin, letter, points, sheet.Fonts.SansSemiBold, Ink.Stamp, 0.82, angle);
            at += width;
        }
    }

    /// <summary>A signature that is nobody's, another one on every paper.</summary>
    public static void Scribble(Sheet sheet, double x, double y, double size = 1)
    {
        var (px, py) = (x, y);
        var (loops, hurry, lean) = (sheet.Chance.Between(24, 38), sheet.Chance.Between(14, 26), sheet.Chance.Between(0, 3));
        for (var i = 1; i <= 90; i++)
        {
            var t = i / 90.0;
            var nextX = x + size * (34 * t + 3.4 * Math.Sin(t * hurry));
            var nextY = y + size * (-5 * t + (6.5 - 5 * t) * Math.Sin(t * loops + lean) * (t < 0.15 ? 1.5 : 1));
            sheet.Line(px, py, nextX, nextY, 0.35 + 0.2 * Math.Abs(Math.Sin(t * 9)), Ink.Blue, 0.95);
            (px, py) = (nextX, nextY);
        }
    }

    /// <summary>Text broken into lines between two edges; gives the place of the line after.</summary>
    public static double Paragraph(Sheet sheet, double x, double y, double right, string text, double points = 13, double step = 7.5, double indent = 10)
    {
        var line = "";
        var left = x + indent;
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && left + sheet.WidthOf(line + " " + word, points) > right)
            {
                sheet.Text(left, y, line, points);
                (line, left, y) = (word, x, y + step);
            }
            else
            {
                line = line.Length == 0 ? word : line + " " + word;
            }
        }

        sheet.Text(left, y, line, points);
        return y + step;
    }
}
