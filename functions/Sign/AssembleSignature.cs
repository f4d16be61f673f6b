using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Timestamp;

namespace ECopy.Functions.Sign;

/// <summary>
/// Last stage of a signature: the stored CMS, with its timestamp where the level has one, goes into the stored bytes. Deterministic, so that doing it again gives the
/// same document; other bytes under its name are a fault.
/// </summary>
internal sealed class AssembleSignature(IBlobStore store, CopyRequests requests, SigningWork stages, OutsideSigning outside) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (await outside.AssembleAsync(work, SigningWork.LevelOf(request), cancellationToken)) return StepOutcome.Done;
        var prepared = await stages.FindPreparedAsync(work, cancellationToken)
            ?? throw new IntegrityException(SigningWork.SourcePath(work), "assembled without being prepared");
        var cmsPath = SigningWork.CmsPath(work);
        var cms = await stages.ReadAsync(cmsPath, cancellationToken);
        var level = SigningWork.LevelOf(request);
        var token = level >= PadesLevel.BaselineT ? await stages.ReadAsync(SigningWork.TokenPath(work), cancellationToken) : default;
        try
        {
            if (level >= PadesLevel.BaselineT) cms = SignatureTimestamp.Attach(prepared, cms, TimestampToken.Read(token));
            await store.CreateImmutableAsync(SigningWork.SignedPath(work, level), PadesAssembly.Embed(prepared, cms), cancellationToken);
            return StepOutcome.Done;
        }
        catch (Exception damaged) when (damaged is SignatureRefusedException or CmsFormatException or TimestampFormatException)
        {
            throw new IntegrityException(cmsPath, damaged.Message);
        }
    }
}
