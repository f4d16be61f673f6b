using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Sign;

/// <summary>
/// Whether the agency's signature may be applied: by policy at once, else when the clerical officer has released it.
/// It is always after the person's signature (Decree 30/2020), and always audited.
/// </summary>
internal sealed class LookForSeal(CopyRequests requests, OfficeDirectory office, AuditTrail audit, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var agency = await office.AgencyAsync(work.Agency, cancellationToken);
        var now = clock.GetUtcNow();
        // Whoever signs with the agency's own token applies the seal by doing so: the returned file is the release, and is audited.
        var isOutside = agency.SealCertificate is { } seal && await office.FindCertificateAsync(work.Agency, seal, cancellationToken) is { } held && KeyRing.IsOutside(held.KeyLocation);
        var request = await requests.ChangeAsync(
            work,
            current => current switch
            {
                _ when IsReleased(current) || current.EndsWith(work) is not null => current with { State = CopyState.Signing },
                _ when agency.Policies.AutomaticSeal || isOutside => current with { State = CopyState.Signing, SealRelease = new SealRelease(current.Approval, SealRelease.ByPolicy, now) },
                _ => current with { State = CopyState.WaitingForSeal },
            },
            cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (!IsReleased(request)) return StepOutcome.WaitUntil(null, "waiting-for-seal");

        await audit.AppendAsync(SealReleased(request), request.AuditPage, cancellationToken);
        return StepOutcome.Done;
    }

    /// <summary>One entry for one release, whether the clerical officer's command or this step writes it first.</summary>
    public static AuditEvent SealReleased(CopyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new AuditEvent(
            request.Agency,
            request.SealRelease!.By,
            nameof(OfficeRole.SealKeeper),
            "seal-released",
            request.CopyId,
            new Dictionary<string, string>(),
            FormattableString.Invariant($"{request.CopyId}:seal:{request.Approval}"));
    }

    private static bool IsReleased(CopyRequest request) => request.SealRelease?.Approval == request.Approval;
}
