using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Upload;

/// <param name="Requests">What was received; empty when all was done before.</param>
/// <param name="Token">Of the access link, known only to who pressed the button first.</param>
internal sealed record SubmittedDossier(string DossierCode, IReadOnlyList<CopyRequest> Requests, string? Token);

/// <summary>
/// Turns a draft into a dossier with its copy requests. Order: marker; everything that is chosen, into the draft; number;
/// dossier; access link; trail; each request; the draft's end. Killed anywhere, pressing again or the sweeper goes on from
/// there with the same ids, and every write finds its own earlier self.
/// </summary>
internal sealed class SubmitDraft(
    IBlobStore store, Drafts drafts, ReceiveScan receive, OfficeDirectory office, Dossiers dossiers, AccessLinks links, DailySequence sequence, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Rejects what is missing on the form (<c>original</c> and <c>field</c> say where), <c>draft-not-found</c>, <c>not-a-clerk</c>.</summary>
    public async Task<Result<SubmittedDossier>> RunAsync(string agency, string draftId, string by, CancellationToken cancellationToken)
    {
        if (await office.FindPersonAsync(agency, by, cancellationToken) is not { } person || !person.Has(OfficeRole.OneStopClerk)) return new Rejection("not-a-clerk");
        if (await drafts.FindAsync(agency, draftId, cancellationToken) is not { } draft) return new Rejection("draft-not-found");
        var token = AccessLinks.Draw();
        var digest = Secret.DigestOf(token);
        if (draft.IsOpen)
        {
            if (DraftCheck.Missing(draft) is { } missing) return missing;
            var begun = await BeginAsync(draft, by, digest, cancellationToken);
            if (begun.IsRejected) return begun.Rejection!;
            draft = begun.Value;
        }

        var done = await FinishAsync(draft, cancellationToken);
        return !done.IsRejected && draft.Submission?.AccessLink == digest ? done.Value with { Token = token } : done;
    }

    /// <summary>Goes on with what a kill left behind; null when there is nothing to go on with.</summary>
    public async Task<Result<SubmittedDossier>?> ResumeAsync(string agency, string draftId, CancellationToken cancellationToken)
    {
        if (await drafts.FindAsync(agency, draftId, cancellationToken) is not { } draft)
        {
            await store.DeleteAsync(BlobPaths.EndingDraft(agency, draftId), cancellationToken);
            return null;
        }

        if (draft.IsOpen) return null;
        return await FinishAsync(draft, cancellationToken);
    }

    /// <summary>From this write on the draft is no longer changed, and everything to come is decided.</summary>
    private async Task<Result<Draft>> BeginAsync(Draft draft, string by, string digest, CancellationToken cancellationToken)
    {
        await drafts.MarkEndingAsync(draft.Agency, draft.DraftId, cancellationToken);
        var page = await audit.OpenPageAsync(draft.Agency, cancellationToken);
        var now = clock.GetUtcNow();
        return await store.UpdateAsync<Draft>(
            BlobPaths.Draft(draft.Agency, draft.DraftId),
            current =>
            {
                if (!current.IsOpen) return Change<Draft>.Keep;
                if (DraftCheck.Missing(current) is { } missing) return missing;
                IReadOnlyList<string> wanted = [.. current.Originals.Where(original => !original.IsEmpty).Select(original => original.OriginalId)];
                // Version 7 begins with the time: ids sort by arrival.
                return current with { Submission = new DraftSubmission(now, by, digest, wanted, [.. wanted.Select(_ => Drafts.NewId())], page) };
            },
            clock,
            cancellationToken);
    }

    private async Task<Result<SubmittedDossier>> FinishAsync(Draft draft, CancellationToken cancellationToken)
    {
        if (draft.End is { } end)
        {
            await drafts.ClearAsync(draft, cancellationToken);
            return end.DossierCode is { } known ? new SubmittedDossier(known, [], null) : new Rejection("draft-not-found");
        }

        var submission = draft.Submission!;
        var code = await sequence.NextAsync(draft.Agency, LocalTime.DateOf(submission.At), draft.DraftId, cancellationToken);
        if (code.IsRejected)
        {
            // Nothing has been done yet: back to the clerk, who can press again tomorrow.
            await store.UpdateAsync<Draft>(
                BlobPaths.Draft(draft.Agency, draft.DraftId),
                current => current.Submission?.At == submission.At ? current with { Submission = null } : Change<Draft>.Keep,
                clock,
                cancellationToken);
            return code.Rejection!;
        }

        var dossier = await dossiers.CreateAsync(
            new Dossier(
                Dossier.CurrentSchema, draft.Agency, code.Value, draft.Requester, draft.PersonalId.Length == 0 ? null : draft.PersonalId, submission.By,
                submission.At, DueTime.For(submission.At), submission.CopyIds, submission.AccessLink),
            cancellationToken);
        await links.CreateAsync(dossier, submission.AccessLink, submission.By, submission.At, cancellationToken);
        await audit.AppendAsync(
            new AuditEvent(
                draft.Agency, submission.By, "OneStopClerk", "dossier-received", code.Value,
                new Dictionary<string, string> { ["copies"] = submission.CopyIds.Count.ToString(CultureInfo.InvariantCulture), ["link"] = submission.AccessLink },
                $"{code.Value}:received"),
            submission.AuditPage,
            cancellationToken);

        var received = new List<CopyRequest>(submission.CopyIds.Count);
        foreach (var (index, copyId) in submission.CopyIds.Index())
        {
            var upload = await UploadAsync(draft, draft.Originals.First(original => original.OriginalId == submission.OriginalIds[index]), copyId, code.Value, cancellationToken);
            // Finished by somebody else at this very moment.
            if (upload is null) return new SubmittedDossier(code.Value, received, null);
            var request = await receive.RunAsync(upload, cancellationToken);
            if (request.IsRejected) return request.Rejection!;
            received.Add(request.Value);
        }

        await drafts.EndAsync(draft, code.Value, cancellationToken);
        return new SubmittedDossier(code.Value, received, null);
    }

    private async Task<ScanUpload?> UploadAsync(Draft draft, DraftOriginal original, string copyId, string dossierCode, CancellationToken cancellationToken)
    {
        var files = new List<ReadOnlyMemory<byte>>(original.Pages.Count);
        foreach (var page in original.Pages)
        {
            var path = BlobPaths.DraftPage(draft.Agency, draft.DraftId, page.PageId, page.Extension);
            if (await store.ReadAsync(path, cancellationToken) is { } blob)
            {
                files.Add(blob.Content);
                continue;
            }

            if (await drafts.FindAsync(draft.Agency, draft.DraftId, cancellationToken) is not { End: null }) return null;
            throw new IntegrityException(path, "is missing, though the draft names it");
        }

        return new ScanUpload(
            draft.Agency, copyId, draft.Submission!.By, original.Title, draft.Requester, original.CountedPages, files,
            [.. original.Pages.Select(page => page.Rotation)], original.Kind, dossierCode);
    }
}

/// <summary>What is still missing before a draft can be handed in.</summary>
internal static class DraftCheck
{
    public static Rejection? Missing(Draft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Requester.Length == 0) return Missing("requester-missing", "requester");
        if (draft.PersonalId.Length is not (0 or 9 or 12) || !draft.PersonalId.All(char.IsAsciiDigit)) return Missing("personal-id-invalid", "personalId");
        var wanted = draft.Originals.Where(original => !original.IsEmpty).ToList();
        if (wanted.Count == 0) return Missing("original-scan-missing", "scan", draft.Originals is [var empty, ..] ? empty : null, 1);
        foreach (var (index, original) in wanted.Index())
        {
            if (original.Kind.Length == 0 && original.Title.Length == 0) return Missing("original-title-missing", "title", original, index + 1);
            if (original.Pages.Count == 0) return Missing("original-scan-missing", "scan", original, index + 1);
        }

        return null;
    }

    private static Rejection Missing(string code, string field, DraftOriginal? original = null, int number = 0) => new(
        code,
        new Dictionary<string, string>
        {
            ["field"] = field,
            ["original"] = original?.OriginalId ?? "",
            ["number"] = number.ToString(CultureInfo.InvariantCulture),
        });
}
