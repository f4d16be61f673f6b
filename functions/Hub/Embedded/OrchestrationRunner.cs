using ECopy.Functions.Hub.Replay;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>Takes woken instances one after another, replays each with its new messages and has the result stored.</summary>
internal sealed class OrchestrationRunner(
    ReadyInstances ready, HubReaders readers, HubWriter writer, OrchestrationExecutor executor, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (instanceId, isForced) = await ready.TakeAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await TurnAsync(instanceId, isForced).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing was stored, so the messages are still there: the turn is repeated after a pause.
                HubLog.TurnNotStored(logger, instanceId, exception);
                _ = WakeLaterAsync(instanceId, isForced, cancellationToken);
            }
            finally
            {
                ready.GiveBack(instanceId);
            }
        }
    }

    private async Task TurnAsync(string instanceId, bool isForced)
    {
        var now = time.GetUtcNow().UtcDateTime;
        try
        {
            await TurnAsync(instanceId, isForced, now).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (HubStorageException or SqliteException))
        {
            HubLog.HistoryDamaged(logger, instanceId, exception);
            await FailAsync(instanceId, exception, now).ConfigureAwait(false);
        }
    }

    private async Task TurnAsync(string instanceId, bool isForced, DateTime now)
    {
        var turn = readers.Read(reader => reader.LoadTurn(instanceId, now, isForced));
        if (turn is null)
            return;
        // Messages may come before the time of a delayed start.
        if (turn.History.Count == 0 && !turn.Messages.Any(message => message.Event.ExecutionStarted is not null))
            return;

        var newEvents = new List<P.HistoryEvent>(turn.Messages.Count + 1)
        {
            new() { EventId = -1, Timestamp = now.ToTimestamp(), OrchestratorStarted = new() },
        };
        newEvents.AddRange(turn.Messages.Select(message => message.Event));
        var request = new P.OrchestratorRequest { InstanceId = instanceId, ExecutionId = turn.Execution };
        request.PastEvents.AddRange(turn.History);
        request.NewEvents.AddRange(newEvents);
        var response = executor.Execute(request);
        await writer.WriteAsync(new TurnCommit(instanceId, turn, newEvents, response, now).Apply).ConfigureAwait(false);
    }

    // A history that cannot be read, or an answer that cannot be carried out, stops its own instance only.
    private Task<bool> FailAsync(string instanceId, Exception exception, DateTime now) => writer.WriteAsync(session =>
    {
        if (session.Head(instanceId) is not { IsFinished: false } head)
            return false;
        var failure = (TaskFailureDetails.From(exception, static _ => true) with { ErrorType = typeof(InvalidHistoryException).FullName! }).ToWire();
        session.UpdateFinished(instanceId, head.Turns, OrchestrationRuntimeStatus.Failed, null, failure, null, now);
        session.DropInbox(instanceId);
        TurnCommit.TellParent(session, head.Parent, null, failure, now);
        return true;
    });

    private async Task WakeLaterAsync(string instanceId, bool isForced, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(PauseAfterFault, time, cancellationToken).ConfigureAwait(false);
            ready.Wake(instanceId, isForced);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the next start finds the messages.
        }
    }
}
