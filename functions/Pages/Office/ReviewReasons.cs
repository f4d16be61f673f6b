using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;

namespace ECopy.Functions.Pages.Office;

/// <summary>
/// Common reasons, ticked by their name and stored in the words of the notice, which is Vietnamese whatever language the page is
/// read in. Refusals name every ground of Decree 23/2015, article 22, with its clause.
/// </summary>
internal static class ReviewReasons
{
    public static readonly IReadOnlyList<string> ForReturn = ["missing", "unclear", "cut", "order", "words", "original"];

    public static readonly IReadOnlyList<string> ForRefusal = ["altered", "damaged", "secret", "unlawful", "foreign", "selfmade", "copy"];

    /// <summary>Ticked and own words together; <c>request-invalid</c>, <c>reasons-missing</c>, <c>reasons-too-long</c>.</summary>
    public static Result<IReadOnlyList<string>> Read(IReadOnlyList<string> known, string family, IReadOnlyList<string> ticked, string? own)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(ticked);
        if (ticked.Any(name => !known.Contains(name))) return new Rejection("request-invalid");
        var words = new PageTexts(Sentences.Vietnamese);
        var reasons = known.Where(ticked.Contains).Select(name => words[$"{family}-{name}"]).ToList();
        if (string.Join(' ', (own ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } said) reasons.Add(said);
        if (reasons.Count == 0) return new Rejection("reasons-missing");
        return reasons.Any(reason => reason.Length > CopyEndpoints.LongestReason) ? new Rejection("reasons-too-long") : reasons;
    }
}
