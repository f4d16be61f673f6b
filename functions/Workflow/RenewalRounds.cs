using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Workflow;

/// <summary>
/// Begins the renewals that are due: an instance for each copy and day, so that one which failed is tried again the next day. What
/// is begun twice finds its work done.
/// </summary>
internal sealed partial class RenewalRounds(RenewalPlan plan, CopyRequests requests, PublishedCopies published, TimeProvider clock, ILogger<RenewalRounds> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>A book of many years falls due together; the offices' work goes on beside it.</summary>
    private const int AtOnce = 50;

    private long? began;

    public static string InstanceId(string copyId, int version, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"renew-{copyId}:{version}:{day:yyyyMMdd}");

    /// <summary>At most once an hour, but soon again while there is more than one round takes.</summary>
    public async Task LookAsync(DurableTaskClient hub, CancellationToken cancellationToken)
    {
        if (began is { } last && clock.GetElapsedTime(last) < Interval) return;
        if (await BeginDueAsync(hub, cancellationToken) < AtOnce) began = clock.GetTimestamp();
    }

    /// <summary>How many were begun.</summary>
    public async Task<int> BeginDueAsync(DurableTaskClient hub, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hub);
        var count = 0;
        await foreach (var (_, agency, copyId) in plan.DueAsync(cancellationToken))
        {
            if (count == AtOnce) break;
            if (await BeginAsync(hub, agency, copyId, cancellationToken)) count++;
        }

        return count;
    }

    private async Task<bool> BeginAsync(DurableTaskClient hub, string agency, string copyId, CancellationToken cancellationToken)
    {
        var request = await requests.FindAsync(agency, copyId, cancellationToken);
        var copy = request is null ? null : await published.FindAsync(request.VerificationCode, cancellationToken);
        if (copy is null || request is null)
        {
            LogUnknown(copyId);
            return false;
        }

        // Withdrawn or replaced: what it was stays as it is, and nobody relies on it.
        if (copy.Record.Status is not PublicStatus.Issued)
        {
            await plan.DoneAsync(agency, copyId, cancellationToken);
            return false;
        }

        var version = copy.Latest.Version + 1;
        var instance = InstanceId(copyId, version, LocalTime.DateOf(clock.GetUtcNow()));
        if (await hub.GetInstanceAsync(instance, cancellation: cancellationToken) is not null) return false;
        try
        {
            await hub.ScheduleNewOrchestrationInstanceAsync(
                nameof(RenewalOrchestrator), new CopyWork(agency, copyId, request.Attempt, Version: version), new StartOrchestrationOptions(instance), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }

        LogBegun(copyId, version);
        return true;
    }

    [LoggerMessage(EventId = 231, Level = LogLevel.Information, Message = "Copy {CopyId} is renewed: version {Version}")]
    private partial void LogBegun(string copyId, int version);

    [LoggerMessage(EventId = 232, Level = LogLevel.Warning, Message = "A renewal is due for {CopyId}, which is not published")]
    private partial void LogUnknown(string copyId);
}
