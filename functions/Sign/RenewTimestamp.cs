using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Sign;

/// <summary>
/// Adds to a registered copy what keeps it alive (EN 319 142-1, 5.4.3): evidence about the authority of its last timestamp while that
/// can still be had, and a timestamp over everything so far. What comes out lies with the work files until it is registered.
/// </summary>
internal sealed class RenewTimestamp(IBlobStore store, SigningWork stages, OfficeDirectory office, Preservation preservation, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var renewed = BlobPaths.RenewedCopy(work.Agency, work.CopyId, work.Version);
        if (await stages.IsThereAsync(renewed, cancellationToken)) return StepOutcome.Done;

        var path = BlobPaths.Copy(work.Agency, work.CopyId, work.Version - 1);
        var before = await stages.ReadAsync(path, cancellationToken);
        var check = SignedFileCheck.Check(before, await office.TrustAnchorsAsync(cancellationToken), clock.GetUtcNow());
        if (!check.Finding.IsPassed || check.Timestamps is not [.., { Authority: { } authority } last])
            throw new IntegrityException(path, $"cannot be renewed: {check.Finding.Code} ({check.Finding.Reason})");

        var lasting = await preservation.StampAsync(
            before, [new UsedCertificate(authority, last.Chain, null)], stage => BlobPaths.RenewalWork(work.Agency, work.CopyId, work.Version, stage), cancellationToken);
        if (lasting.Rejection is { } reason)
            return reason.Code is Preservation.Revoked ? StepOutcome.Rejected(reason.Code) : StepOutcome.WaitUntil(null, reason.Code);
        await store.CreateImmutableAsync(renewed, lasting.Value, cancellationToken);
        return StepOutcome.Done;
    }
}
