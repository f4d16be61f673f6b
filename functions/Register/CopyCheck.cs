using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using PadesLevel = ECopy.Functions.Domain.PadesLevel;

namespace ECopy.Functions.Register;

/// <summary>What every file must pass before it is registered: the strict judge of our own copies.</summary>
internal sealed class CopyCheck(OfficeDirectory office, TimeProvider clock)
{
    /// <summary>
    /// With its own evidence where it must hold any, as of the last time that is proven: the evidence was fresh then, and this may be
    /// done again much later.
    /// </summary>
    /// <exception cref="IntegrityException">It does not pass, or is below its level.</exception>
    public async Task<SignedFileReport> RequireAsync(ReadOnlyMemory<byte> copy, PadesLevel level, string path, CancellationToken cancellationToken)
    {
        var anchors = await office.TrustAnchorsAsync(cancellationToken);
        var check = SignedFileCheck.Check(copy, anchors, clock.GetUtcNow());
        if (level >= PadesLevel.BaselineLT && check.Finding.IsPassed)
        {
            var proven = check.Timestamps.Select(timestamp => timestamp.Time).Concat(check.Signatures.Select(signature => signature.ProvenTime)).Max();
            check = SignedFileCheck.Check(copy, anchors, proven ?? clock.GetUtcNow(), RevocationEvidence.None);
        }

        if (!check.Finding.IsPassed) throw new IntegrityException(path, $"does not verify: {check.Finding.Code} ({check.Finding.Reason})");
        // Both count from B-B to B-LTA.
        if (check.Signatures.Any(signature => (int)signature.Level < (int)level)) throw new IntegrityException(path, $"is below its level, {level}");
        return check;
    }
}
