using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace ECopy.Functions.Pages;

/// <summary>
/// Styles, scripts and fonts, from beside the program wherever it is started: <c>wwwroot/</c> at /static, the fonts that
/// copies are set in at /static/fonts.
/// </summary>
internal static class Assets
{
    private static readonly string Own = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    public static void UseAssets(this WebApplication app)
    {
        var types = new FileExtensionContentTypeProvider(new Dictionary<string, string>
        {
            [".css"] = "text/css; charset=utf-8",
            [".js"] = "text/javascript; charset=utf-8",
            [".svg"] = "image/svg+xml",
            [".ico"] = "image/x-icon",
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Own),
            RequestPath = "/static",
            ContentTypeProvider = types,
            // Asked again each time, answered 304: a new version of the program shows at once.
            OnPrepareResponse = served => served.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "fonts")),
            RequestPath = "/static/fonts",
            ContentTypeProvider = new FileExtensionContentTypeProvider(new Dictionary<string, string> { [".ttf"] = "font/ttf" }),
            OnPrepareResponse = served => served.Context.Response.Headers.CacheControl = "public, max-age=604800",
        });
    }

    /// <summary>The two files that browsers and robots ask for at the root.</summary>
    public static void MapRootFiles(this IEndpointRouteBuilder routes)
    {
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods("/favicon.ico", reading, () => Results.File(Path.Combine(Own, "favicon.ico"), "image/x-icon")).AllowAnonymous();
        routes.MapMethods("/robots.txt", reading, () => Results.Text("User-agent: *\nDisallow: /api/\nDisallow: /office/\n", "text/plain")).AllowAnonymous();
    }
}
