using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Texts;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>One visit at the counter. The page is drawn by its script from <see cref="CounterView"/>; every change is stored here at once.</summary>
[Authorize(Access.Clerk)]
internal sealed class CounterVisitModel(Drafts drafts, CopyWorkflow workflow, AccessLinks links, AccessCookie cookie, UploadLimits limits) : OfficePageModel
{
    /// <summary>Fields of fifty originals and the order of some hundred pages.</summary>
    private const int LargestForm = 512 * 1024;

    public string DraftId => (string)RouteData.Values["draftId"]!;

    public CounterView View { get; private set; } = null!;

    public string State => JsonSerializer.Serialize(View, ApiJson.Strict);

    public long MostBytes => limits.MostBytes;

    public string TooLarge => Sentences.Of(limits.TooLarge, Text.Culture);

    public async Task<IActionResult> OnGetAsync()
    {
        if (!Drafts.IsId(DraftId)) return Refuse(new Rejection("draft-not-found"));
        // A submission that was cut short: what was ordered is finished before anything is shown.
        if (await workflow.ResumeDraftAsync(Caller.Agency, DraftId, HttpContext.RequestAborted) is { } refused) return Refuse(refused);
        var draft = await drafts.FindAsync(Caller.Agency, DraftId, HttpContext.RequestAborted);
        if (draft?.End is { DossierCode: { } code }) return LocalRedirect($"/office/dossiers/{code}");
        View = CounterView.Of(DraftId, draft);
        return Page();
    }

    public async Task<IActionResult> OnGetScanAsync(string scan) =>
        await drafts.ReadPageAsync(Caller.Agency, DraftId, scan, HttpContext.RequestAborted) is var (content, extension)
            ? File(content.ToArray(), extension == "jpg" ? "image/jpeg" : "image/png")
            : Refuse(new Rejection("not-found"));

    public async Task<IActionResult> OnPostSaveAsync()
    {
        var body = await ReadAsync(LargestForm);
        try
        {
            return body is not null && JsonSerializer.Deserialize<DraftForm>(body.Value.Span, ApiJson.Strict) is { } form
                ? Answer(await drafts.SaveAsync(Caller.Agency, DraftId, Caller.PersonId, form, HttpContext.RequestAborted))
                : Refuse(new Rejection("request-invalid"));
        }
        catch (JsonException)
        {
            return Refuse(new Rejection("request-invalid"));
        }
    }

    /// <param name="original">Where it belongs.</param>
    /// <param name="scan">The page's id, chosen by the screen.</param>
    /// <param name="number">Which of the chosen files it is, for the sentence that refuses it.</param>
    public async Task<IActionResult> OnPostScanAsync(string original, string scan, int number) => await ReadAsync(limits.MostBytes) is { } content
        ? Answer(await drafts.AddPageAsync(Caller.Agency, DraftId, Caller.PersonId, original, scan, number, content, HttpContext.RequestAborted))
        : Refuse(limits.TooLarge);

    public async Task<IActionResult> OnPostDropAsync(string scan) =>
        Answer(await drafts.DropPageAsync(Caller.Agency, DraftId, Caller.PersonId, scan, HttpContext.RequestAborted));

    public async Task<IActionResult> OnPostRemoveAsync(string original) =>
        Answer(await drafts.RemoveOriginalAsync(Caller.Agency, DraftId, Caller.PersonId, original, HttpContext.RequestAborted));

    public async Task<IActionResult> OnPostDiscardAsync()
    {
        var ended = await drafts.DiscardAsync(Caller.Agency, DraftId, Caller.PersonId, HttpContext.RequestAborted);
        // Nothing was stored yet: there is nothing to give up.
        return ended.Rejection is null or { Code: "draft-not-found" } ? new JsonResult(new CounterLeads("/office/counter")) : Refuse(ended.Rejection);
    }

    public async Task<IActionResult> OnPostSubmitAsync()
    {
        var submitted = await workflow.SubmitDraftAsync(Caller.Agency, DraftId, Caller.PersonId, HttpContext.RequestAborted);
        if (submitted.Rejection is { } missing)
        {
            if (missing.Details?.GetValueOrDefault("field") is not { } field) return Refuse(missing);
            return new JsonResult(new CounterMissing(Sentences.Of(missing, Text.Culture), field, missing.Details["original"])) { StatusCode = StatusCodes.Status422UnprocessableEntity };
        }

        var code = submitted.Value.DossierCode;
        // Pressed again after the answer was lost: the first link was never shown, so it gives way to one that is.
        if ((submitted.Value.Token ?? (await links.ReplaceAsync(Caller.Agency, code, Caller.PersonId, HttpContext.RequestAborted)).Value) is { } token)
            cookie.Keep(HttpContext, Caller.Agency, code, token);
        return new JsonResult(new CounterLeads($"/office/dossiers/{code}"));
    }

    private IActionResult Answer(Result<Draft> draft) => draft.IsRejected ? Refuse(draft.Rejection!) : new JsonResult(CounterView.Of(DraftId, draft.Value), ApiJson.Strict);

    /// <summary>The body, or null when it is longer than may be.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(long most)
    {
        if (Request.ContentLength > most) return null;
        using var body = new MemoryStream();
        await Request.Body.CopyToAsync(body, HttpContext.RequestAborted);
        return body.Length > most ? null : body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}

/// <param name="Address">Where the browser goes now.</param>
internal sealed record CounterLeads(string Address);

/// <param name="Field">Of the form.</param>
/// <param name="Original">Which original, or empty.</param>
internal sealed record CounterMissing(string Sentence, string Field, string Original);
