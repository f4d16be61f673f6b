using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Functions.Register;

/// <summary>
/// Enters the sealed copy: no entry is issued without a copy that verifies, and no copy is served without an issued entry.
/// Order: register page → digest index → public record → audit entry → request → day of renewal → marker removed. Killed anywhere, the next
/// attempt does the same again and finds what is there.
/// </summary>
internal sealed class RegisterCopy(
    IBlobStore store,
    CopyRequests requests,
    OfficeDirectory office,
    CertificationRegister register,
    AuditTrail audit,
    CopyCheck copyCheck,
    RenewalPlan renewals,
    StoreTerms terms) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;

        var path = BlobPaths.Copy(work.Agency, work.CopyId);
        var copy = (await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "missing")).Content;
        if (request.Reservation is not { Number: { } number, Date: { } date } reservation || reservation.Approval != work.Approval)
            throw new IntegrityException(BlobPaths.Request(work.Agency, work.CopyId), "registered without a number");
        var check = await copyCheck.RequireAsync(copy, reservation.Level, path, cancellationToken);
        var book = RegisterBook.Parse(reservation.Book);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(copy.Span));
        var entry = await register.IssueAsync(work.Agency, book, number, work.CopyId, sha256, cancellationToken);
        var pages = PageTree.Read(PdfDocument.Open(copy).Latest).Count;
        // Published before the trail is written: a copy that is issued must be found, even while the trail is out of order.
        await PublishAsync(request, entry, book, date, new PublicVersion(1, sha256, copy.Length, pages), cancellationToken);
        await audit.AppendAsync(RegisterEvents.For(work.Agency, book, entry, "system", "system"), request.AuditPage, cancellationToken);

        var issued = new IssuedCopy(path, sha256, copy.Length, pages, entry.At);
        var changed = await requests.ChangeAsync(
            work, current => current with { State = CopyState.Registered, Waiting = null, Failure = null, Issued = issued }, cancellationToken);
        if (changed is null) return StepOutcome.Superseded;
        await renewals.PlanAsync(work.Agency, work.CopyId, check, cancellationToken);
        await store.DeleteAsync(BlobPaths.OpenMarker(work.Agency, work.CopyId), cancellationToken);
        return StepOutcome.Done;
    }

    private async Task PublishAsync(
        CopyRequest request, RegisterEntry entry, RegisterBook book, DateOnly date, PublicVersion version, CancellationToken cancellationToken)
    {
        var agency = await office.AgencyAsync(request.Agency, cancellationToken);
        await store.CreateImmutableJsonAsync(BlobPaths.DigestIndex(version.Sha256), new DigestEntry(1, request.VerificationCode, version.Version), cancellationToken);
        var record = new PublicRecord(
            1,
            request.VerificationCode,
            request.Agency,
            request.CopyId,
            PublicStatus.Issued,
            agency.FullName,
            request.Title,
            entry.Number,
            book.Name,
            date,
            entry.Signer.Name,
            entry.Signer.Title,
            terms.IsTest,
            [version],
            null,
            null,
            null);
        var path = BlobPaths.PublicRecord(request.VerificationCode);
        if (await store.CreateJsonAsync(path, record, cancellationToken) is not CreateOutcome.OtherAlreadyThere) return;

        // Withdrawn or renewed since, or this very record under an older wording of the office: the copy must be the same.
        var there = (await store.ReadRequiredJsonAsync<PublicRecord>(path, cancellationToken)).Value;
        if (there.CopyId != request.CopyId || there.Versions is not [var first, ..] || first.Sha256 != version.Sha256)
            throw new IntegrityException(path, "belongs to another copy");
    }
}
