using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>A page of a desk: its work list, and the rows on top that say what became of what was done before.</summary>
internal abstract class DeskPageModel(TimeProvider clock) : OfficePageModel
{
    public DateTimeOffset Now { get; private set; }

    public Desk Desk { get; private set; } = new([], 0, []);

    public DeskRows Rows { get; private set; } = null!;

    /// <summary>The list of this desk.</summary>
    protected abstract Task<Desk> ListAsync();

    /// <param name="desk">The list.</param>
    /// <param name="after">The request that was worked on a moment ago.</param>
    protected abstract Task<DeskRows> RowsAsync(Desk desk, string? after);

    protected async Task ReadAsync(string? after)
    {
        Now = clock.GetUtcNow();
        Desk = await ListAsync();
        Rows = await RowsAsync(Desk, after);
    }
}

/// <summary>The list of a desk.</summary>
internal abstract class DeskListModel(TimeProvider clock) : DeskPageModel(clock)
{
    /// <param name="after">The request that was worked on a moment ago.</param>
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
}

/// <summary>One request on a desk: its scan beside the form.</summary>
internal abstract class DeskOneModel(CopyRequests requests, ScanSizes sizes, TimeProvider clock) : DeskPageModel(clock)
{
    protected CopyRequests Requests { get; } = requests;

    public CopyRequest Copy { get; private set; } = null!;

    public ScanView Scan { get; private set; } = null!;

    /// <summary>Why what was just sent was not done.</summary>
    public Rejection? Refusal { get; protected set; }

    public int Place => Desk.PlaceOf(Copy.CopyId);

    public CopyRequest? Next => Desk.After(Copy.CopyId);

    public CopyRequest? Previous => Desk.Before(Copy.CopyId);

    public async Task<IActionResult> OnGetAsync(string copyId, string? after)
    {
        if (await FindAsync(copyId) is not { } copy) return Refuse(new Rejection("copy-not-found"));
        // Nothing to do here any more, or not yet: how it stands is on its own page.
        if (!IsHere(copy)) return Redirect($"/office/copies/{copyId}");
        await ShowAsync(copy, after);
        return Page();
    }

    protected abstract bool IsHere(CopyRequest copy);

    /// <summary>What this desk shows beside the scan.</summary>
    protected abstract Task ShowMoreAsync();

    protected async Task ShowAsync(CopyRequest copy, string? after)
    {
        Copy = copy;
        await ReadAsync(after);
        Scan = await ScanView.OfAsync(copy, Next, sizes, Text, HttpContext.RequestAborted);
        await ShowMoreAsync();
    }

    /// <summary>The page once more, with the reason above.</summary>
    protected async Task<IActionResult> ShowRefusalAsync(CopyRequest copy, Rejection refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        Refusal = refusal;
        Response.StatusCode = Refusals.StatusOf(refusal.Code);
        await ShowAsync(copy, null);
        return Page();
    }

    protected async Task<CopyRequest?> FindAsync(string copyId) =>
        CopyIds.IsUsable(copyId) ? await Requests.FindAsync(Caller.Agency, copyId, HttpContext.RequestAborted) : null;
}
