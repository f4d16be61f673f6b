using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages;

/// <summary>The certified copy, for whoever holds its dossier's access link. One of another dossier is answered like one that does not exist.</summary>
internal sealed class CitizenFileModel(AccessLinks links, Dossiers dossiers, IssuedFiles issued) : PageModel
{
    public async Task<IActionResult> OnGetAsync(string token, string copyId)
    {
        Response.Headers.CacheControl = "no-store";
        var file = await FindAsync(token, copyId);
        if (!file.IsRejected) return File(file.Value.Content.ToArray(), "application/pdf", file.Value.Name);
        await Problems.AnswerAsync(HttpContext, file.Rejection!, Refusals.StatusOf(file.Rejection!.Code));
        return new EmptyResult();
    }

    private async Task<Result<IssuedFile>> FindAsync(string token, string copyId)
    {
        if (await links.FindDossierAsync(token, HttpContext.RequestAborted) is not { } dossier) return new Rejection("access-link-unknown");
        var copies = await dossiers.CopiesAsync(dossier, HttpContext.RequestAborted);
        return copies.FirstOrDefault(copy => copy.CopyId == copyId) is { } request ? await issued.ReadAsync(request, HttpContext.RequestAborted) : new Rejection("copy-not-found");
    }
}
