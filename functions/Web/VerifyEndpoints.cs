using System.Globalization;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Upload;
using ECopy.Functions.Verify;

namespace ECopy.Functions.Web;

/// <summary>The public check of a copy: <c>GET /api/verify/{code}</c>, <c>POST /api/verify</c>.</summary>
internal static class VerifyEndpoints
{
    public static void MapVerify(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/verify/{code}", async (string code, HttpContext context, VerifyCopy verify, CancellationToken cancellationToken) =>
            Answer(context, await verify.ByCodeAsync(code, cancellationToken)))
            .AllowAnonymous().LimitVerification().WithTags("verify")
            .Describe<VerdictJson>("verifyCode", "What the register says of a code. A code alone proves nothing about a paper in hand.", StatusCodes.Status200OK, 429);
        routes.MapPost("/api/verify", PostAsync)
            .AllowAnonymous().LimitVerification().WithTags("verify")
            .Describe<VerdictJson>("verifyFile", "Judges a PDF, or JSON with \"code\" or \"sha256\".", StatusCodes.Status200OK, 400, 413, 429);
    }

    private static async Task<IResult> PostAsync(HttpContext context, VerifyCopy verify, UploadLimits limits, CancellationToken cancellationToken)
    {
        var tooLarge = new Rejection("file-too-large", "most", (limits.MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture));
        if (context.Request.ContentLength > limits.MostBytes) return Problems.From(context, tooLarge, StatusCodes.Status413PayloadTooLarge);
        using var body = new MemoryStream();
        try
        {
            if (context.Request.HasFormContentType)
            {
                var form = await context.Request.ReadFormAsync(cancellationToken);
                if (form.Files is not [var file]) return Problems.From(context, new Rejection("body-missing"), StatusCodes.Status400BadRequest);
                await file.CopyToAsync(body, cancellationToken);
            }
            else
            {
                await context.Request.Body.CopyToAsync(body, cancellationToken);
            }
        }
        catch (BadHttpRequestException refused)
        {
            return Problems.From(context, refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? tooLarge : new Rejection("request-invalid"), refused.StatusCode);
        }
        catch (Exception cut) when (FormFaults.IsSenders(cut))
        {
            // A form that ends too early, or is none.
            return Problems.From(context, new Rejection("request-invalid"), StatusCodes.Status400BadRequest);
        }

        if (body.Length == 0) return Problems.From(context, new Rejection("body-missing"), StatusCodes.Status400BadRequest);
        if (context.Request.HasJsonContentType()) return await ByJsonAsync(context, verify, body.GetBuffer().AsMemory(0, (int)body.Length), cancellationToken);
        return Answer(context, await verify.ByFileAsync(body.GetBuffer().AsMemory(0, (int)body.Length), cancellationToken));
    }

    private static async Task<IResult> ByJsonAsync(HttpContext context, VerifyCopy verify, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (Text(json, "sha256") is { } sha256)
            {
                return sha256.Length == 64 && sha256.All(char.IsAsciiHexDigit)
                    ? Answer(context, await verify.ByDigestAsync(sha256, cancellationToken))
                    : Problems.From(context, new Rejection("digest-invalid"), StatusCodes.Status400BadRequest);
            }

            if (Text(json, "code") is { } code) return Answer(context, await verify.ByCodeAsync(code, cancellationToken));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, found only when the text is asked for.
            // Said below.
        }

        return Problems.From(context, new Rejection("body-missing"), StatusCodes.Status400BadRequest);
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;

    private static IResult Answer(HttpContext context, Verdict verdict)
    {
        // A withdrawal must show at once.
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(VerdictJson.Of(verdict, Problems.Reader(context)));
    }
}

/// <summary>A verdict as the API and the command line give it.</summary>
internal sealed record VerdictJson(
    string Verdict, string Sentence, bool Appended, int? ImpossibleAt, RegisteredCopy? Copy, SignaturesJson? Signatures)
{
    public static VerdictJson Of(Verdict verdict, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return new VerdictJson(
            JsonNamingPolicy.CamelCase.ConvertName(verdict.Kind.ToString()),
            VerdictSentences.Of(verdict, culture),
            verdict.Appended,
            verdict.ImpossibleAt,
            verdict.Copy,
            verdict.Report is null ? null : SignaturesJson.Of(verdict.Report, culture));
    }
}

/// <summary>A verdict's sentence, as UI.md words it.</summary>
internal static class VerdictSentences
{
    public static string Of(Verdict verdict, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        if (verdict is { Kind: VerdictKind.Mistyped, ImpossibleAt: { } position })
            return Sentences.Of("code-mistyped-at", culture, new Dictionary<string, string> { ["position"] = position.ToString(CultureInfo.InvariantCulture) });
        if (verdict.Appended) return Sentences.Of("verdict-appended", culture);
        return Sentences.Of(
            "verdict-" + JsonNamingPolicy.CamelCase.ConvertName(verdict.Kind.ToString()),
            culture,
            new Dictionary<string, string>
            {
                ["date"] = verdict.Copy?.EndedOn?.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture) ?? "",
                ["reason"] = verdict.Copy?.EndReason ?? "",
                ["code"] = verdict.Copy?.ReplacedBy ?? "",
            });
    }
}
