using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>Every request of the agency, newest first.</summary>
[Authorize(Access.Office)]
internal sealed class CopiesModel(CopyListing listing, TimeProvider clock) : OfficePageModel
{
    private const int RowsOnPage = 50;

    /// <summary>States that somebody looks for, in the order of the flow.</summary>
    public static readonly IReadOnlyList<CopyState> Choices =
    [
        CopyState.WaitingForReview, CopyState.Signing, CopyState.WaitingForSeal, CopyState.Registered, CopyState.HandedOver,
        CopyState.Returned, CopyState.Refused, CopyState.Withdrawn, CopyState.Replaced, CopyState.Failed,
    ];

    public CopyState? Chosen { get; private set; }

    public bool IsFirstPage { get; private set; }

    public CopyPage Rows { get; private set; } = new([], null);

    public DateTimeOffset Now { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? state, string? before)
    {
        if (state is { Length: > 0 })
        {
            if (!Enum.TryParse<CopyState>(state, out var chosen) || chosen.ToString() != state) return Refuse(new Rejection("state-unknown"));
            Chosen = chosen;
        }

        if (before is not null && !CopyIds.IsUsable(before)) return Refuse(new Rejection("cursor-invalid"));
        IsFirstPage = before is null;
        Now = clock.GetUtcNow();
        Rows = await listing.ReadNewestAsync(Caller.Agency, Chosen, before, RowsOnPage, HttpContext.RequestAborted);
        return Page();
    }

    public static string AddressOf(CopyState? state, string? before = null) =>
        "/office/copies" + QueryString.Create(new Dictionary<string, string?> { ["state"] = state?.ToString(), ["before"] = before }.Where(pair => pair.Value is not null));
}
