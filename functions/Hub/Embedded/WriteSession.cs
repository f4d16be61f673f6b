using Google.Protobuf;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// What the writer's transaction may do. What follows from a write in memory (who is to be woken, which activity is to be run)
/// is gathered in <see cref="Effects"/> and happens only after the commit.
/// </summary>
internal sealed class WriteSession(SqlSession sql)
{
    public Effects Effects { get; private set; } = new();

    public Effects TakeEffects()
    {
        var taken = Effects;
        Effects = new();
        return taken;
    }

    public void Begin() => sql.Execute("BEGIN IMMEDIATE");

    public void Commit() => sql.Execute("COMMIT");

    public void Rollback() => sql.Execute("ROLLBACK");

    public InstanceHead? Head(string instanceId)
    {
        using var row = sql.Query(
            "SELECT execution, status, turns, parent, parent_execution, parent_task, name FROM instances WHERE id = $1", instanceId);
        return row.Read()
            ? new(row.GetString(0), (OrchestrationRuntimeStatus)row.GetInt32(1), row.GetInt32(2),
                row.IsDBNull(3) ? null : new(row.GetString(3), row.GetString(4), row.GetInt32(5)), row.GetString(6))
            : null;
    }

    public void Insert(NewInstance instance)
    {
        sql.Execute(
            """
            INSERT INTO instances (id, name, execution, status, turns, created, updated, input, parent, parent_execution, parent_task)
            VALUES ($1, $2, $3, $4, 0, $5, $5, $6, $7, $8, $9)
            """,
            instance.Id, instance.Name, instance.Execution, (int)OrchestrationRuntimeStatus.Pending, instance.At.Ticks, instance.Input,
            instance.Parent?.Instance, instance.Parent?.Execution, instance.Parent?.Task);
    }

    /// <param name="execution">The execution that this event belongs to, or null when it is for whichever is running.</param>
    /// <param name="visible">Not before this time; default: at once.</param>
    /// <param name="at">Its place in the order; default: before everything else.</param>
    public void Deliver(string instanceId, string? execution, P.HistoryEvent happened, DateTime visible, DateTime at)
    {
        sql.Execute(
            "INSERT INTO inbox (instance, execution, visible, at, event) VALUES ($1, $2, $3, $4, $5)",
            instanceId, execution, visible.Ticks, at.Ticks, happened.ToByteArray());
        if (visible == default)
            Effects.Wake.Add(instanceId);
        else
            Effects.Timers.Add((instanceId, visible));
    }

    public void DropFromInbox(IEnumerable<long> seqs)
    {
        foreach (var seq in seqs)
            sql.Execute("DELETE FROM inbox WHERE seq = $1", seq);
    }

    /// <summary>Timers and completions of an execution that has ended.</summary>
    public void DropExecutionFromInbox(string instanceId, string execution) =>
        sql.Execute("DELETE FROM inbox WHERE instance = $1 AND execution = $2", instanceId, execution);

    public void DropInbox(string instanceId) => sql.Execute("DELETE FROM inbox WHERE instance = $1", instanceId);

    public void AppendHistory(string instanceId, int turn, byte[] events) =>
        sql.Execute("INSERT INTO history (instance, turn, events) VALUES ($1, $2, $3)", instanceId, turn, events);

    public void DropHistory(string instanceId) => sql.Execute("DELETE FROM history WHERE instance = $1", instanceId);

    public void Enqueue(string instanceId, string execution, int task, string name, string? input)
    {
        var seq = (long)sql.Scalar(
            "INSERT INTO activities (instance, execution, task, name, input) VALUES ($1, $2, $3, $4, $5) RETURNING seq",
            instanceId, execution, task, name, input)!;
        Effects.Activities.Add(new(seq, instanceId, execution, task, name, input));
    }

    /// <returns>False when it was done before or its instance was purged.</returns>
    public bool Dequeue(QueuedActivity activity) => sql.Execute(
        "DELETE FROM activities WHERE seq = $1 AND instance = $2 AND execution = $3 AND task = $4",
        activity.Seq, activity.Instance, activity.Execution, activity.Task) > 0;

    public void UpdateRunning(string instanceId, int turns, OrchestrationRuntimeStatus status, string? customStatus, DateTime at) =>
        sql.Execute(
            "UPDATE instances SET turns = $2, status = $3, custom_status = $4, updated = $5 WHERE id = $1",
            instanceId, turns, (int)status, customStatus, at.Ticks);

    public void UpdateContinued(string instanceId, string execution, string? input, string? customStatus, DateTime at) =>
        sql.Execute(
            "UPDATE instances SET turns = 0, status = $2, execution = $3, input = $4, custom_status = $5, updated = $6 WHERE id = $1",
            instanceId, (int)OrchestrationRuntimeStatus.Running, execution, input, customStatus, at.Ticks);

    public void UpdateFinished(
        string instanceId, int turns, OrchestrationRuntimeStatus status, string? output, P.TaskFailureDetails? failure, string? customStatus, DateTime at)
    {
        sql.Execute(
            "UPDATE instances SET turns = $2, status = $3, output = $4, failure = $5, custom_status = $6, updated = $7 WHERE id = $1",
            instanceId, turns, (int)status, output, failure?.ToByteArray(), customStatus, at.Ticks);
        Effects.Finished.Add(instanceId);
    }

    public void Forget(string instanceId)
    {
        sql.Execute("DELETE FROM activities WHERE instance = $1", instanceId);
        DropInbox(instanceId);
        DropHistory(instanceId);
        sql.Execute("DELETE FROM instances WHERE id = $1", instanceId);
    }
}

/// <summary>What is to happen in memory once the transaction is stored.</summary>
internal sealed class Effects
{
    public HashSet<string> Wake { get; } = [];

    public List<(string Instance, DateTime At)> Timers { get; } = [];

    public List<QueuedActivity> Activities { get; } = [];

    public List<string> Finished { get; } = [];

    public List<RecordedTurn> Turns { get; } = [];
}

internal sealed record ParentTask(string Instance, string Execution, int Task);

internal sealed record InstanceHead(
    string Execution, OrchestrationRuntimeStatus Status, int Turns, ParentTask? Parent, string Name)
{
    public bool IsFinished => Status is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Canceled or OrchestrationRuntimeStatus.Terminated;
}

internal sealed record NewInstance(string Id, string Name, string Execution, string? Input, DateTime At, ParentTask? Parent);

internal sealed record QueuedActivity(long Seq, string Instance, string Execution, int Task, string Name, string? Input);
