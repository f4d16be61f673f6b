using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>The end of a visit: what was received, and the requester's way to it, on screen and on A5.</summary>
[Authorize(Access.Clerk)]
internal sealed class DossierModel(Dossiers dossiers, AccessLinks links, AccessCookie cookie, StoreTerms terms) : OfficePageModel
{
    public Dossier Dossier { get; private set; } = null!;

    public IReadOnlyList<CitizenCopy> Copies { get; private set; } = [];

    /// <summary>Where the requester looks; null when nobody here knows the token any more.</summary>
    public Uri? Link { get; private set; }

    public string PersonalId => PersonalNumbers.Mask(Dossier.PersonalId ?? "");

    public string Fee => CounterView.Money(Copies.Sum(copy => Domain.Fee.ForPages(copy.Request.OriginalPages)));

    private string Code => (string)RouteData.Values["dossierCode"]!;

    public async Task<IActionResult> OnGetAsync()
    {
        if (await dossiers.FindAsync(Caller.Agency, Code, HttpContext.RequestAborted) is not { } dossier) return Refuse(new Rejection("dossier-not-found"));
        Dossier = dossier;
        Copies = [.. (await dossiers.CopiesAsync(dossier, HttpContext.RequestAborted)).Select(copy => new CitizenCopy(copy, Text))];
        // A link that has been replaced meanwhile is not shown any more.
        if (cookie.Read(HttpContext, Caller.Agency, Code) is { } token && Secret.DigestOf(token) == dossier.AccessLink) Link = terms.AccessAddress(token);
        return Page();
    }

    /// <summary>A new link: the old one ends with this.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        var replaced = await links.ReplaceAsync(Caller.Agency, Code, Caller.PersonId, HttpContext.RequestAborted);
        if (replaced.IsRejected) return Refuse(replaced.Rejection!);
        cookie.Keep(HttpContext, Caller.Agency, Code, replaced.Value);
        return LocalRedirect($"/office/dossiers/{Code}");
    }
}
