using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages.Account;

/// <summary>Ends the session in the store, so that the cookie is worth nothing wherever else it may lie.</summary>
internal sealed class SignOutModel(Accounts accounts) : PageModel
{
    public IActionResult OnGet() => LocalRedirect(SignInModel.Home);

    public async Task<IActionResult> OnPostAsync()
    {
        var session = await HttpContext.AuthenticateAsync(Sessions.SchemeName);
        // The session first: whoever wants to leave leaves, whatever the trail does.
        await HttpContext.SignOutAsync(Sessions.SchemeName);
        if (session.Principal is { } who) await accounts.RecordSignOutAsync(Callers.Of(who), HttpContext.RequestAborted);
        return LocalRedirect("/account/sign-in");
    }
}
