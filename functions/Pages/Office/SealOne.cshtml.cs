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
internal sealed class SealOneModel(ReviewDesk desks, CopyRequests requests, ScanSizes sizes, CopyWorkflow workflow, TimeProvider clock)
    : DeskOneModel(requests, sizes, clock)
{
    public Rejection? KeptFromSealing { get; private set; }

    public string? Own { get; private set; }

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
        var refusal = reason.Length > CopyEndpoints.LongestReason
            ? new Rejection("reasons-too-long")
            : (await workflow.StopAsync(new StopCommand(Caller.Agency, copyId, Caller.PersonId, ClosingCodes.Returned, reason), HttpContext.RequestAborted)).Rejection;
        if (refusal is null or { Code: "stop-too-late" }) return await LeadOnAsync(copyId);
        Own = own;
        return await ShowRefusalAsync(copy, refusal);
    }

    private async Task<IActionResult> LeadOnAsync(string copyId)
    {
        return Redirect($"/office/seal{((await ListAsync()).After(copyId) is { } next ? "/" + next.CopyId : "")}?after={copyId}");
    }

    protected override bool IsHere(CopyRequest copy) => ReviewDesk.IsForSeal(copy);

    protected override Task<Desk> ListAsync() => desks.ForSealAsync(Caller.Agency, HttpContext.RequestAborted);

    protected override async Task<DeskRows> RowsAsync(Desk desk, string? after) =>
        DeskRows.OfSeal(desk, after, await DeskRows.OutcomeOfSealAsync(after, this, Requests, desks), Text);

    protected override async Task ShowMoreAsync() => KeptFromSealing = await desks.KeptFromSealingAsync(Agency, HttpContext.RequestAborted);
}
