using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Pages;
using ECopy.Functions.Texts;
using Microsoft.AspNetCore.Diagnostics;

namespace ECopy.Functions.Web;

/// <summary>Refusals as RFC 9457 problem details: a stable code and one plain sentence in the reader's language; the cause only in the log.</summary>
internal static class Problems
{
    public static IResult From(HttpContext context, Rejection rejection, int status) => Results.Problem(
        statusCode: status,
        title: Sentences.Of(rejection, Reader(context)),
        type: $"urn:ecopy:{rejection.Code}",
        extensions: new Dictionary<string, object?> { ["code"] = rejection.Code });

    /// <summary>429 with the seconds to wait.</summary>
    public static Task TooManyAsync(HttpContext context, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(context);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.RetryAfter = seconds;
        return AnswerAsync(context, new Rejection("too-many-requests", "seconds", seconds), StatusCodes.Status429TooManyRequests);
    }

    /// <summary>What the reader chose, else Vietnamese unless the browser's first language is English.</summary>
    public static CultureInfo Reader(HttpContext context) => ReaderLanguage.Of(context);

    /// <summary>Turns whatever escapes, and bare status codes, into problem details, or into a page where somebody is looking.</summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(context =>
        {
            // The cause stays in the log; a store that does not answer, or is not intact, is a matter of waiting or of the administrator.
            var (code, status) = CauseOf(context.Features.Get<IExceptionHandlerFeature>()?.Error) switch
            {
                TransientException => ("store-busy", StatusCodes.Status503ServiceUnavailable),
                IntegrityException => ("store-not-intact", StatusCodes.Status503ServiceUnavailable),
                BadHttpRequestException { StatusCode: var refused } => (refused == StatusCodes.Status413PayloadTooLarge ? "file-too-large-plain" : "request-invalid", refused),
                _ => ("unexpected", StatusCodes.Status500InternalServerError),
            };
            return AnswerAsync(context, new Rejection(code), status);
        }));
        app.UseStatusCodePages(pages => AnswerAsync(
            pages.HttpContext,
            new Rejection(pages.HttpContext.Response.StatusCode switch
            {
                StatusCodes.Status404NotFound => "not-found",
                StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
                StatusCodes.Status413PayloadTooLarge => "file-too-large-plain",
                StatusCodes.Status415UnsupportedMediaType => "content-type-wrong",
                _ => "request-invalid",
            }),
            pages.HttpContext.Response.StatusCode));
    }

    /// <summary>Data protection wraps what its keys' store threw.</summary>
    private static Exception? CauseOf(Exception? error) =>
        error is CryptographicException { InnerException: TransientException or IntegrityException } ? error.InnerException : error;

    /// <summary>A page where somebody is looking, else problem details.</summary>
    public static Task AnswerAsync(HttpContext context, Rejection rejection, int status) => FailurePage.IsWanted(context)
        ? FailurePage.WriteAsync(context, rejection, status)
        : From(context, rejection, status).ExecuteAsync(context);
}
