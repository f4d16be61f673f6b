using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>The official's queue.</summary>
[Authorize(Access.Attestor)]
internal sealed class ReviewModel(ReviewDesk desks, CopyRequests requests, TimeProvider clock) : OfficePageModel
{
    public DateTimeOffset Now { get; private set; }

    public Desk Desk { get; private set; } = new([], 0, []);

    public DeskRows Rows { get; private set; } = null!;

    /// <param name="after">The request that was decided a moment ago.</param>
    public async Task<IActionResult> OnGetAsync(string? after)
    {
        await ReadAsync(after);
        return Page();
    }

    /// <summary>The rows on top alone, for a script that looks what became of what was signed.</summary>
    public async Task<IActionResult> OnGetBehindAsync(string? after)
    {
        await ReadAsync(after);
        return Partial("_ReviewRows", Rows);
    }

    public bool IsMine(CopyRequest copy) => ReviewDesk.KeptFromDeciding(copy, Agency, Caller) is not null;

    private async Task ReadAsync(string? after)
    {
        Now = clock.GetUtcNow();
        Desk = await desks.ForReviewAsync(Caller.Agency, HttpContext.RequestAborted);
        Rows = DeskRows.OfReview(Desk, after, await DeskRows.OutcomeOfReviewAsync(after, this, requests, desks), Text);
    }
}
