using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>One dossier before the official: the scan beside the form, and the decision. The next one follows at once.</summary>
[Authorize(Access.Attestor)]
internal sealed class ReviewOneModel(ReviewDesk desks, CopyRequests requests, ScanSizes sizes, CopyWorkflow workflow, TimeProvider clock)
    : DeskOneModel(requests, sizes, clock)
{
    public string ReceivedBy { get; private set; } = "";

    /// <summary>Nobody else's decision is shown as this official's to take.</summary>
    public Rejection? KeptFromDeciding { get; private set; }

    public Rejection? KeptFromSigning { get; private set; }

    public IReadOnlyList<string> Ticked { get; private set; } = [];

    public string? Own { get; private set; }

    public ReviewDecision? Tried { get; private set; }

    public Task<IActionResult> OnPostApproveAsync(string copyId, [FromForm] string? digestSeen, [FromForm] string? compared) =>
        DecideAsync(copyId, ReviewDecision.Approved, digestSeen, compared is "yes" ? (Result<IReadOnlyList<string>>)Array.Empty<string>() : new Rejection("compare-first"));

    public Task<IActionResult> OnPostReturnAsync(string copyId, [FromForm] string? digestSeen, [FromForm] string[]? reason, [FromForm] string? own) =>
        DecideAsync(copyId, ReviewDecision.ReturnedForCorrection, digestSeen, Reasons(ReviewReasons.ForReturn, reason, own));

    public Task<IActionResult> OnPostRefuseAsync(string copyId, [FromForm] string? digestSeen, [FromForm] string[]? reason, [FromForm] string? own) =>
        DecideAsync(copyId, ReviewDecision.Rejected, digestSeen, Reasons(ReviewReasons.ForRefusal, reason, own));

    private Result<IReadOnlyList<string>> Reasons(ReviewReasons known, string[]? ticked, string? own)
    {
        (Ticked, Own) = (ticked ?? [], own);
        return known.Read(Ticked, own);
    }

    private async Task<IActionResult> DecideAsync(string copyId, ReviewDecision kind, string? digestSeen, Result<IReadOnlyList<string>> reasons)
    {
        if (await FindAsync(copyId) is not { } copy) return Refuse(new Rejection("copy-not-found"));
        var refusal = reasons.Rejection;
        if (refusal is null)
        {
            var order = new DecisionOrder(Caller.Agency, copyId, Caller.PersonId, kind, digestSeen ?? "", reasons.Value);
            refusal = (await workflow.DecideAsync(order, HttpContext.RequestAborted)).Rejection;
        }

        // Decided now, or by somebody else first: either way the next dossier opens, and a row says which.
        if (refusal is null or { Code: "decision-not-waiting" }) return await LeadOnAsync(copyId);
        Tried = kind;
        return await ShowRefusalAsync(copy, refusal);
    }

    private async Task<IActionResult> LeadOnAsync(string copyId)
    {
        var next = (await ListAsync()).After(copyId, copy => ReviewDesk.KeptFromDeciding(copy, Agency, Caller) is null);
        return Redirect($"/office/review{(next is null ? "" : "/" + next.CopyId)}?after={copyId}");
    }

    protected override bool IsHere(CopyRequest copy) => ReviewDesk.IsForReview(copy);

    protected override Task<Desk> ListAsync() => desks.ForReviewAsync(Caller.Agency, HttpContext.RequestAborted);

    protected override async Task<DeskRows> RowsAsync(Desk desk, string? after) =>
        DeskRows.OfReview(desk, after, await DeskRows.OutcomeOfReviewAsync(after, this, Requests, desks), Text);

    protected override async Task ShowMoreAsync()
    {
        ReceivedBy = await desks.NameOfAsync(Copy.Agency, Copy.ReceivedBy, HttpContext.RequestAborted);
        KeptFromDeciding = ReviewDesk.KeptFromDeciding(Copy, Agency, Caller);
        KeptFromSigning = KeptFromDeciding is null ? await desks.KeptFromSigningAsync(Person, HttpContext.RequestAborted) : null;
    }
}
