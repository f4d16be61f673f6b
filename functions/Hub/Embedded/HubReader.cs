using Google.Protobuf;
using Google.Protobuf.Collections;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>Reads what is committed, beside the writer.</summary>
internal sealed class HubReader(SqlSession sql) : IDisposable
{
    /// <summary>What arrives for one instance in one turn is bounded; the rest comes in the next.</summary>
    public const int LargestBatch = 1000;

    public void Dispose() => sql.Dispose();

    /// <summary>The state of an instance and the messages that are due, or null when there is nothing to do.</summary>
    /// <exception cref="InvalidProtocolBufferException">The stored history is damaged.</exception>
    public PendingTurn? LoadTurn(string instanceId, DateTime now, bool isForced)
    {
        string execution;
        OrchestrationRuntimeStatus status;
        int turns;
        using (var row = sql.Query("SELECT execution, status, turns FROM instances WHERE id = $1", instanceId))
        {
            if (!row.Read())
                return null;
            (execution, status, turns) = (row.GetString(0), (OrchestrationRuntimeStatus)row.GetInt32(1), row.GetInt32(2));
        }
        if (status is not (OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Suspended))
            return null;
        var messages = LoadInbox(instanceId, now);
        return messages.Count == 0 && !isForced ? null : new(execution, status, turns, LoadHistory(instanceId), messages);
    }

    public OrchestrationMetadata? Metadata(string instanceId, bool withPayloads, DataConverter converter)
    {
        using var row = sql.Query(
            "SELECT name, status, created, updated, failure, custom_status, input, output FROM instances WHERE id = $1", instanceId);
        if (!row.Read())
            return null;
        return new(row.GetString(0), instanceId, converter)
        {
            RuntimeStatus = (OrchestrationRuntimeStatus)row.GetInt32(1),
            CreatedAt = new(row.GetInt64(2), TimeSpan.Zero),
            LastUpdatedAt = new(row.GetInt64(3), TimeSpan.Zero),
            FailureDetails = row.IsDBNull(4) ? null : FailureOf(row.Bytes(4)),
            SerializedCustomStatus = row.TextOrNull(5),
            SerializedInput = withPayloads ? row.TextOrNull(6) : null,
            SerializedOutput = withPayloads ? row.TextOrNull(7) : null,
        };
    }

    public List<string> Finished(PurgeInstancesFilter filter)
    {
        List<string> found = [];
        using var row = sql.Query(
            "SELECT id, status FROM instances WHERE status IN (1, 3, 4, 5) AND created >= $1 AND created < $2",
            filter.CreatedFrom?.UtcTicks ?? 0, filter.CreatedTo?.UtcTicks ?? long.MaxValue);
        while (row.Read())
        {
            if (filter.Statuses is null || filter.Statuses.Contains((OrchestrationRuntimeStatus)row.GetInt32(1)))
                found.Add(row.GetString(0));
        }
        return found;
    }

    /// <summary>What a start has to take up again: all waiting messages and all activities without a stored result.</summary>
    public Effects Unfinished()
    {
        var found = new Effects();
        using (var row = sql.Query("SELECT DISTINCT instance, visible FROM inbox"))
        {
            while (row.Read())
            {
                if (row.GetInt64(1) == 0)
                    found.Wake.Add(row.GetString(0));
                else
                    found.Timers.Add((row.GetString(0), new(row.GetInt64(1), DateTimeKind.Utc)));
            }
        }
        using (var row = sql.Query("SELECT seq, instance, execution, task, name, input FROM activities ORDER BY seq"))
        {
            while (row.Read())
                found.Activities.Add(new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetString(4), row.TextOrNull(5)));
        }
        return found;
    }

    private static TaskFailureDetails FailureOf(byte[] stored)
    {
        try
        {
            return TaskFailureDetails.From(P.TaskFailureDetails.Parser.ParseFrom(stored));
        }
        catch (InvalidProtocolBufferException)
        {
            return TaskFailureDetails.From(wire: null);
        }
    }

    // Stored lists of one message are concatenated: protobuf merges repeated fields, so one parse reads them all.
    private RepeatedField<P.HistoryEvent> LoadHistory(string instanceId)
    {
        var history = new P.OrchestratorRequest();
        using var row = sql.Query("SELECT events FROM history WHERE instance = $1 ORDER BY turn", instanceId);
        while (row.Read())
            history.MergeFrom(row.Bytes(0));
        return history.PastEvents;
    }

    // Messages keep the order in which they were stored; a timer takes the place that its time gives it among them.
    private List<InboxMessage> LoadInbox(string instanceId, DateTime now)
    {
        List<InboxMessage> arrived = [], timers = [];
        using (var row = sql.Query(
            "SELECT seq, visible, at, event FROM inbox WHERE instance = $1 AND visible <= $2 ORDER BY at > 0, seq LIMIT $3",
            instanceId, now.Ticks, LargestBatch))
        {
            while (row.Read())
            {
                var message = new InboxMessage(row.GetInt64(0), row.GetInt64(2), P.HistoryEvent.Parser.ParseFrom(row.Bytes(3)));
                (message.Event.TimerFired is null ? arrived : timers).Add(message);
            }
        }
        if (timers.Count == 0)
            return arrived;
        List<InboxMessage> merged = [];
        var next = 0;
        foreach (var timer in timers.OrderBy(timer => timer.At))
        {
            while (next < arrived.Count && arrived[next].At <= timer.At)
                merged.Add(arrived[next++]);
            merged.Add(timer);
        }
        merged.AddRange(arrived[next..]);
        return merged;
    }
}

internal sealed record InboxMessage(long Seq, long At, P.HistoryEvent Event);

internal sealed record PendingTurn(
    string Execution, OrchestrationRuntimeStatus Status, int Turns, IReadOnlyList<P.HistoryEvent> History, IReadOnlyList<InboxMessage> Messages);
