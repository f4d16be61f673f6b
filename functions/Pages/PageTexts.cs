using System.Globalization;
using System.Resources;

namespace ECopy.Functions.Pages;

/// <summary>The words of the pages in one reader's language (Texts/Pages.resx, Pages.en.resx).</summary>
internal sealed class PageTexts(CultureInfo culture)
{
    internal static readonly ResourceManager Resources = new("ECopy.Functions.Texts.Pages", typeof(PageTexts).Assembly);

    public CultureInfo Culture => culture;

    /// <summary>For <c>html lang</c>.</summary>
    public string Language => culture.TwoLetterISOLanguageName;

    public string this[string key] => Resources.GetString(key, culture) ?? throw new ArgumentException($"no text {key}", nameof(key));

    public static PageTexts For(HttpContext context) => new(ReaderLanguage.Of(context));
}
