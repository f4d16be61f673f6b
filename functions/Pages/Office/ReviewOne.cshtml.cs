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
internal sealed class ReviewOneModel(ReviewDesk desks, CopyRequests requests, ScanSizes sizes, CopyWorkflow workflow, TimeProvider clock) : OfficePageModel
{
    public DateTimeOffset Now { get; private set; }

    public Desk Desk { get; private set; } = new([], 0, []);

    public CopyRequest Copy { get; private set; } = null!;

    public ScanView Scan { get; private set; } = null!;

    public DeskRows Rows { get; private set; } = null!;

    public string ReceivedBy { get; private set; } = "";

    /// <summary>Nobody else's decision is shown as this official's to take.</summary>
    public Rejection? KeptFromDeciding { get; private set; }

    public Rejection? KeptFromSigning { get; private set; }

    /// <summary>Why the decision that was just sent was not taken.</summary>
    public Rejection? Refusal { get; private set; }

    public int Place => Desk.PlaceOf(Copy.CopyId);

    public CopyRequest? Next => Desk.After(Copy.CopyId);

    public CopyRequest? Previous => Desk.Before(Copy.CopyId);

    public IReadOnlyList<string> Ticked { get; private set; } = [];

    public string? Own { get; private set; }

    public ReviewDecision? Tried { get; private set; }

    public async Task<IActionResult> OnGetAsync(string copyId, string? after)
    {
        if (await FindAsync(copyId) is not { } copy) return Refuse(new Rejection("copy-not-found"));
        // Nothing to decide any more, or not yet: how it stands is on its own page.
        if (!ReviewDesk.IsForReview(copy)) return Redirect($"/office/copies/{copyId}");
        await ShowAsync(copy, after);
        return Page();
    }

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
        (Refusal, Tried) = (refusal, kind);
        Response.StatusCode = Refusals.StatusOf(refusal.Code);
        await ShowAsync(copy, null);
        return Page();
    }

    private async Task<IActionResult> LeadOnAsync(string copyId)
    {
        var desk = await desks.ForReviewAsync(Caller.Agency, HttpContext.RequestAborted);
        var next = desk.After(copyId, copy => ReviewDesk.KeptFromDeciding(copy, Agency, Caller) is null);
        return Redirect($"/office/review{(next is null ? "" : "/" + next.CopyId)}?after={copyId}");
    }

    private async Task ShowAsync(CopyRequest copy, string? after)
    {
        var cancellation = HttpContext.RequestAborted;
        Copy = copy;
        Now = clock.GetUtcNow();
        Desk = await desks.ForReviewAsync(Caller.Agency, cancellation);
        Rows = DeskRows.OfReview(Desk, after, await DeskRows.OutcomeOfReviewAsync(after, this, requests, desks), Text);
        Scan = await ScanView.OfAsync(copy, Next, sizes, Text, cancellation);
        ReceivedBy = await desks.NameOfAsync(copy.Agency, copy.ReceivedBy, cancellation);
        KeptFromDeciding = ReviewDesk.KeptFromDeciding(copy, Agency, Caller);
        KeptFromSigning = KeptFromDeciding is null ? await desks.KeptFromSigningAsync(Person, cancellation) : null;
    }

    private async Task<CopyRequest?> FindAsync(string copyId) =>
        CopyIds.IsUsable(copyId) ? await requests.FindAsync(Caller.Agency, copyId, HttpContext.RequestAborted) : null;
}
