using System.Globalization;
using System.Resources;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Texts;

/// <summary>Plain sentences by stable code, in Vietnamese and English (Sentences.resx, Sentences.en.resx).</summary>
internal static class Sentences
{
    public static readonly CultureInfo Vietnamese = CultureInfo.GetCultureInfo("vi-VN");
    public static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");
    internal static readonly ResourceManager Resources = new("ECopy.Functions.Texts.Sentences", typeof(Sentences).Assembly);

    /// <summary>The sentence of a code, with {name} replaced by the details.</summary>
    public static string Of(string code, CultureInfo culture, IReadOnlyDictionary<string, string>? details = null)
    {
        var sentence = Resources.GetString(code, culture) ?? Resources.GetString("unexpected", culture)!;
        if (details is null) return sentence;
        foreach (var (name, value) in details) sentence = sentence.Replace("{" + name + "}", value, StringComparison.Ordinal);
        return sentence;
    }

    public static string Of(Rejection rejection, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        // A refused picture is explained by its kind where there is more to say (a PDF has another way out than a HEIC).
        var kind = rejection.Details is { } details && details.TryGetValue("kind", out var found) && found.Length > 0 ? $"{rejection.Code}.{found}" : null;
        var code = kind is not null && Resources.GetString(kind, culture) is not null ? kind : rejection.Code;
        return Of(code, culture, rejection.Details);
    }

    /// <summary>English where the reader asks for it, else Vietnamese.</summary>
    public static CultureInfo Reader(string? language) =>
        language is not null && language.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : Vietnamese;
}
