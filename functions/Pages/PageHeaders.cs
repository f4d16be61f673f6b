namespace ECopy.Functions.Pages;

/// <summary>What every answer says to the browser: own scripts and styles only, no other host, no frame, no guessing.</summary>
internal static class PageHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UsePageHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        // When the answer begins: whoever turns a fault into a page empties the headers first.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            // Not "no-referrer": the form that sends a file must show that it is ours (Origin), and a code must not leave.
            headers["Referrer-Policy"] = "same-origin";
            if (context.Request.Path.StartsWithSegments("/v")) headers["X-Robots-Tag"] = "noindex";
            if (context.Request.Path.StartsWithSegments("/c"))
            {
                // The address is the secret, and nothing is sent from there.
                headers["Referrer-Policy"] = "no-referrer";
                headers["X-Robots-Tag"] = "noindex, nofollow";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    /// <summary>
    /// Whether a form was sent from our own page. Nothing is changed by a check, but a green verdict must not be shown at
    /// our address by somebody else's page that sends the right fingerprint itself.
    /// </summary>
    public static bool IsFromOwnPage(HttpRequest request, Uri publicUrl)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(publicUrl);
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site) return site == "same-origin";
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0) return true;
        // Behind a proxy Host is not ours; the configured address is.
        return Uri.TryCreate(origin, UriKind.Absolute, out var sender)
            && (sender.Authority == publicUrl.Authority || sender.Authority.Equals(request.Host.ToUriComponent(), StringComparison.OrdinalIgnoreCase));
    }
}
