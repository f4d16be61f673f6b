using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// Runs queued activities. An entry leaves the table together with its result's arrival in the inbox, so a crash in between
/// only means that it runs again.
/// </summary>
internal sealed class ActivityRunner(
    ChannelReader<QueuedActivity> queue, HubWriter writer, ActivityDispatcher dispatcher, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var activity = await queue.ReadAsync(cancellationToken).ConfigureAwait(false);
            ActivityOutcome outcome;
            try
            {
                outcome = await dispatcher.RunAsync(activity.Name, activity.Instance, activity.Input, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                HubLog.ActivityGivenUp(logger, activity.Name, activity.Instance);
                throw;
            }
            await StoreAsync(activity, outcome, cancellationToken).ConfigureAwait(false);
        }
    }

    // The effect has happened: the outcome is kept until it can be stored, rather than run again.
    private async Task StoreAsync(QueuedActivity activity, ActivityOutcome outcome, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await writer.WriteAsync(session => Store(session, activity, outcome)).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                HubLog.OutcomeNotStored(logger, activity.Name, activity.Instance, exception);
            }
            await Task.Delay(PauseAfterFault, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool Store(WriteSession session, QueuedActivity activity, ActivityOutcome outcome)
    {
        if (!session.Dequeue(activity))
            return false;
        if (session.Head(activity.Instance) is not { IsFinished: false } head || head.Execution != activity.Execution)
            return false;
        var now = time.GetUtcNow().UtcDateTime;
        var happened = new P.HistoryEvent { EventId = -1, Timestamp = now.ToTimestamp() };
        if (outcome.Failure is { } failure)
            happened.TaskFailed = new() { TaskScheduledId = activity.Task, FailureDetails = failure.ToWire() };
        else
            happened.TaskCompleted = new() { TaskScheduledId = activity.Task, Result = ActivityEnvelope.ToHistory(outcome.Result) };
        session.Deliver(activity.Instance, activity.Execution, happened, default, now);
        return true;
    }
}
