using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Sign;

internal sealed record SealOrder(string Agency, string CopyId, string PersonId);

/// <summary>The clerical officer's release of the agency's signature: stored before the hub is told, once.</summary>
internal sealed class ReleaseSeal(CopyRequests requests, OfficeDirectory office, AuditTrail audit, TimeProvider clock)
{
    public async Task<Result<CopyRequest>> RunAsync(SealOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var request = await requests.FindAsync(order.Agency, order.CopyId, cancellationToken);
        if (request is null) return new Rejection("copy-not-found");
        var person = await office.FindPersonAsync(order.Agency, order.PersonId, cancellationToken);
        if (person is null || !person.Has(OfficeRole.SealKeeper)) return await RefuseAsync(order, request, "not-a-seal-keeper", cancellationToken);

        var release = new SealRelease(request.Approval, order.PersonId, clock.GetUtcNow());
        var changed = await requests.ChangeAsync(
            order.Agency,
            order.CopyId,
            current => IsWaiting(current, release.Approval) ? current with { SealRelease = release } : current,
            cancellationToken);
        if (changed.SealRelease != release) return await RefuseAsync(order, changed, "seal-not-waiting", cancellationToken);
        await audit.AppendAsync(LookForSeal.SealReleased(changed), changed.AuditPage, cancellationToken);
        return changed;
    }

    private static bool IsWaiting(CopyRequest request, int approval) =>
        request is { State: CopyState.WaitingForSeal, Stop: null } && request.Approval == approval && request.SealRelease?.Approval != approval;

    private async Task<Result<CopyRequest>> RefuseAsync(SealOrder order, CopyRequest request, string code, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(
            new AuditEvent(
                order.Agency,
                order.PersonId,
                nameof(OfficeRole.SealKeeper),
                "seal-refused",
                order.CopyId,
                new Dictionary<string, string> { ["code"] = code },
                $"{order.CopyId}:seal-refused:{Guid.NewGuid():N}"),
            request.AuditPage,
            cancellationToken);
        return new Rejection(code);
    }
}
