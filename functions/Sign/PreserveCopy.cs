using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Verification;
using PadesLevel = ECopy.Functions.Domain.PadesLevel;

namespace ECopy.Functions.Sign;

/// <summary>
/// What makes the copy last: revocation fetched anew after both signatures' timestamps, kept in the document (B-LT), and a timestamp
/// over all of it (B-LTA). Stages: document with validation data → timestamp → the copy.
/// </summary>
internal sealed class PreserveCopy(
    IBlobStore store, CopyRequests requests, SigningWork stages, OfficeDirectory office, Preservation preservation, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        var level = SigningWork.LevelOf(request);
        var copy = BlobPaths.Copy(work.Agency, work.CopyId);
        if (level < PadesLevel.BaselineLT || await stages.IsThereAsync(copy, cancellationToken)) return StepOutcome.Done;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (request.State is not CopyState.Preserving)
            request = await requests.ChangeAsync(work, current => current with { State = CopyState.Preserving }, cancellationToken);
        if (request is null) return StepOutcome.Superseded;

        var document = await stages.ReadAsync(SigningWork.SealedPath(work), cancellationToken);
        var used = await UsedAsync(work, document, cancellationToken);
        string PathOf(string stage) => SigningWork.PreservationPath(work, stage);
        var lasting = level is PadesLevel.BaselineLTA
            ? await preservation.StampAsync(document, used, PathOf, cancellationToken)
            : await preservation.KeepDataAsync(document, used, PathOf("data.pdf"), cancellationToken);
        // A revoked certificate ends the number; everything else is waited for.
        if (lasting.Rejection is { } reason)
            return reason.Code is Preservation.Revoked ? StepOutcome.Rejected(reason.Code) : StepOutcome.WaitUntil(null, reason.Code);
        await store.CreateImmutableAsync(copy, lasting.Value, cancellationToken);
        return StepOutcome.Done;
    }

    /// <summary>A signer counts as of the proven time, its timestamp's authority as of now.</summary>
    private async Task<IReadOnlyList<UsedCertificate>> UsedAsync(CopyWork work, ReadOnlyMemory<byte> document, CancellationToken cancellationToken)
    {
        var path = SigningWork.SealedPath(work);
        var check = SignedFileCheck.Check(document, await office.TrustAnchorsAsync(cancellationToken), clock.GetUtcNow());
        if (!check.Finding.IsPassed) throw new IntegrityException(path, $"does not verify: {check.Finding.Code} ({check.Finding.Reason})");
        var used = new List<UsedCertificate>();
        foreach (var signature in check.Signatures)
        {
            used.Add(new UsedCertificate(signature.Signer!, signature.Chain, signature.ProvenTime));
            if (signature.Timestamp is { Authority: { } authority } timestamp) used.Add(new UsedCertificate(authority, timestamp.Chain, null));
        }

        // Those over a signature that was made outside.
        used.AddRange(check.Timestamps.Where(one => one.Authority is not null).Select(one => new UsedCertificate(one.Authority!, one.Chain, null)));
        return used;
    }
}
