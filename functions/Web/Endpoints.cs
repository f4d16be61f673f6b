using ECopy.Functions.Pages;

namespace ECopy.Functions.Web;

/// <summary>Every address of the program.</summary>
internal static class Endpoints
{
    public static void MapECopy(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseProblems();
        app.UsePublicPages();
        app.MapGet("/health/live", () => Results.Json(new { status = "live" }));
        app.MapVerify();
        app.MapLocalCertify();
        app.MapPublicPages();
    }
}
