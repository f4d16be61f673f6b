using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Upload;
using ECopy.Functions.Verify;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages;

/// <summary>
/// <c>/v/</c> and <c>/v/{code}</c>. An address never shows "unchanged": it can be printed on any paper. Only a file sent or
/// compared from our own page can lead there.
/// </summary>
[IgnoreAntiforgeryToken] // A check changes nothing; IsFromOwnPage keeps others from asking in our name.
internal sealed class CheckModel(VerifyCopy verify, UploadLimits limits, StoreTerms terms, TimeProvider clock) : PageModel
{
    /// <summary>Codes, and ends of earlier revisions, that a script may name: a file has few.</summary>
    private const int MostClaims = 8;

    private string? typed;

    public PageTexts Text => PageTexts.For(HttpContext);

    public VerdictView? Verdict { get; private set; }

    /// <summary>Why a file could not be looked at.</summary>
    public string? Notice { get; private set; }

    public CheckForm Form => new(
        Text, limits.MostBytes, typed, Verdict?.Copy?.Code, FileFirst: Verdict?.Copy is not null, Focus: Verdict is null && Notice is null);

    public async Task<IActionResult> OnGetAsync()
    {
        Response.Headers.CacheControl = "no-store";
        var fromForm = Request.Query["code"].ToString();
        typed = RouteData.Values["code"] as string ?? (fromForm.Length > 0 ? fromForm : null);
        if (string.IsNullOrWhiteSpace(typed))
        {
            typed = null;
            return Request.Path.Value == "/v" ? Redirect("/v/" + Request.QueryString) : Page();
        }

        // One address for one copy, however it was typed.
        if (VerificationCode.Read(typed).Code is { } code && Request.Path.Value != Address(code)) return Redirect(Address(code));
        Verdict = View(await verify.ByCodeAsync(typed, HttpContext.RequestAborted), AskedBy.Code, null);
        return Page();
    }

    /// <summary>A file that stayed on its reader's device: its fingerprint, and what the script saw inside. Answers the verdict alone.</summary>
    public async Task<IActionResult> OnPostFingerprintAsync()
    {
        Response.Headers.CacheControl = "no-store";
        if (!PageHeaders.IsFromOwnPage(Request, terms.PublicUrl)) return StatusCode(StatusCodes.Status403Forbidden);
        var (form, refusal) = await ReadFormAsync();
        if (form is null || form["sha256"].ToString() is not { } sha256 || !IsDigest(sha256) || form["earlier"].Any(one => !IsDigest(one)))
            return StatusCode(refusal is null ? StatusCodes.Status400BadRequest : StatusCodes.Status413PayloadTooLarge);
        var verdict = await verify.ByFingerprintAsync(
            new FileFingerprint(sha256, [.. form["earlier"].Take(MostClaims).OfType<string>()], [.. form["code"].Take(MostClaims).OfType<string>()]),
            HttpContext.RequestAborted);
        return Partial("_Verdict", View(verdict, AskedBy.File, Asked(form)));
    }

    /// <summary>The file itself: without scripts, or to have its signatures checked too. It is not kept.</summary>
    public async Task<IActionResult> OnPostFileAsync()
    {
        Response.Headers.CacheControl = "no-store";
        if (!PageHeaders.IsFromOwnPage(Request, terms.PublicUrl)) return StatusCode(StatusCodes.Status403Forbidden);
        var (form, refusal) = await ReadFormAsync();
        if (form?.Files is not [{ Length: > 0 } file])
        {
            Notice = refusal is null ? Text["file-missing"] : Sentences.Of(refusal, Text.Culture);
            return Page();
        }

        using var content = new MemoryStream(checked((int)file.Length));
        await file.CopyToAsync(content, HttpContext.RequestAborted);
        var verdict = await verify.ByFileAsync(content.GetBuffer().AsMemory(0, (int)content.Length), HttpContext.RequestAborted);
        Verdict = View(verdict, AskedBy.File, Asked(form));
        return Page();
    }

    private async Task<(IFormCollection? Form, Rejection? Refusal)> ReadFormAsync()
    {
        var tooLarge = new Rejection("file-too-large-plain");
        if (!Request.HasFormContentType) return (null, null);
        try
        {
            return (await Request.ReadFormAsync(new FormOptions { MultipartBodyLengthLimit = limits.MostBytes }, HttpContext.RequestAborted), null);
        }
        catch (BadHttpRequestException refused)
        {
            return (null, refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? tooLarge : null);
        }
        catch (InvalidDataException)
        {
            return (null, Request.ContentLength > limits.MostBytes ? tooLarge : null);
        }
    }

    private VerdictView View(Verdict verdict, AskedBy by, string? asked) => new(verdict, by, asked, clock.GetUtcNow(), Text);

    private static string? Asked(IFormCollection form) =>
        VerificationCode.Read(form["asked"].ToString()).Code is { } code ? VerificationCode.Format(code) : null;

    private static string Address(string code) => "/v/" + VerificationCode.Format(code);

    private static bool IsDigest(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigit);
}
