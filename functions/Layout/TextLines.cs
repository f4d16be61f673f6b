using System.Globalization;
using System.Text;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Layout;

/// <summary>Text made to fit its place: cleaned, broken into lines, set smaller when it must be.</summary>
internal static class TextLines
{
    private const double Step = 0.25;

    /// <summary>
    /// One line of composed characters (NFC): line breaks become spaces; controls and invisible marks, such as soft
    /// hyphens, go, since they would be in the text but not on the paper.
    /// </summary>
    public static string Clean(string text)
    {
        var cleaned = new StringBuilder(text.Length);
        foreach (var character in text.IsNormalized() ? text.EnumerateRunes() : Normalized(text).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(character);
            if (Rune.IsWhiteSpace(character)) Space(cleaned);
            else if (category is not (UnicodeCategory.Control or UnicodeCategory.Format)) cleaned.Append(character);
        }

        return cleaned.ToString().Trim();
    }

    /// <summary>Lines no wider than the width, broken at spaces, inside a word only if the word alone is too wide.</summary>
    public static List<string> Wrap(string text, TextStyle style, double width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (style.Width(longer) <= width)
            {
                line = longer;
                continue;
            }

            if (line.Length > 0) lines.Add(line);
            line = Broken(word, style, width, lines);
        }

        if (line.Length > 0) lines.Add(line);
        return lines;
    }

    /// <summary>The style, smaller until the text fits on one line; at the least size it is cut with an ellipsis.</summary>
    public static (string Text, TextStyle Style) OneLine(string text, TextStyle style, double width, double least)
    {
        while (style.Width(text) > width && style.Size > least) style = style with { Size = Math.Max(least, style.Size - Step) };
        if (style.Width(text) <= width) return (text, style);
        return (Cut(text, style, width), style);
    }

    /// <summary>Wrapped lines in the largest size that keeps within width and height.</summary>
    public static (List<string> Lines, TextStyle Style) Block(IEnumerable<string> paragraphs, TextStyle style, double width, double height, double least, double leading)
    {
        var source = paragraphs.ToList();
        while (true)
        {
            var lines = source.SelectMany(p => Wrap(p, style, width)).ToList();
            if (lines.Count * Pitch(style, leading) <= height || style.Size <= least)
            {
                var most = Math.Max(1, (int)(height / Pitch(style, leading) + 1e-6));
                if (lines.Count <= most) return (lines, style);
                return ([.. lines[..(most - 1)], Cut(string.Join(' ', lines[(most - 1)..]), style, width)], style);
            }

            style = style with { Size = Math.Max(least, style.Size - Step) };
        }
    }

    /// <summary>Millimetres from line to line.</summary>
    public static double Pitch(TextStyle style, double leading) => style.Size * leading / MillimetreBox.Points;

    private static string Normalized(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair; what is left of it becomes U+FFFD.
            return string.Concat(text.EnumerateRunes().Select(r => r.ToString())).Normalize(NormalizationForm.FormC);
        }
    }

    private static void Space(StringBuilder cleaned)
    {
        if (cleaned.Length > 0 && cleaned[^1] != ' ') cleaned.Append(' ');
    }

    private static string Broken(string word, TextStyle style, double width, List<string> lines)
    {
        while (style.Width(word) > width)
        {
            var length = Fitting(word, style, width);
            // An address is broken behind its own marks if one is near.
            var mark = word.AsSpan(0, length).LastIndexOfAny("/.-_") + 1;
            if (mark > length / 3) length = mark;
            lines.Add(word[..length]);
            word = word[length..];
        }

        return word;
    }

    private static string Cut(string text, TextStyle style, double width)
    {
        if (style.Width(text) <= width) return text;
        return text[..Fitting(text, style, width - style.Width("…"))].TrimEnd() + "…";
    }

    /// <summary>How many chars fit, whole characters only, at least one.</summary>
    private static int Fitting(string text, TextStyle style, double width)
    {
        var length = 0;
        foreach (var character in text.EnumerateRunes())
        {
            var next = length + character.Utf16SequenceLength;
            if (length > 0 && style.Width(text[..next]) > width) break;
            length = next;
        }

        return length;
    }
}
