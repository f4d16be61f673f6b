using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages;

/// <summary><c>/c/{token}</c>: a dossier for whoever holds its access link. Without an account: the address is the secret.</summary>
internal sealed class CitizenModel(AccessLinks links, Dossiers dossiers, OfficeDirectory offices) : PageModel
{
    public PageTexts Text => PageTexts.For(HttpContext);

    public string Token => (string)RouteData.Values["token"]!;

    public Dossier Dossier { get; private set; } = null!;

    public Agency Agency { get; private set; } = null!;

    public IReadOnlyList<CitizenCopy> Copies { get; private set; } = [];

    /// <summary>Whether anything will still change: then the page looks again by itself.</summary>
    public bool IsMoving => Copies.Count < Dossier.CopyIds.Count || Copies.Any(copy => !copy.Request.IsFinished);

    public async Task<IActionResult> OnGetAsync()
    {
        Response.Headers.CacheControl = "no-store";
        if (await links.FindDossierAsync(Token, HttpContext.RequestAborted) is not { } dossier) return await RefuseAsync(new Rejection("access-link-unknown"));
        Dossier = dossier;
        Agency = await offices.AgencyAsync(dossier.Agency, HttpContext.RequestAborted);
        Copies = [.. (await dossiers.CopiesAsync(dossier, HttpContext.RequestAborted)).Select(copy => new CitizenCopy(copy, Text))];
        return Page();
    }

    private async Task<IActionResult> RefuseAsync(Rejection rejection)
    {
        await Problems.AnswerAsync(HttpContext, rejection, Refusals.StatusOf(rejection.Code));
        return new EmptyResult();
    }
}
