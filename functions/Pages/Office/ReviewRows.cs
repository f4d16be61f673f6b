using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;

namespace ECopy.Functions.Pages.Office;

/// <param name="Address">Where one goes on with it, or null.</param>
internal sealed record DeskRow(string Colour, string Sign, string Dossier, string Title, string Said, string? WayOut, string? Address);

/// <summary>
/// The rows on top of a desk: what became of the last decision, what came back, what keeps from working. Never a pop-up.
/// </summary>
/// <param name="Address">Where the rows are asked for again.</param>
/// <param name="Mark">Changes when the list does.</param>
internal sealed record DeskRows(string Address, int Behind, string Mark, DeskRow? Outcome, IReadOnlyList<DeskRow> Troubles, PageTexts Text)
{
    private const string TextStyle = "\uFE0E";

    public static DeskRows OfReview(Desk desk, string? after, DeskRow? outcome, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(desk);
        return new DeskRows(AddressOf("/office/review", after), desk.Behind, MarkOf(desk), outcome, [.. desk.Troubles.Select(copy => TroubleOf(copy, text, ReviewDesk.IsForReview(copy) ? "/office/review/" : "/office/copies/"))], text);
    }

    public static DeskRows OfSeal(Desk desk, string? after, DeskRow? outcome, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(desk);
        return new DeskRows(AddressOf("/office/seal", after), desk.Behind, MarkOf(desk), outcome, [.. desk.Troubles.Select(copy => TroubleOf(copy, text, "/office/copies/"))], text);
    }

    /// <summary>What the store says of a request that this official has just sent a decision for: their own, or somebody else's that was first.</summary>
    public static async Task<DeskRow?> OutcomeOfReviewAsync(string? after, OfficePageModel page, CopyRequests requests, ReviewDesk desks)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (await FindAsync(after, page, requests) is not { } copy) return null;
        var text = page.Text;
        if (copy.Decision is not { } decision) return copy.Stop is null && !copy.IsFinished ? null : Elsewhere(copy, text["review-after-ended"], text);
        if (decision.PersonId == page.Caller.PersonId)
            return new DeskRow("ok", "✔" + TextStyle, copy.DossierCode, copy.Title, text[$"review-after-{decision.Kind}"], null, $"/office/copies/{copy.CopyId}");
        var name = await desks.NameOfAsync(copy.Agency, decision.PersonId, page.HttpContext.RequestAborted);
        return Elsewhere(
            copy,
            text["review-after-other"].Replace("{name}", name, StringComparison.Ordinal).Replace("{time}", CopiesWords.Time(decision.At, text), StringComparison.Ordinal)
                .Replace("{decision}", text[$"copies-decision-{decision.Kind}"], StringComparison.Ordinal),
            text);
    }

    /// <summary>The same for the agency's signature.</summary>
    public static async Task<DeskRow?> OutcomeOfSealAsync(string? after, OfficePageModel page, CopyRequests requests, ReviewDesk desks)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (await FindAsync(after, page, requests) is not { } copy) return null;
        var text = page.Text;
        var by = copy.Stop?.By ?? (copy.SealRelease?.Approval == copy.Approval ? copy.SealRelease.By : null);
        if (by is null) return null;
        var done = text[copy.Stop is null ? "seal-after-released" : "seal-after-returned"];
        if (by == page.Caller.PersonId) return new DeskRow("ok", "✔" + TextStyle, copy.DossierCode, copy.Title, done, null, $"/office/copies/{copy.CopyId}");
        var name = await desks.NameOfAsync(copy.Agency, by, page.HttpContext.RequestAborted);
        return Elsewhere(copy, text["seal-after-other"].Replace("{name}", name, StringComparison.Ordinal), text);
    }

    /// <summary>A refusal known before, or given to what was just sent.</summary>
    public static DeskRow OfRefusal(Rejection rejection, CopyRequest copy, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        ArgumentNullException.ThrowIfNull(copy);
        ArgumentNullException.ThrowIfNull(text);
        var wayOut = rejection.Code is "compare-first" or "reasons-missing" or "reasons-too-long" or "digest-not-stored" or "request-invalid" ? null : CopiesWords.TroubleOf(rejection.Code, text).WayOut;
        // What exactly is wrong with a key file is for the log and the administrator.
        var said = rejection.Code is "signing-key-unusable" ? text["copies-trouble-key"] : Sentences.Of(rejection, text.Culture);
        return new DeskRow("bad", "✖" + TextStyle, copy.DossierCode, copy.Title, said, wayOut, null);
    }

    private static string MarkOf(Desk desk) =>
        desk.Waiting is [var first, ..] ? FormattableString.Invariant($"{desk.Waiting.Count} {first.CopyId} {desk.Waiting[^1].CopyId}") : "0";

    private static string AddressOf(string desk, string? after) =>
        desk + QueryString.Create(after is not null && CopyIds.IsUsable(after) ? [new("handler", "behind"), new("after", after)] : [new KeyValuePair<string, string?>("handler", "behind")]);

    private static DeskRow TroubleOf(CopyRequest copy, PageTexts text, string place)
    {
        var trouble = CopiesWords.TroubleOf(copy.Failure!.Code, text);
        var number = copy.Reservation is { Number: { } spoiled } given && copy.GivenUp?.Approval == given.Approval
            ? $" {text["copies-void-number"]} {CopiesWords.Number(spoiled)}."
            : "";
        return new DeskRow("bad", "✖" + TextStyle, copy.DossierCode, copy.Title, trouble.Reason + number, trouble.WayOut, place + copy.CopyId);
    }

    private static DeskRow Elsewhere(CopyRequest copy, string said, PageTexts text) =>
        new("warning", "!", copy.DossierCode, copy.Title, said, text["review-after-nothing"], $"/office/copies/{copy.CopyId}");

    private static async Task<CopyRequest?> FindAsync(string? copyId, OfficePageModel page, CopyRequests requests) =>
        copyId is not null && CopyIds.IsUsable(copyId) ? await requests.FindAsync(page.Caller.Agency, copyId, page.HttpContext.RequestAborted) : null;
}
