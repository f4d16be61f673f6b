using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Upload;

/// <param name="CopyId">Chosen by the sender, so that a repeated upload is the same request.</param>
/// <param name="ReceivedBy">Person id of the clerk.</param>
/// <param name="OriginalPages">Pages of the paper; null: as many as files.</param>
/// <param name="Files">The pages of one original, in order.</param>
internal sealed record ScanUpload(
    string Agency, string CopyId, string ReceivedBy, string Title, string? Requester, int? OriginalPages, IReadOnlyList<ReadOnlyMemory<byte>> Files);

/// <summary>Limits of one upload.</summary>
/// <param name="MostBytes">Of all files together.</param>
internal sealed record UploadLimits(long MostBytes = 50_000_000, int MostFiles = 300);

/// <summary>
/// Takes a scan in. When the answer goes out, the scan and the request are on disk: what is killed next loses nothing.
/// Order: number of the dossier, scans, open marker, request. Before the request nothing counts as accepted;
/// leftovers of a crash before it are swept.
/// </summary>
internal sealed class ReceiveScan(IBlobStore store, OfficeDirectory office, DailySequence sequence, AuditTrail audit, UploadLimits limits, TimeProvider clock)
{
    private const int LongestTitle = 300;
    private const int LongestRequester = 200;

    public async Task<Result<CopyRequest>> RunAsync(ScanUpload upload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        if (!IsCopyId(upload.CopyId)) return new Rejection("request-invalid");
        if (await store.ReadJsonAsync<CopyRequest>(BlobPaths.Request(upload.Agency, upload.CopyId), cancellationToken) is { } earlier)
            return await MarkOpenAsync(earlier.Value, cancellationToken);
        var agency = await office.FindAgencyAsync(upload.Agency, cancellationToken);
        if (agency is null) return new Rejection("agency-unknown");
        var clerk = await office.FindPersonAsync(upload.Agency, upload.ReceivedBy, cancellationToken);
        if (clerk is null || !clerk.Has(OfficeRole.OneStopClerk)) return new Rejection("not-a-clerk");

        var title = Clean(upload.Title);
        if (title.Length == 0) return new Rejection("title-missing");
        if (title.Length > LongestTitle) return new Rejection("title-too-long", "most", LongestTitle.ToString(CultureInfo.InvariantCulture));
        var requester = Clean(upload.Requester ?? "");
        if (requester.Length > LongestRequester) return new Rejection("requester-too-long", "most", LongestRequester.ToString(CultureInfo.InvariantCulture));
        if (upload.OriginalPages is < 1 or > 10_000) return new Rejection("pages-invalid");
        var scan = ReadPages(upload);
        if (scan.IsRejected) return scan.Rejection!;

        var now = clock.GetUtcNow();
        var dossierCode = await sequence.NextAsync(upload.Agency, LocalTime.DateOf(now), upload.CopyId, cancellationToken);
        if (dossierCode.IsRejected) return dossierCode.Rejection!;
        foreach (var (page, content) in scan.Value) await store.CreateImmutableAsync(page.Path, content, cancellationToken);
        // Before the request, so that the sweeper finds every accepted request whatever is killed from here on.
        await store.CreateImmutableAsync(BlobPaths.OpenMarker(upload.Agency, upload.CopyId), Encoding.ASCII.GetBytes(upload.CopyId), cancellationToken);

        var request = new CopyRequest
        {
            Agency = upload.Agency,
            CopyId = upload.CopyId,
            DossierCode = dossierCode.Value,
            VerificationCode = VerificationCode.Draw(),
            State = CopyState.Uploaded,
            Title = title,
            Requester = requester,
            OriginalPages = upload.OriginalPages ?? upload.Files.Count,
            ReceivedAt = now,
            ReceivedBy = upload.ReceivedBy,
            DueAt = DueTime.For(now),
            Files = [.. scan.Value.Select(page => page.File)],
            AuditPage = await audit.OpenPageAsync(upload.Agency, cancellationToken),
        };
        // A repeat that raced us drew another code: whoever was first stands.
        if (await store.CreateJsonAsync(BlobPaths.Request(upload.Agency, upload.CopyId), request, cancellationToken) is CreateOutcome.OtherAlreadyThere)
            request = (await store.ReadJsonAsync<CopyRequest>(BlobPaths.Request(upload.Agency, upload.CopyId), cancellationToken))!.Value;

        await audit.AppendAsync(RequestEvents.Received(request), request.AuditPage, cancellationToken);
        return await MarkOpenAsync(request, cancellationToken);
    }

    /// <summary>Once more behind the request: a sweeper that saw the marker alone for too long may have removed it at this very moment.</summary>
    private async Task<CopyRequest> MarkOpenAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsFinished)
            await store.CreateImmutableAsync(BlobPaths.OpenMarker(request.Agency, request.CopyId), Encoding.ASCII.GetBytes(request.CopyId), cancellationToken);
        return request;
    }

    private static bool IsCopyId(string copyId) => copyId.Length is >= 8 and <= 64 && copyId.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'z');

    private Result<IReadOnlyList<(ScanFile File, ReadOnlyMemory<byte> Content)>> ReadPages(ScanUpload upload)
    {
        if (upload.Files.Count == 0) return new Rejection("file-missing");
        if (upload.Files.Count > limits.MostFiles) return new Rejection("too-many-files", "most", limits.MostFiles.ToString(CultureInfo.InvariantCulture));
        if (upload.Files.Sum(file => (long)file.Length) > limits.MostBytes)
            return new Rejection("file-too-large", "most", (limits.MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture));

        var pages = new List<(ScanFile, ReadOnlyMemory<byte>)>(upload.Files.Count);
        for (var i = 0; i < upload.Files.Count; i++)
        {
            var content = upload.Files[i];
            try
            {
                ScanImage.Read(content, ImageLimits.Default);
                // What the bytes are, not what a name said: JPEG begins with FF D8, the only other kind is PNG.
                var extension = content.Span[0] == 0xFF ? "jpg" : "png";
                var path = BlobPaths.Scan(upload.Agency, upload.CopyId, i + 1, extension);
                pages.Add((new ScanFile(path, extension, content.Length, Convert.ToHexStringLower(SHA256.HashData(content.Span))), content));
            }
            catch (ImageFormatException refused)
            {
                return new Rejection(refused.Code, new Dictionary<string, string> { ["page"] = (i + 1).ToString(CultureInfo.InvariantCulture), ["kind"] = refused.Kind ?? "" });
            }
        }

        return pages;
    }

    /// <summary>NFC, one line, no control characters.</summary>
    private static string Clean(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Control and format characters (right-to-left marks among them) could make a title read as another one.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse) kept.Append(' ');
            else kept.Append(rune);
        }

        return string.Join(' ', kept.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)).Normalize(NormalizationForm.FormC);
    }
}
