using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages.Account;

/// <summary>Ends the session in the store, so that the cookie is worth nothing wherever else it may lie.</summary>
internal sealed class SignOutModel : PageModel
{
    public IActionResult OnGet() => LocalRedirect(SignInModel.Home);

    public async Task<IActionResult> OnPostAsync()
    {
        await HttpContext.SignOutAsync(Sessions.SchemeName);
        return LocalRedirect("/account/sign-in");
    }
}
