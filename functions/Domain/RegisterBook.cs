using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ECopy.Functions.Domain;

/// <summary>
/// Quyển số: the volume of the certification register that a number belongs to, e.g. <c>01/2026-SCT/BS</c>.
/// One per agency and year; <see cref="Suffix"/> is the agency's setting.
/// </summary>
public sealed partial record RegisterBook
{
    private RegisterBook(int volume, int year, string suffix)
    {
        Volume = volume;
        Year = year;
        Suffix = suffix;
    }

    public int Volume { get; }

    public int Year { get; }

    /// <summary><c>SCT/BS</c>; in demo stores <c>SCT/BS-TEST</c>.</summary>
    public string Suffix { get; }

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Volume:00}/{Year:0000}-{Suffix}");

    /// <summary>The name as one segment of a path: <c>01-2026-SCT-BS</c>.</summary>
    public string PathSegment => Name.Replace('/', '-');

    /// <summary>The book that a reservation made on this (+07:00) day goes into.</summary>
    public static RegisterBook For(DateOnly date, string suffix) =>
        SuffixPattern().IsMatch(suffix)
            ? new RegisterBook(1, date.Year, suffix)
            : throw new ArgumentException($"not a book suffix: {suffix}", nameof(suffix));

    public static bool TryParse(string? name, [NotNullWhen(true)] out RegisterBook? book)
    {
        var match = NamePattern().Match(name ?? "");
        book = match.Success
            ? new RegisterBook(
                int.Parse(match.Groups["volume"].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups["year"].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups["suffix"].Value)
            : null;
        return book is not null;
    }

    public static RegisterBook Parse(string name) =>
        TryParse(name, out var book) ? book : throw new FormatException($"not a register book: {name}");

    public override string ToString() => Name;

    [GeneratedRegex(@"\A[A-Z0-9]+(?:[/-][A-Z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SuffixPattern();

    [GeneratedRegex(@"\A(?<volume>[0-9]{2})/(?<year>[0-9]{4})-(?<suffix>[A-Z0-9]+(?:[/-][A-Z0-9]+)*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
