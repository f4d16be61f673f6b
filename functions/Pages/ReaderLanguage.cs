using System.Globalization;
using ECopy.Functions.Texts;

namespace ECopy.Functions.Pages;

/// <summary>In which language somebody reads: what they chose with "VI | EN", else what their browser asks for.</summary>
internal static class ReaderLanguage
{
    public const string Cookie = "ecopy-language";
    public const string Query = "lang";

    public static CultureInfo Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.Cookies[Cookie] switch
        {
            "vi" => Sentences.Vietnamese,
            "en" => Sentences.English,
            _ => Sentences.Reader(context.Request.Headers.AcceptLanguage.ToString()),
        };
    }

    /// <summary>The other language's address of this page; a page that was answered to an upload leads back to its form.</summary>
    public static string SwitchAddress(HttpRequest request, string language)
    {
        ArgumentNullException.ThrowIfNull(request);
        var kept = request.Query.Where(pair => pair.Key is not Query and not "handler");
        return request.PathBase + request.Path + QueryString.Create(kept.Append(new(Query, language)));
    }

    /// <summary>Remembers a choice (<c>?lang=en</c>) and leads to the same page without it: works without scripts.</summary>
    public static void UseReaderLanguage(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        if (request.Query[Query].ToString() is not ("vi" or "en") || !HttpMethods.IsGet(request.Method) || request.Path.StartsWithSegments("/api"))
        {
            await next(context);
            return;
        }

        context.Response.Cookies.Append(Cookie, request.Query[Query].ToString(), new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            HttpOnly = true,
            Secure = request.IsHttps,
            IsEssential = true,
            Path = "/",
        });
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        // A path that begins with two slashes would lead to another host.
        var path = "/" + request.Path.ToUriComponent().TrimStart('/', '\\');
        context.Response.Headers.Location = request.PathBase + path + QueryString.Create(request.Query.Where(pair => pair.Key != Query));
    });
}
