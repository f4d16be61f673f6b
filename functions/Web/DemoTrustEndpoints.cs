using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Web;

/// <summary>
/// The demo authority for whoever asks as they would ask any other: <c>POST /demo/tsa</c> (RFC 3161), <c>POST /demo/ocsp</c>
/// (RFC 6960), <c>GET /demo/root.crl</c>. In demo stores only.
/// </summary>
internal static class DemoTrustEndpoints
{
    private const int LargestQuestion = 64 * 1024;

    public static void MapDemoTrust(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (!app.Services.GetRequiredService<StoreTerms>().IsTest) return;
        MapQuestion(app, "/demo/tsa", "application/timestamp-reply", (trust, question, stop) => trust.SendAsync(question, stop));
        MapQuestion(app, "/demo/ocsp", "application/ocsp-response", (trust, question, stop) => trust.AnswerAsync(question, stop));
        app.MapGet("/demo/root.crl", async (DemoTrust trust, CancellationToken cancellationToken) =>
            Results.Bytes((await trust.RootListAsync(cancellationToken)).ToArray(), "application/pkix-crl"))
            .AllowAnonymous().LimitVerification().ExcludeFromDescription();
    }

    private static void MapQuestion(
        WebApplication app, string address, string type, Func<DemoTrust, ReadOnlyMemory<byte>, CancellationToken, Task<ReadOnlyMemory<byte>>> answer) =>
        app.MapPost(address, async (HttpContext context, DemoTrust trust, CancellationToken cancellationToken) =>
        {
            using var question = new MemoryStream();
            await context.Request.Body.CopyToAsync(question, cancellationToken);
            return Results.Bytes((await answer(trust, question.ToArray(), cancellationToken)).ToArray(), type);
        }).AllowAnonymous().LimitVerification().WithMetadata(new RequestSizeLimitAttribute(LargestQuestion)).ExcludeFromDescription();
}
