using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Review;

/// <param name="Code"><see cref="ClosingCodes.Terminated"/> or <see cref="ClosingCodes.Returned"/>.</param>
internal sealed record StopCommand(string Agency, string CopyId, string PersonId, string Code, string Reason);

/// <summary>
/// Stops a request that is not sealed yet: a mistake was noticed after the approval, or it is no longer wanted.
/// A number already taken becomes void with its reason. Stored first; the running step sees it.
/// </summary>
internal sealed class StopCopy(CopyRequests requests, OfficeDirectory office, AuditTrail audit, TimeProvider clock)
{
    public async Task<Result<CopyRequest>> RunAsync(StopCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var request = await requests.FindAsync(command.Agency, command.CopyId, cancellationToken);
        if (request is null) return new Rejection("copy-not-found");
        var person = await office.FindPersonAsync(command.Agency, command.PersonId, cancellationToken);
        if (person is null || !MayStop(person, command.Code)) return new Rejection("not-allowed-to-stop");
        if (string.IsNullOrWhiteSpace(command.Reason)) return new Rejection("reasons-missing");

        var stop = new StopOrder(command.Code, command.Reason.Trim(), command.PersonId, clock.GetUtcNow());
        var changed = await requests.ChangeAsync(
            command.Agency,
            command.CopyId,
            current => CanStop(current) ? current with { Stop = stop } : current,
            cancellationToken);
        if (changed.Stop != stop) return new Rejection("stop-too-late");
        await audit.AppendAsync(RequestEvents.Stopped(changed, stop), changed.AuditPage, cancellationToken);
        return changed;
    }

    /// <summary>Once the seal is released the copy goes out; until then anybody of the office who handles it may stop it.</summary>
    public static bool CanStop(CopyRequest request) =>
        !request.IsFinished && request.Stop is null && (request.Approval == 0 || request.SealRelease?.Approval != request.Approval || request.Waiting == CopyWaits.ReturnedFile);

    private static bool MayStop(Person person, string code) => code switch
    {
        ClosingCodes.Terminated => person.Has(OfficeRole.AgencyAdmin),
        ClosingCodes.Returned => person.Has(OfficeRole.Attestor) || person.Has(OfficeRole.SealKeeper),
        _ => false,
    };
}
