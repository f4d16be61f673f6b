using System.Globalization;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Web;

/// <summary>The office's work over HTTP: <c>/api/copies</c>. Whatever belongs to another agency is answered like what does not exist.</summary>
internal static class CopyEndpoints
{
    private const int LargestBody = 64 * 1024;
    internal const int LargestSigned = 100_000_000;
    private const int UsualPage = 50;
    private const int LargestPage = 100;
    internal const int MostReasons = 20;
    internal const int LongestReason = 1000;

    public static void MapCopies(this IEndpointRouteBuilder routes)
    {
        var copies = routes.MapGroup("/api/copies").WithTags("copies");
        copies.MapPost("", UploadEndpoint.PostAsync).RequireAuthorization(Access.Clerk).Describe<ReceivedJson>(
            "receiveCopy", "Takes in the scan of one original. The files are its pages, in order.", StatusCodes.Status201Created, 400, 409, 413, 415, 422).TakesUpload();
        copies.MapGet("", ListAsync).RequireAuthorization(Access.Office).Describe<CopyPageJson>(
            "listCopies", "Requests of the caller's agency: open states oldest first, everything else newest first.", StatusCodes.Status200OK, 400);
        copies.MapGet("/{copyId}", GetAsync).RequireAuthorization(Access.Office).Describe<CopyJson>(
            "getCopy", "One request.", StatusCodes.Status200OK, 404);
        copies.MapPost("/{copyId}/decision", DecideAsync).RequireAuthorization(Access.Attestor).Takes<DecisionBody>().Describe<CopyJson>(
            "decideCopy", "The certifying official's decision; approving also signs.", StatusCodes.Status200OK, 400, 404, 409, 413, 415, 422);
        copies.MapPost("/{copyId}/seal", SealAsync).RequireAuthorization(Access.SealKeeper).Describe<CopyJson>(
            "sealCopy", "Releases the agency's signature.", StatusCodes.Status200OK, 404, 409);
        copies.MapPost("/{copyId}/stop", StopAsync).RequireAuthorization(Access.Stop).Takes<StopBody>().Describe<CopyJson>(
            "stopCopy", "Stops a request before its seal; a number already taken becomes void.", StatusCodes.Status200OK, 400, 404, 409, 413, 415, 422);
        copies.MapGet("/{copyId}/to-sign", ToSignAsync).RequireAuthorization(Access.Sign).Describe<CopyFile>(
            "getFileToSign", "The file that waits for the caller's signature, to be signed with a tool of their own.", StatusCodes.Status200OK, 403, 404, 409);
        copies.MapPost("/{copyId}/signed", SignedAsync).RequireAuthorization(Access.Sign).TakesFile(LargestSigned).Describe<CopyJson>(
            "returnSignedFile", "Takes the file back, signed: exactly its bytes and one signature by the expected certificate.", StatusCodes.Status200OK, 400, 403, 404, 409, 413, 415, 422);
        copies.MapGet("/{copyId}/pdf", PdfAsync).RequireAuthorization(Access.Office).Describe<CopyFile>(
            "getCopyFile", "The certified copy, once it is registered.", StatusCodes.Status200OK, 404, 409);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CopyListing listing, string? state, string? cursor, string? limit, CancellationToken cancellationToken)
    {
        if (StateOf(state) is not { } wanted) return Refusals.Answer(context, new Rejection("state-unknown"));
        if (cursor is not null && !CopyIds.IsUsable(cursor)) return Refusals.Answer(context, new Rejection("cursor-invalid"));
        var most = UsualPage;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > LargestPage))
            return Refusals.Answer(context, new Rejection("limit-invalid", "most", LargestPage.ToString(CultureInfo.InvariantCulture)));
        var page = await listing.ReadAsync(Callers.Of(context).Agency, wanted.State, cursor, most, cancellationToken);
        return Results.Json(new CopyPageJson([.. page.Copies.Select(CopyJson.Of)], page.Next));
    }

    private static async Task<IResult> GetAsync(string copyId, HttpContext context, CopyRequests requests, CancellationToken cancellationToken) =>
        CopyIds.IsUsable(copyId) && await requests.FindAsync(Callers.Of(context).Agency, copyId, cancellationToken) is { } request
            ? Results.Json(CopyJson.Of(request))
            : Refusals.Answer(context, new Rejection("copy-not-found"));

    private static async Task<IResult> DecideAsync(string copyId, HttpContext context, CopyWorkflow workflow, CancellationToken cancellationToken)
    {
        var body = await BodyAsync<DecisionBody>(context, cancellationToken);
        if (body.IsRejected) return Refusals.Answer(context, body.Rejection!);
        var (decision, digestSeen, given) = body.Value;
        // Strict reading does not look into lists.
        if (given is not null && given.Any(reason => reason is null)) return Refusals.Answer(context, new Rejection("request-invalid"));
        IReadOnlyList<string> reasons = [.. (given ?? []).Select(reason => reason.Trim()).Where(reason => reason.Length > 0)];
        if (reasons.Count > MostReasons || reasons.Any(reason => reason.Length > LongestReason)) return Refusals.Answer(context, new Rejection("reasons-too-long"));
        var caller = Callers.Of(context);
        return Answer(context, !CopyIds.IsUsable(copyId)
            ? new Rejection("copy-not-found")
            : await workflow.DecideAsync(new DecisionOrder(caller.Agency, copyId, caller.PersonId, decision, digestSeen, reasons), cancellationToken));
    }

    private static async Task<IResult> SealAsync(string copyId, HttpContext context, CopyWorkflow workflow, CancellationToken cancellationToken)
    {
        var caller = Callers.Of(context);
        return Answer(context, !CopyIds.IsUsable(copyId)
            ? new Rejection("copy-not-found")
            : await workflow.ReleaseSealAsync(new SealOrder(caller.Agency, copyId, caller.PersonId), cancellationToken));
    }

    private static async Task<IResult> StopAsync(string copyId, HttpContext context, CopyWorkflow workflow, AccessRefusals refusals, CancellationToken cancellationToken)
    {
        var body = await BodyAsync<StopBody>(context, cancellationToken);
        if (body.IsRejected) return Refusals.Answer(context, body.Rejection!);
        if (body.Value.Reason.Length > LongestReason) return Refusals.Answer(context, new Rejection("reasons-too-long"));
        var caller = Callers.Of(context);
        var code = body.Value.Code is StopKind.Terminated ? ClosingCodes.Terminated : ClosingCodes.Returned;
        Result<CopyRequest> stopped = !CopyIds.IsUsable(copyId)
            ? new Rejection("copy-not-found")
            : await workflow.StopAsync(new StopCommand(caller.Agency, copyId, caller.PersonId, code, body.Value.Reason), cancellationToken);
        // The step records only what it does.
        if (stopped.Rejection is { Code: "not-allowed-to-stop" or "stop-too-late" } refused)
            await refusals.RecordAsync(caller, copyId, $"stop {code}", refused.Code, cancellationToken);
        return Answer(context, stopped);
    }

    private static async Task<IResult> ToSignAsync(string copyId, HttpContext context, TakeReturnedFile files, AccessRefusals refusals, CancellationToken cancellationToken)
    {
        var caller = Callers.Of(context);
        Result<FileToSign> file = !CopyIds.IsUsable(copyId) ? new Rejection("copy-not-found") : await files.ReadAsync(caller.Agency, copyId, caller.PersonId, cancellationToken);
        if (!file.IsRejected) return Results.Bytes(file.Value.Content, "application/pdf", file.Value.Name);
        if (file.Rejection!.Code is "returned-not-yours") await refusals.RecordAsync(caller, copyId, "to-sign", file.Rejection.Code, cancellationToken);
        return Refusals.Answer(context, file.Rejection);
    }

    private static async Task<IResult> SignedAsync(string copyId, HttpContext context, CopyRequests requests, CopyWorkflow workflow, AccessRefusals refusals, CancellationToken cancellationToken)
    {
        // Before the body is read.
        if (!CopyIds.IsUsable(copyId) || await requests.FindAsync(Callers.Of(context).Agency, copyId, cancellationToken) is null) return Refusals.Answer(context, new Rejection("copy-not-found"));
        if (context.Request.ContentType?.Split(';')[0].Trim() is not "application/pdf") return Refusals.Answer(context, new Rejection("content-type-wrong"));
        byte[] file;
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, cancellationToken);
            file = body.ToArray();
        }
        catch (BadHttpRequestException refused)
        {
            return Refusals.Answer(context, new Rejection(refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? "file-too-large-plain" : "request-invalid"));
        }
        catch (Exception cut) when (FormFaults.IsSenders(cut))
        {
            return Refusals.Answer(context, new Rejection("request-invalid"));
        }

        var caller = Callers.Of(context);
        var returned = await workflow.ReturnAsync(new ReturnedFile(caller.Agency, copyId, caller.PersonId, file), cancellationToken);
        if (returned.Rejection is { Code: "returned-not-yours" } foreign) await refusals.RecordAsync(caller, copyId, "signed", foreign.Code, cancellationToken);
        return Answer(context, returned);
    }

    private static async Task<IResult> PdfAsync(string copyId, HttpContext context, CopyRequests requests, IssuedFiles files, CancellationToken cancellationToken)
    {
        if (!CopyIds.IsUsable(copyId) || await requests.FindAsync(Callers.Of(context).Agency, copyId, cancellationToken) is not { } request)
            return Refusals.Answer(context, new Rejection("copy-not-found"));
        var file = await files.ReadAsync(request, cancellationToken);
        return file.IsRejected ? Refusals.Answer(context, file.Rejection!) : Results.Bytes(file.Value.Content, "application/pdf", file.Value.Name);
    }

    private static IResult Answer(HttpContext context, Result<CopyRequest> result) =>
        result.IsRejected ? Refusals.Answer(context, result.Rejection!) : Results.Json(CopyJson.Of(result.Value));

    /// <summary>No state: every request. Null: a state there is not.</summary>
    private static WantedState? StateOf(string? typed)
    {
        if (typed is null) return new WantedState(null);
        foreach (var state in Enum.GetValues<CopyState>())
        {
            if (JsonNamingPolicy.CamelCase.ConvertName(state.ToString()) == typed) return new WantedState(state);
        }

        return null;
    }

    private static async Task<Result<T>> BodyAsync<T>(HttpContext context, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await context.Request.ReadFromJsonAsync<T>(ApiJson.Strict, cancellationToken) is { } body ? body : new Rejection("request-invalid");
        }
        catch (JsonException)
        {
            return new Rejection("request-invalid");
        }
    }

    private static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route)
        where T : notnull => route.Accepts<T>("application/json").WithMetadata(new RequestSizeLimitAttribute(LargestBody));

    private readonly record struct WantedState(CopyState? State);
}
