using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;

namespace ECopy.Functions.Pages.Office;

/// <summary>
/// Common reasons, ticked by their name and stored in the words of the notice, which is Vietnamese whatever language the page is
/// read in. Refusals name every ground of Decree 23/2015, article 22, with its clause and remedy.
/// </summary>
/// <param name="WordsOf">A reason's sentence, by its name.</param>
internal sealed record ReviewReasons(IReadOnlyList<string> Names, Func<string, PageTexts, string> WordsOf)
{
    public static readonly ReviewReasons ForReturn = new(
        ["missing", "unclear", "cut", "order", "words", "original"], (name, text) => text[$"review-return-{name}"]);

    public static readonly ReviewReasons ForRefusal = new(
        ["altered", "damaged", "secret", "unlawful", "foreign", "selfmade", "copy"], (name, text) => text[$"review-refuse-{name}"]);

    /// <summary>Ticked and own words together; <c>request-invalid</c>, <c>reasons-missing</c>, <c>reasons-too-long</c>.</summary>
    public Result<IReadOnlyList<string>> Read(IReadOnlyList<string> ticked, string? own)
    {
        ArgumentNullException.ThrowIfNull(ticked);
        if (ticked.Any(name => !Names.Contains(name))) return new Rejection("request-invalid");
        var words = new PageTexts(Sentences.Vietnamese);
        var reasons = Names.Where(ticked.Contains).Select(name => WordsOf(name, words)).ToList();
        if (OwnWords(own) is { Length: > 0 } said) reasons.Add(said);
        if (reasons.Count == 0) return new Rejection("reasons-missing");
        return reasons.Any(reason => reason.Length > CopyEndpoints.LongestReason) ? new Rejection("reasons-too-long") : reasons;
    }

    /// <summary>As one line.</summary>
    public static string OwnWords(string? typed) => string.Join(' ', (typed ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
