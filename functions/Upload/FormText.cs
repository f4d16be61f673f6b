using System.Globalization;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Layout;

namespace ECopy.Functions.Upload;

/// <summary>What a clerk types, as it may be stored.</summary>
internal static class FormText
{
    public const int LongestTitle = 300;
    public const int LongestRequester = 200;
    public const int LongestKind = 100;
    public const int MostPages = 10_000;

    /// <summary>The texts of an upload, cleaned, or why they cannot be taken. A type alone is a title too.</summary>
    public static Result<(string Title, string Requester, string? Kind)> Read(ScanUpload upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var kind = Clean(upload.DocumentKind ?? "");
        var title = Clean(upload.Title) is { Length: > 0 } typed ? typed : kind;
        var requester = Clean(upload.Requester ?? "");
        if (title.Length == 0) return new Rejection("title-missing");
        if (TooLong(title, requester, kind) is { } refusal) return refusal;
        if (upload.OriginalPages is < 1 or > MostPages) return new Rejection("pages-invalid");
        return (title, requester, kind.Length == 0 ? null : kind);
    }

    public static Rejection? TooLong(string title, string requester, string kind) =>
        title.Length > LongestTitle ? new Rejection("title-too-long", "most", LongestTitle.ToString(CultureInfo.InvariantCulture))
        : kind.Length > LongestKind ? new Rejection("title-too-long", "most", LongestKind.ToString(CultureInfo.InvariantCulture))
        : requester.Length > LongestRequester ? new Rejection("requester-too-long", "most", LongestRequester.ToString(CultureInfo.InvariantCulture))
        : null;

    /// <summary>A certified copy must not name its paper with a box where a letter was typed.</summary>
    public static Rejection? Unprintable(string title, CopyFonts fonts)
    {
        ArgumentNullException.ThrowIfNull(fonts);
        return fonts.FirstMissing(title) is { } letter ? new Rejection("title-unprintable", "letter", letter.ToString()) : null;
    }

    /// <summary>NFC, one line, no control characters.</summary>
    public static string Clean(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Control and format characters (right-to-left marks among them) could make a title read as another one.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse) kept.Append(' ');
            else kept.Append(rune);
        }

        return string.Join(' ', kept.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)).Normalize(NormalizationForm.FormC);
    }
}
