using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>One copy that the official has signed, before the agency's signature: what stands on it beside its scan.</summary>
[Authorize(Access.SealKeeper)]
internal sealed class SealOneModel(ReviewDesk desks, CopyRequests requests, ScanSizes sizes, CopyWorkflow workflow, TimeProvider clock) : OfficePageModel
{
    public DateTimeOffset Now { get; private set; }

    public Desk Desk { get; private set; } = new([], 0, []);

    public CopyRequest Copy { get; private set; } = null!;

    public ScanView Scan { get; private set; } = null!;

    public DeskRows Rows { get; private set; } = null!;

    public Rejection? KeptFromSealing { get; private set; }

    public Rejection? Refusal { get; private set; }

    public string? Own { get; private set; }

    public int Place => Desk.PlaceOf(Copy.CopyId);

    public CopyRequest? Next => Desk.After(Copy.CopyId);

    public CopyRequest? Previous => Desk.Before(Copy.CopyId);

    public async Task<IActionResult> OnGetAsync(string copyId, string? after)
    {
        if (await FindAsync(copyId) is not { } copy) return Refuse(new Rejection("copy-not-found"));
        if (!ReviewDesk.IsForSeal(copy)) return Redirect($"/office/copies/{copyId}");
        await ShowAsync(copy, after);
        return Page();
    }

    public async Task<IActionResult> OnPostSealAsync(string copyId)
    {
        if (await FindAsync(copyId) is null) return Refuse(new Rejection("copy-not-found"));
        var released = await workflow.ReleaseSealAsync(new SealOrder(Caller.Agency, copyId, Caller.PersonId), HttpContext.RequestAborted);
        // Not waiting any more: somebody was first, and a row says who.
        return released.IsRejected && released.Rejection!.Code != "seal-not-waiting" ? Refuse(released.Rejection) : await LeadOnAsync(copyId);
    }

    public async Task<IActionResult> OnPostReturnAsync(string copyId, [FromForm] string? own)
    {
        if (await FindAsync(copyId) is not { } copy) return Refuse(new Rejection("copy-not-found"));
        var reason = ReviewReasons.OwnWords(own);
        Refusal = reason.Length > CopyEndpoints.LongestReason
            ? new Rejection("reasons-too-long")
            : (await workflow.StopAsync(new StopCommand(Caller.Agency, copyId, Caller.PersonId, ClosingCodes.Returned, reason), HttpContext.RequestAborted)).Rejection;
        if (Refusal is null or { Code: "stop-too-late" }) return await LeadOnAsync(copyId);
        Own = own;
        Response.StatusCode = Refusals.StatusOf(Refusal.Code);
        await ShowAsync(copy, null);
        return Page();
    }

    private async Task<IActionResult> LeadOnAsync(string copyId)
    {
        var desk = await desks.ForSealAsync(Caller.Agency, HttpContext.RequestAborted);
        return Redirect($"/office/seal{(desk.After(copyId) is { } next ? "/" + next.CopyId : "")}?after={copyId}");
    }

    private async Task ShowAsync(CopyRequest copy, string? after)
    {
        var cancellation = HttpContext.RequestAborted;
        Copy = copy;
        Now = clock.GetUtcNow();
        Desk = await desks.ForSealAsync(Caller.Agency, cancellation);
        Rows = DeskRows.OfSeal(Desk, after, await DeskRows.OutcomeOfSealAsync(after, this, requests, desks), Text);
        Scan = await ScanView.OfAsync(copy, Next, sizes, Text, cancellation);
        KeptFromSealing = await desks.KeptFromSealingAsync(Agency, cancellation);
    }

    private async Task<CopyRequest?> FindAsync(string copyId) =>
        CopyIds.IsUsable(copyId) ? await requests.FindAsync(Caller.Agency, copyId, HttpContext.RequestAborted) : null;
}
