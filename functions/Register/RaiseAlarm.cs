using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Register;

/// <summary>
/// Something stored is not what it must be: the alarm is logged, written into the trail and onto the request, which stays
/// on the work list (its marker is kept) until a person has looked. Nothing is retried and nothing is repaired by guessing.
/// </summary>
internal sealed partial class RaiseAlarm(CopyRequests requests, NumberRelease release, AuditTrail audit, TimeProvider clock, ILogger<RaiseAlarm> log) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        LogIntegrity(work.CopyId, work.Reason);
        // What is registered stays so, whatever its renewal found.
        if (request is { Approval: > 0, IsFinished: false }) await TryAsync(() => release.RunAsync(request, request.Approval, "integrity", cancellationToken), work);

        var now = clock.GetUtcNow();
        await requests.ChangeAsync(
            work,
            current => current with { State = CopyState.Failed, Waiting = null, Failure = new Failure("integrity", work.Reason ?? "", now) },
            cancellationToken);
        await TryAsync(
            () => audit.AppendAsync(
                new AuditEvent(work.Agency, "system", "system", "integrity-alarm", work.CopyId, new Dictionary<string, string>(), FormattableString.Invariant($"{work.CopyId}:alarm:{work.Attempt}")),
                request.AuditPage,
                cancellationToken),
            work);
        return StepOutcome.Done;
    }

    /// <summary>The fault may lie in the register or the trail themselves; the request must be stopped all the same.</summary>
    private async Task TryAsync(Func<Task> action, CopyWork work)
    {
        try
        {
            await action();
        }
        catch (IntegrityException fault)
        {
            LogIntegrity(work.CopyId, fault.Message);
        }
    }

    [LoggerMessage(EventId = 101, Level = LogLevel.Critical, Message = "INTEGRITY: copy request {CopyId}: {Reason}")]
    private partial void LogIntegrity(string copyId, string? reason);
}
