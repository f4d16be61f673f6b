using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;

namespace ECopy.Functions.Pages.Office;

/// <summary>The clerical officer's queue: what the official has signed and the agency has not.</summary>
[Authorize(Access.SealKeeper)]
internal sealed class SealModel(ReviewDesk desks, CopyRequests requests, TimeProvider clock) : DeskListModel(clock)
{
    protected override Task<Desk> ListAsync() => desks.ForSealAsync(Caller.Agency, HttpContext.RequestAborted);

    protected override async Task<DeskRows> RowsAsync(Desk desk, string? after) =>
        DeskRows.OfSeal(desk, after, await DeskRows.OutcomeOfSealAsync(after, this, requests, desks), Text);
}
