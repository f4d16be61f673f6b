using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>Leads to a visit with an address of its own. Nothing is stored until something is typed or scanned.</summary>
[Authorize(Access.Clerk)]
internal sealed class CounterNewModel : OfficePageModel
{
    public IActionResult OnGet() => LocalRedirect($"/office/counter/{Drafts.NewId()}");
}
