using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>What people type into the office's records, made fit to be kept.</summary>
internal static partial class OfficeText
{
    private const int LongestId = 64;

    /// <summary>One line: composed letters, single blanks, nothing that moves the cursor. Rejects <c>office-text-invalid</c> of this field.</summary>
    public static Result<string> Line(string? typed, string field, int most)
    {
        var line = Blanks().Replace((typed ?? "").Normalize(), " ").Trim();
        return line.Length == 0 || line.Length > most || line.Any(char.IsControl) ? Invalid(field, most) : line;
    }

    /// <summary>At most so many lines, at least one; empty ones are left out.</summary>
    public static Result<IReadOnlyList<string>> Lines(IReadOnlyList<string> typed, string field, int mostLines, int most)
    {
        ArgumentNullException.ThrowIfNull(typed);
        var lines = new List<string>();
        foreach (var one in typed.Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var line = Line(one, field, most);
            if (line.IsRejected) return line.Rejection!;
            lines.Add(line.Value);
        }

        return lines.Count is 0 || lines.Count > mostLines ? Invalid(field, most) : lines;
    }

    /// <summary>A name by which records and people are found: motcua.linh.</summary>
    public static bool IsId(string? typed) => typed is { Length: > 1 and <= LongestId } && Id().IsMatch(typed) && BlobPath.IsSegment(typed);

    /// <summary>As in dossier codes: H99.9.1 or 000.00.99.H99.</summary>
    public static bool IsAgencyCode(string? typed) => typed is not null && AgencyCode().IsMatch(typed);

    /// <summary>dd/MM/yyyy, as people here write it.</summary>
    public static DateOnly? Day(string? typed) =>
        DateOnly.TryParseExact(typed?.Trim(), ["dd/MM/yyyy", "d/M/yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Letters only, without case and accents: names in certificates are written in many ways.</summary>
    public static string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new StringBuilder();
        foreach (var letter in text.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(letter)) plain.Append(letter is 'đ' or 'Đ' ? 'd' : char.ToLowerInvariant(letter));
            else if (plain.Length > 0 && plain[^1] != ' ' && CharUnicodeInfo.GetUnicodeCategory(letter) is not UnicodeCategory.NonSpacingMark) plain.Append(' ');
        }

        return plain.ToString().Trim();
    }

    public static Rejection Invalid(string field, int most) =>
        new("office-text-invalid", new Dictionary<string, string> { ["kind"] = field, ["most"] = most.ToString(CultureInfo.InvariantCulture) });

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\A[a-z0-9]+(?:[._-][a-z0-9]+)*\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}|[A-Z][0-9]{2}(?:\.[0-9]{1,3}){0,4})\z")]
    private static partial Regex AgencyCode();
}
