using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Functions.TrustServices;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Timestamp;

namespace ECopy.Functions.Sign;

/// <summary>
/// Stage three of a signature: a timestamp on its value, after the CMS is stored and before anything is put together. An authority
/// that is slow, silent or wrong makes the request wait; the level is never lowered. Killed after the answer and before it is
/// stored, it asks again: tokens cost little, and the first one that is stored stays.
/// </summary>
internal sealed class TimestampSignature(IBlobStore store, CopyRequests requests, SigningWork stages, Timestamps timestamps, OutsideSigning outside, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (SigningWork.LevelOf(request) < PadesLevel.BaselineT || await stages.IsThereAsync(SigningWork.TokenPath(work), cancellationToken)) return StepOutcome.Done;
        if (await outside.TimestampAsync(work, request, cancellationToken) is { } outsideStamp) return outsideStamp;
        // The proven time must be of the statement's day (+07:00), as the claimed one is: waiting longer cannot make it so.
        if (SigningWork.IsTooLate(work, request, clock.GetUtcNow())) return StepOutcome.Rejected(ClosingCodes.StatementDatePassed);

        var prepared = await stages.FindPreparedAsync(work, cancellationToken)
            ?? throw new IntegrityException(SigningWork.SourcePath(work), "timestamped without being prepared");
        var cms = await stages.ReadAsync(SigningWork.CmsPath(work), cancellationToken);
        var token = await timestamps.AskAsync(prepared.Algorithm.Hash, DigestOf(work, prepared, cms), cancellationToken);
        if (token.IsRejected) return StepOutcome.WaitUntil(null, token.Rejection!.Code);
        if (SigningWork.IsTooLate(work, request, token.Value.Time)) return StepOutcome.Rejected(ClosingCodes.StatementDatePassed);
        try
        {
            SignatureTimestamp.Attach(prepared, cms, token.Value);
        }
        catch (SignatureRefusedException tooLong) when (tooLong.Code == "contents-overflow")
        {
            // The authority's tokens have grown since room was made: the next number's signature has more.
            return StepOutcome.Rejected("timestamp-too-long");
        }

        await store.CreateIfAbsentAsync(SigningWork.TokenPath(work), token.Value.Encoded, cancellationToken);
        return StepOutcome.Done;
    }

    private static byte[] DigestOf(CopyWork work, PreparedSignature prepared, ReadOnlyMemory<byte> cms)
    {
        try
        {
            return SignatureTimestamp.Digest(cms, prepared.Algorithm.Hash);
        }
        catch (Exception damaged) when (damaged is CmsFormatException or SignatureRefusedException)
        {
            throw new IntegrityException(SigningWork.CmsPath(work), damaged.Message);
        }
    }
}
