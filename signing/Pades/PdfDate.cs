using System.Globalization;

namespace ECopy.Signing.Pades;

/// <summary>Dates as PDF writes them (ISO 32000-2, 7.9.4).</summary>
internal static class PdfDate
{
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    /// <summary><c>D:20261122094107+07'00'</c></summary>
    public static string Write(DateTimeOffset time) =>
        "D:" + time.ToOffset(Vietnam).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "+07'00'";

    /// <summary>Null for anything that does not name second and zone.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        if (text is null || !text.StartsWith("D:", StringComparison.Ordinal)) return null;
        var plain = text[2..].Replace("'", "", StringComparison.Ordinal);
        plain = plain.EndsWith('Z') ? plain[..^1] + "+0000" : plain.Replace('Z', '+');
        if (plain.Length != 19) return null;
        // .NET reads a zone only with its colon.
        return DateTimeOffset.TryParseExact(plain.Insert(17, ":"), "yyyyMMddHHmmsszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToUniversalTime()
            : null;
    }
}
