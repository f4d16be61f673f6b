using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Functions.Register;

/// <summary>
/// Enters a later version of a registered copy. The register entry stays as it is: the paper's number was issued once. Order: mark
/// "being renewed" → renewal record → file → digest index → public record → audit entry → next day → marks removed. Killed anywhere,
/// the next attempt does the same again and finds what is there.
/// </summary>
internal sealed class RegisterRenewal(
    IBlobStore store, CopyRequests requests, PublishedCopies published, AuditTrail audit, CopyCheck copyCheck, RenewalPlan plan, TimeProvider clock) : ICopyStep
{
    /// <summary>In the trail.</summary>
    public const string Renewed = "copy-renewed";

    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var requestPath = BlobPaths.Request(work.Agency, work.CopyId);
        var request = await requests.FindAsync(work.Agency, work.CopyId, cancellationToken) ?? throw new IntegrityException(requestPath, "missing");
        var publicPath = BlobPaths.PublicRecord(request.VerificationCode);
        var copy = await published.FindAsync(request.VerificationCode, cancellationToken) ?? throw new IntegrityException(publicPath, "missing");
        if (request.Reservation is not { } reservation || copy.Latest.Version < work.Version - 1) throw new IntegrityException(publicPath, "lacks the version before");

        var source = BlobPaths.RenewedCopy(work.Agency, work.CopyId, work.Version);
        var file = (await store.ReadAsync(source, cancellationToken) ?? throw new IntegrityException(source, "missing")).Content;
        var before = copy.Record.Versions[work.Version - 2];
        // Nothing but revisions behind the bytes that are registered.
        if (file.Length <= before.Length || Digest(file.Span[..(int)before.Length]) != before.Sha256) throw new IntegrityException(source, "does not begin with the version before");
        var check = await copyCheck.RequireAsync(file, reservation.Level, source, cancellationToken);

        // While this stands, the audit does not wonder about a file that no public record names yet.
        var now = BlobPaths.RenewingNow(work.Agency, work.CopyId);
        await store.CreateImmutableAsync(now, Encoding.ASCII.GetBytes(work.CopyId), cancellationToken);
        await EnterAsync(work, request, file, cancellationToken);
        await plan.DoneAsync(work.Agency, work.CopyId, cancellationToken);
        await plan.PlanAsync(work.Agency, work.CopyId, check, cancellationToken);
        await store.DeleteAsync(now, cancellationToken);
        return StepOutcome.Done;
    }

    private async Task EnterAsync(CopyWork work, CopyRequest request, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        var sha256 = Digest(file.Span);
        var path = BlobPaths.Copy(work.Agency, work.CopyId, work.Version);
        var recordPath = BlobPaths.Renewal(work.Agency, work.CopyId, work.Version);
        await store.CreateJsonAsync(
            recordPath, new RenewalRecord(RenewalRecord.CurrentSchema, work.Agency, work.CopyId, work.Version, sha256, file.Length, clock.GetUtcNow()), cancellationToken);
        if ((await store.ReadRequiredJsonAsync<RenewalRecord>(recordPath, cancellationToken)).Value.Sha256 != sha256) throw new IntegrityException(recordPath, "is of another file");
        await store.CreateImmutableAsync(path, file, cancellationToken);
        await store.CreateImmutableJsonAsync(BlobPaths.DigestIndex(sha256), new DigestEntry(1, request.VerificationCode, work.Version), cancellationToken);

        var version = new PublicVersion(work.Version, sha256, file.Length, PageTree.Read(PdfDocument.Open(file).Latest).Count);
        var updated = await store.UpdateAsync<PublicRecord>(
            BlobPaths.PublicRecord(request.VerificationCode),
            record => record.Versions.Count >= work.Version ? Change<PublicRecord>.Keep : record with { Versions = [.. record.Versions, version] },
            clock,
            cancellationToken);
        if (updated.Value.Versions[work.Version - 1] != version) throw new IntegrityException(BlobPaths.PublicRecord(request.VerificationCode), "names another version");
        var details = AuditedBlobs.Stored(path, sha256);
        details["version"] = work.Version.ToString(CultureInfo.InvariantCulture);
        await audit.AppendAsync(
            new AuditEvent(work.Agency, "system", "system", Renewed, work.CopyId, details, FormattableString.Invariant($"{work.CopyId}:renewed:{work.Version}")),
            null,
            cancellationToken);
    }

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
