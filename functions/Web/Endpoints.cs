using ECopy.Functions.Pages;
using ECopy.Functions.Pages.Office;

namespace ECopy.Functions.Web;

/// <summary>Every address of the program that people and other programs use.</summary>
internal static class Endpoints
{
    public static void MapECopy(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Outermost, so that faults and refusals carry them too.
        app.UseSecurityHeaders();
        app.UseProblems();
        app.UsePublicPages();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseBodyLimit();
        app.MapGet("/health/live", () => Results.Json(new { status = "live" })).AllowAnonymous();
        app.MapOpenApi("/openapi/v1.json").AllowAnonymous();
        app.MapVerify();
        app.MapCopies();
        app.MapDemoTrust();
        app.MapPublicPages();
        app.MapCopiesFiles();
    }
}
