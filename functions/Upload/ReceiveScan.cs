using System.Globalization;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Upload;

/// <param name="CopyId">Chosen by the sender, so that a repeated upload is the same request.</param>
/// <param name="ReceivedBy">Person id of the clerk.</param>
/// <param name="OriginalPages">Pages of the paper; null: as many as files.</param>
/// <param name="Files">The pages of one original, in order.</param>
/// <param name="Rotations">How far each page is turned clockwise; null: none is.</param>
/// <param name="DocumentKind">Loại giấy tờ.</param>
/// <param name="DossierCode">The dossier it belongs to, which must name this copy; null: it gets one of its own.</param>
internal sealed record ScanUpload(
    string Agency,
    string CopyId,
    string ReceivedBy,
    string Title,
    string? Requester,
    int? OriginalPages,
    IReadOnlyList<ReadOnlyMemory<byte>> Files,
    IReadOnlyList<int>? Rotations = null,
    string? DocumentKind = null,
    string? DossierCode = null);

/// <summary>Limits of one upload.</summary>
/// <param name="MostBytes">Of all files together.</param>
internal sealed record UploadLimits(long MostBytes = 50_000_000, int MostFiles = 300)
{
    public Rejection TooLarge => new("file-too-large", "most", (MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture));

    public Rejection TooManyFiles => new("too-many-files", "most", MostFiles.ToString(CultureInfo.InvariantCulture));
}

/// <summary>
/// Takes a scan in. When the answer goes out, the scan and the request are on disk: what is killed next loses nothing.
/// Order: dossier, scans, open marker, request. Before the request nothing counts as accepted;
/// leftovers of a crash before it are swept.
/// </summary>
internal sealed class ReceiveScan(
    IBlobStore store, OfficeDirectory office, Dossiers dossiers, DailySequence sequence, AuditTrail audit, UploadLimits limits, CopyFonts fonts, TimeProvider clock)
{
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

        var texts = FormText.Read(upload);
        if (texts.IsRejected) return texts.Rejection!;
        var (title, requester, kind) = texts.Value;
        if (FormText.Unprintable(title, fonts) is { } unprintable) return unprintable;
        var scan = ReadPages(upload);
        if (scan.IsRejected) return scan.Rejection!;

        var dossier = await DossierAsync(upload, requester, cancellationToken);
        if (dossier.IsRejected) return dossier.Rejection!;
        foreach (var (page, content) in scan.Value) await store.CreateImmutableAsync(page.Path, content, cancellationToken);
        // Before the request, so that the sweeper finds every accepted request whatever is killed from here on.
        await store.CreateImmutableAsync(BlobPaths.OpenMarker(upload.Agency, upload.CopyId), Encoding.ASCII.GetBytes(upload.CopyId), cancellationToken);

        var request = new CopyRequest
        {
            Agency = upload.Agency,
            CopyId = upload.CopyId,
            DossierCode = dossier.Value.DossierCode,
            VerificationCode = VerificationCode.Draw(),
            State = CopyState.Uploaded,
            DocumentKind = kind,
            Title = title,
            Requester = requester,
            OriginalPages = upload.OriginalPages ?? upload.Files.Count,
            // The dossier's own times, so that all its originals have the same and a repeat changes none.
            ReceivedAt = dossier.Value.ReceivedAt,
            ReceivedBy = upload.ReceivedBy,
            DueAt = dossier.Value.DueAt,
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

    /// <summary>The dossier that is named, or a new one for this original alone: asked for again, the same.</summary>
    private async Task<Result<Dossier>> DossierAsync(ScanUpload upload, string requester, CancellationToken cancellationToken)
    {
        if (upload.DossierCode is { } named)
        {
            return await dossiers.FindAsync(upload.Agency, named, cancellationToken) is { } there && there.CopyIds.Contains(upload.CopyId)
                ? there
                : new Rejection("dossier-not-found");
        }

        var now = clock.GetUtcNow();
        var code = await sequence.NextAsync(upload.Agency, LocalTime.DateOf(now), upload.CopyId, cancellationToken);
        if (code.IsRejected) return code.Rejection!;
        return await dossiers.CreateAsync(
            new Dossier(Dossier.CurrentSchema, upload.Agency, code.Value, requester, null, upload.ReceivedBy, now, DueTime.For(now), [upload.CopyId], null),
            cancellationToken);
    }

    private Result<IReadOnlyList<(ScanFile File, ReadOnlyMemory<byte> Content)>> ReadPages(ScanUpload upload)
    {
        if (upload.Files.Count == 0) return new Rejection("file-missing");
        if (upload.Files.Count > limits.MostFiles) return limits.TooManyFiles;
        if (upload.Files.Sum(file => (long)file.Length) > limits.MostBytes) return limits.TooLarge;

        var pages = new List<(ScanFile, ReadOnlyMemory<byte>)>(upload.Files.Count);
        for (var i = 0; i < upload.Files.Count; i++)
        {
            var content = upload.Files[i];
            var read = CheckedPicture.Read(content, i + 1);
            if (read.IsRejected) return read.Rejection!;
            var path = BlobPaths.Scan(upload.Agency, upload.CopyId, i + 1, read.Value.Extension);
            pages.Add((new ScanFile(path, read.Value.Extension, content.Length, read.Value.Sha256, upload.Rotations?[i] ?? 0), content));
        }

        return pages;
    }
}
