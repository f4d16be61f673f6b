using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;

namespace ECopy.Functions.Pages.Office;

/// <summary>The official's queue.</summary>
[Authorize(Access.Attestor)]
internal sealed class ReviewModel(ReviewDesk desks, CopyRequests requests, TimeProvider clock) : DeskListModel(clock)
{
    public bool IsMine(CopyRequest copy) => ReviewDesk.KeptFromDeciding(copy, Agency, Caller) is not null;

    protected override Task<Desk> ListAsync() => desks.ForReviewAsync(Caller.Agency, HttpContext.RequestAborted);

    protected override async Task<DeskRows> RowsAsync(Desk desk, string? after) =>
        DeskRows.OfReview(desk, after, await DeskRows.OutcomeOfReviewAsync(after, this, requests, desks), Text);
}
