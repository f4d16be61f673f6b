using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Upload;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Web;

/// <summary><c>POST /api/copies</c>: a scan and what stands on the form. With an Idempotency-Key it may be sent again without harm.</summary>
internal static class UploadEndpoint
{
    public const string KeyHeader = "Idempotency-Key";
    private const int MostPages = 10_000;

    public static async Task<IResult> PostAsync(
        HttpContext context, CopyWorkflow workflow, UploadKeys keys, UploadLimits limits, CancellationToken cancellationToken)
    {
        var caller = Callers.Of(context);
        var key = context.Request.Headers[KeyHeader] is [{ } sent, ..] ? sent : null;
        if (key is not null && !UploadKeys.IsUsable(key)) return Refusals.Answer(context, new Rejection("idempotency-key-invalid"));
        // Before the body is read: who sends the same thing twice at once need not finish sending.
        using var running = key is null ? null : keys.TryBegin(caller.Agency, caller.UserName, key);
        if (key is not null && running is null) return Refusals.Answer(context, new Rejection("upload-in-flight"));

        var read = await ReadAsync(context, caller, limits, cancellationToken);
        if (read.IsRejected) return Refusals.Answer(context, read.Rejection!);
        var upload = read.Value;
        if (key is not null)
        {
            var copyId = await keys.CopyIdAsync(caller.Agency, caller.UserName, key, upload, cancellationToken);
            if (copyId.IsRejected) return Refusals.Answer(context, copyId.Rejection!);
            upload = upload with { CopyId = copyId.Value };
        }

        var received = await workflow.SubmitAsync(upload, cancellationToken);
        return received.IsRejected
            ? Refusals.Answer(context, received.Rejection!)
            : Results.Created($"/api/copies/{received.Value.CopyId}", ReceivedJson.Of(received.Value));
    }

    private static async Task<Result<ScanUpload>> ReadAsync(HttpContext context, Caller caller, UploadLimits limits, CancellationToken cancellationToken)
    {
        var tooLarge = new Rejection("file-too-large", "most", (limits.MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture));
        if (!context.Request.HasFormContentType) return new Rejection("content-type-wrong");
        try
        {
            var form = await context.Request.ReadFormAsync(cancellationToken);
            int? pages = null;
            if (form["originalPages"].ToString() is { Length: > 0 } typed)
            {
                if (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MostPages) return new Rejection("pages-invalid");
                pages = number;
            }

            var files = new List<ReadOnlyMemory<byte>>(form.Files.Count);
            foreach (var file in form.Files)
            {
                var content = new byte[file.Length];
                await using var stream = file.OpenReadStream();
                await stream.ReadExactlyAsync(content, cancellationToken);
                files.Add(content);
            }

            // Version 7 begins with the time: ids sort by arrival.
            return new ScanUpload(
                caller.Agency, Guid.CreateVersion7().ToString("N"), caller.PersonId, form["title"].ToString(), form["requester"].ToString(), pages, files);
        }
        catch (BadHttpRequestException refused)
        {
            return refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? tooLarge : new Rejection("request-invalid");
        }
        catch (Exception cut) when (FormFaults.IsSenders(cut))
        {
            return new Rejection("request-invalid");
        }
    }
}
