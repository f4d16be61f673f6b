using ECopy.Functions.Pages;

namespace ECopy.Functions.Web;

/// <summary>
/// Headers of what programs ask for, refusals and faults among them: data that no browser should run, frame or keep. Set
/// before the pages' own, so run after them, and hold here.
/// </summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            var request = ((HttpContext)state).Request;
            var headers = ((HttpContext)state).Response.Headers;
            if (request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
            if (!FailurePage.IsForMachines(request.Path)) return Task.CompletedTask;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
            headers.TryAdd("Cache-Control", "no-store");
            return Task.CompletedTask;
        }, context);
        return next(context);
    });
}
