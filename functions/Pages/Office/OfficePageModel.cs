using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages.Office;

/// <summary>
/// A page of the office: who looks at it, for which agency. Each page says by <c>[Authorize(Access.…)]</c> whom it is for, and
/// asks for objects of <see cref="Caller"/>'s agency only.
/// </summary>
internal abstract class OfficePageModel : PageModel
{
    public PageTexts Text => PageTexts.For(HttpContext);

    public Caller Caller { get; private set; } = null!;

    public Agency Agency { get; private set; } = null!;

    public Person Person { get; private set; } = null!;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var offices = HttpContext.RequestServices.GetRequiredService<OfficeDirectory>();
        Caller = Callers.Of(HttpContext);
        Agency = await offices.AgencyAsync(Caller.Agency, HttpContext.RequestAborted);
        Person = await offices.PersonAsync(Caller.Agency, Caller.PersonId, HttpContext.RequestAborted);
        // Names and papers of citizens: nothing of it stays in a shared machine's cache.
        Response.Headers.CacheControl = "no-store";
        await next();
    }

    /// <summary>A refusal with the status of <see cref="Refusals"/>: as a page where somebody is looking, else as problem details.</summary>
    protected static IActionResult Refuse(Rejection rejection)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        return new RefusalResult(rejection);
    }

    private sealed class RefusalResult(Rejection rejection) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => Problems.AnswerAsync(context.HttpContext, rejection, Refusals.StatusOf(rejection.Code));
    }
}
