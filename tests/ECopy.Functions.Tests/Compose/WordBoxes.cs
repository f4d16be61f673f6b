using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Compose;

/// <summary>A word on a page, millimetres from the top left corner.</summary>
internal sealed record WordBox(int Page, double Left, double Top, double Right, double Bottom, string Text)
{
    /// <summary>Whether the two cover each other by more than line boxes of neighbours do.</summary>
    public bool Collides(WordBox other)
    {
        var across = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var down = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        return Page == other.Page && across > 0.3 && down > 0.35 * Math.Min(Bottom - Top, other.Bottom - other.Top);
    }

    /// <summary>All words of a file, as pdftotext finds them.</summary>
    public static List<WordBox> Of(byte[] pdf)
    {
        const double millimetre = 25.4 / 72;
        var found = new List<WordBox>();
        var page = 0;
        foreach (var line in OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-bbox", "{}", "-").Output.Split('\n'))
        {
            if (line.Contains("<page ", StringComparison.Ordinal)) page++;
            var match = Regex.Match(line, "<word xMin=\"([^\"]+)\" yMin=\"([^\"]+)\" xMax=\"([^\"]+)\" yMax=\"([^\"]+)\">(.*)</word>");
            if (!match.Success) continue;
            double Number(int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) * millimetre;
            found.Add(new WordBox(page, Number(1), Number(2), Number(3), Number(4), WebUtility.HtmlDecode(match.Groups[5].Value)));
        }

        return found;
    }
}
