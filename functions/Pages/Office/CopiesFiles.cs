using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Functions.Web;
using Microsoft.Net.Http.Headers;

namespace ECopy.Functions.Pages.Office;

/// <summary>The files behind a request, for the office's own agency: its scanned pages as pictures, and the copy once it is registered.</summary>
internal static class CopiesFiles
{
    /// <summary>A page of a scan never changes; the next dossier's are asked for before they are needed.</summary>
    private const string Kept = "private, max-age=1800, immutable";

    public static void MapCopiesFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/office/copies/{copyId}/pages/{page:int}", PageAsync).RequireAuthorization(Access.Office).ExcludeFromDescription();
        routes.MapGet("/office/copies/{copyId}/pdf", PdfAsync).RequireAuthorization(Access.Office).ExcludeFromDescription();
    }

    public static string AddressOf(string copyId, int page) => FormattableString.Invariant($"/office/copies/{copyId}/pages/{page}");

    private static async Task<IResult> PageAsync(string copyId, int page, HttpContext context, CopyRequests requests, IBlobStore store, CancellationToken cancellationToken)
    {
        if (await FindAsync(copyId, context, requests, cancellationToken) is not { } request || page < 1 || page > request.Files.Count) return Refuse(context, new Rejection("copy-not-found"));
        var file = request.Files[page - 1];
        context.Response.Headers.CacheControl = Kept;
        // Kept for this session only: whoever signs in next in the same browser asks anew.
        context.Response.Headers.Vary = HeaderNames.Cookie;
        var tag = new EntityTagHeaderValue($"\"{file.Sha256}\"");
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            context.Response.Headers.ETag = tag.ToString();
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var stored = await store.ReadAsync(file.Path, cancellationToken) ?? throw new IntegrityException(file.Path, "missing");
        // What the official compares with the paper must be what was taken in.
        if (Convert.ToHexStringLower(SHA256.HashData(stored.Content.Span)) != file.Sha256) throw new IntegrityException(file.Path, "is not the file that was uploaded");
        return Results.Bytes(stored.Content, file.Extension == "jpg" ? "image/jpeg" : "image/png", entityTag: tag);
    }

    /// <summary>To look at; with <c>?save</c> to keep.</summary>
    private static async Task<IResult> PdfAsync(string copyId, HttpContext context, CopyRequests requests, IssuedFiles files, CancellationToken cancellationToken)
    {
        if (await FindAsync(copyId, context, requests, cancellationToken) is not { } request) return Refuse(context, new Rejection("copy-not-found"));
        var file = await files.ReadAsync(request, cancellationToken);
        if (file.IsRejected) return Refuse(context, file.Rejection!);
        context.Response.Headers.CacheControl = "private, no-cache";
        var kind = context.Request.Query.ContainsKey("save") ? "attachment" : "inline";
        context.Response.Headers.ContentDisposition = $"{kind}; filename=\"{file.Value.Name}\"";
        return Results.Bytes(file.Value.Content, "application/pdf");
    }

    private static async Task<CopyRequest?> FindAsync(string copyId, HttpContext context, CopyRequests requests, CancellationToken cancellationToken) =>
        CopyIds.IsUsable(copyId) ? await requests.FindAsync(Callers.Of(context).Agency, copyId, cancellationToken) : null;

    private static RefusedFile Refuse(HttpContext context, Rejection rejection)
    {
        context.Response.Headers.CacheControl = "no-store";
        return new RefusedFile(rejection);
    }

    /// <summary>A page where somebody is looking, else problem details.</summary>
    private sealed class RefusedFile(Rejection rejection) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Problems.AnswerAsync(httpContext, rejection, Refusals.StatusOf(rejection.Code));
    }
}
