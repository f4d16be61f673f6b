using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Upload;
using Microsoft.AspNetCore.Http.Features;

namespace ECopy.Functions.Web;

/// <summary>
/// Answers a body that says it is too large. The server by itself cuts the line with the rest still on its way: the sender then
/// sees a broken connection, and no word of why.
/// </summary>
internal static class BodyLimit
{
    public static void UseBodyLimit(this WebApplication app) => app.Use(static async (context, next) =>
    {
        // By now it is the limit of the address, where that has its own.
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (limit is not { IsReadOnly: false, MaxRequestBodySize: { } most } || !(context.Request.ContentLength > most))
        {
            await next(context);
            return;
        }

        // Not read by us; what comes after the answer is thrown away by the server, for some seconds at most.
        limit.MaxRequestBodySize = null;
        var uploads = context.RequestServices.GetRequiredService<UploadLimits>().MostBytes;
        await Problems.AnswerAsync(
            context,
            most < uploads ? new Rejection("file-too-large-plain") : new Rejection("file-too-large", "most", (uploads / 1_000_000).ToString(CultureInfo.InvariantCulture)),
            StatusCodes.Status413PayloadTooLarge);
    });
}
