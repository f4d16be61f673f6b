using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>Leads to where the caller's work is.</summary>
[Authorize(Access.Office)]
internal sealed class IndexModel : OfficePageModel
{
    public IActionResult OnGet() => LocalRedirect(Places.For(Caller).First().Address);
}
