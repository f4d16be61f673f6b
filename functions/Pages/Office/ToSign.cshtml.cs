using System.IO.Compression;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Sign;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <param name="Title">Of the copy, where the file was known; else null.</param>
internal sealed record ReturnedRow(string FileName, string? Title, string? Refusal);

/// <summary>Files that wait for the signature of whoever looks, made with a USB token on their own computer: down, and up again, also many at once.</summary>
[Authorize(Access.Sign)]
[RequestSizeLimit(MostBytes)]
[RequestFormLimits(MultipartBodyLengthLimit = MostBytes)]
internal sealed class ToSignModel(TakeReturnedFile files, CopyWorkflow workflow) : OfficePageModel
{
    public const string Address = "/office/tosign";

    /// <summary>As much as the Functions host lets through.</summary>
    private const int MostBytes = 100_000_000;

    // One archive holds what one confirmation at the token signs.
    private const int MostInArchive = 50;

    public IReadOnlyList<FileToSign> Waiting { get; private set; } = [];

    /// <summary>What became of the files that were just sent.</summary>
    public IReadOnlyList<ReturnedRow> Returned { get; private set; } = [];

    public async Task OnGetAsync() => Waiting = await ListAsync();

    public async Task<IActionResult> OnGetFileAsync(string? copyId)
    {
        Result<FileToSign> file = copyId is null || !CopyIds.IsUsable(copyId) ? new Rejection("copy-not-found") : await files.ReadAsync(Caller.Agency, copyId, Caller.PersonId, HttpContext.RequestAborted);
        return file.IsRejected ? Refuse(file.Rejection!) : File(file.Value.Content.ToArray(), "application/pdf", file.Value.Name);
    }

    public async Task<IActionResult> OnGetAllAsync()
    {
        var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var waiting in (await ListAsync()).Take(MostInArchive))
            {
                var file = await files.ReadAsync(Caller.Agency, waiting.Request.CopyId, Caller.PersonId, HttpContext.RequestAborted);
                // Signed meanwhile, in another window.
                if (file.IsRejected) continue;
                // Scans are compressed already.
                await using var entry = await zip.CreateEntry(file.Value.Name, CompressionLevel.NoCompression).OpenAsync(HttpContext.RequestAborted);
                await entry.WriteAsync(file.Value.Content, HttpContext.RequestAborted);
            }
        }

        archive.Position = 0;
        return File(archive, "application/zip", "to-sign.zip");
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var form = await Request.ReadFormAsync(HttpContext.RequestAborted);
        var waiting = (await ListAsync()).ToList();
        var rows = new List<ReturnedRow>();
        foreach (var sent in form.Files)
        {
            var content = new byte[sent.Length];
            await using (var stream = sent.OpenReadStream()) await stream.ReadExactlyAsync(content, HttpContext.RequestAborted);
            rows.Add(await TakeAsync(sent.FileName, content, waiting));
        }

        if (rows.Count == 0) rows.Add(new ReturnedRow("", null, Sentences.Of("file-missing", Text.Culture)));
        Returned = rows;
        Waiting = await ListAsync();
        if (rows.TrueForAll(row => row.Refusal is not null)) Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<ReturnedRow> TakeAsync(string name, byte[] content, List<FileToSign> waiting)
    {
        // By what it begins with: a signing tool may call it as it likes.
        if (waiting.Find(one => one.Length <= content.Length && Convert.ToHexStringLower(SHA256.HashData(content.AsSpan(0, (int)one.Length))) == one.Sha256) is not { } match)
            return new ReturnedRow(name, null, Sentences.Of(new Rejection("returned-not-matched", "file", name), Text.Culture));
        var taken = await workflow.ReturnAsync(new ReturnedFile(Caller.Agency, match.Request.CopyId, Caller.PersonId, content), HttpContext.RequestAborted);
        return new ReturnedRow(name, match.Request.Title, taken.IsRejected ? Sentences.Of(taken.Rejection!, Text.Culture) : null);
    }

    private Task<IReadOnlyList<FileToSign>> ListAsync() => files.ListAsync(Caller.Agency, Caller.PersonId, HttpContext.RequestAborted);
}
