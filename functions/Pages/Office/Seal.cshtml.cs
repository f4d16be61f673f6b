using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>The clerical officer's queue: what the official has signed and the agency has not.</summary>
[Authorize(Access.SealKeeper)]
internal sealed class SealModel(ReviewDesk desks, CopyRequests requests, TimeProvider clock) : OfficePageModel
{
    public DateTimeOffset Now { get; private set; }

    public Desk Desk { get; private set; } = new([], 0, []);

    public DeskRows Rows { get; private set; } = null!;

    /// <param name="after">The request that was sealed or returned a moment ago.</param>
    public async Task<IActionResult> OnGetAsync(string? after)
    {
        await ReadAsync(after);
        return Page();
    }

    /// <summary>The rows on top alone, for a script that looks what became of what was sealed.</summary>
    public async Task<IActionResult> OnGetBehindAsync(string? after)
    {
        await ReadAsync(after);
        return Partial("_ReviewRows", Rows);
    }

    private async Task ReadAsync(string? after)
    {
        Now = clock.GetUtcNow();
        Desk = await desks.ForSealAsync(Caller.Agency, HttpContext.RequestAborted);
        Rows = DeskRows.OfSeal(Desk, after, await DeskRows.OutcomeOfSealAsync(after, this, requests, desks), Text);
    }
}
