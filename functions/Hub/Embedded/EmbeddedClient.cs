using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Embedded;

internal sealed class EmbeddedClient(
    HubWriter writer, HubReaders readers, CompletionWaiters waiters, DataConverter converter, TimeProvider time) : DurableTaskClient
{
    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var instanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        InstanceIds.Check(instanceId);
        var json = converter.Serialize(input);
        var startAt = options?.StartAt?.UtcDateTime ?? default;
        return writer.WriteAsync(session =>
        {
            if (session.Head(instanceId) is { } existing)
                throw new OrchestrationAlreadyExistsException(instanceId, existing.Status);
            var now = time.GetUtcNow().UtcDateTime;
            InstanceStart.Apply(
                session,
                new(instanceId, orchestratorName, InstanceStart.NewExecutionId(), json, now, null),
                null,
                startAt > now ? startAt : default);
            return instanceId;
        }).WaitAsync(cancellation);
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        var json = converter.Serialize(eventPayload);
        return TellAsync(instanceId, happened => happened.EventRaised = new() { Name = eventName, Input = json }, cancellation);
    }

    public override Task TerminateInstanceAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        var json = converter.Serialize(output);
        return TellAsync(instanceId, happened => happened.ExecutionTerminated = new() { Input = json }, cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, happened => happened.ExecutionSuspended = new() { Input = reason }, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, happened => happened.ExecutionResumed = new() { Input = reason }, cancellation);

    public override Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Task.FromResult(readers.Read(reader => reader.Metadata(instanceId, getInputsAndOutputs, converter)));

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        Task? finished = null;
        while (true)
        {
            var found = await GetInstanceAsync(instanceId, getInputsAndOutputs, cancellation).ConfigureAwait(false)
                ?? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
            if (found.IsCompleted)
            {
                waiters.Finished(instanceId);
                return found;
            }
            if (finished is not null)
                await finished.WaitAsync(cancellation).ConfigureAwait(false);
            // Looked at once more after asking to be told: an end between the two is not missed.
            finished = waiters.Next(instanceId);
        }
    }

    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        writer.WriteAsync(session =>
        {
            if (session.Head(instanceId) is not { IsFinished: true })
                return new PurgeResult(0);
            session.Forget(instanceId);
            return new PurgeResult(1);
        }).WaitAsync(cancellation);

    public override async Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation = default)
    {
        var purged = 0;
        foreach (var some in readers.Read(reader => reader.Finished(filter)).Chunk(100))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var result in await Task.WhenAll(some.Select(id => PurgeInstanceAsync(id, cancellation))).ConfigureAwait(false))
                purged += result.PurgedInstanceCount;
        }
        return new(purged);
    }

    private Task<bool> TellAsync(string instanceId, Action<P.HistoryEvent> fill, CancellationToken cancellation) =>
        writer.WriteAsync(session =>
        {
            if (session.Head(instanceId) is not { IsFinished: false })
                return false;
            var now = time.GetUtcNow().UtcDateTime;
            var happened = new P.HistoryEvent { EventId = -1, Timestamp = now.ToTimestamp() };
            fill(happened);
            session.Deliver(instanceId, null, happened, default, now);
            return true;
        }).WaitAsync(cancellation);
}

internal static class InstanceIds
{
    private const int Longest = 200;

    /// <summary>What Durable Functions' storage accepts as a key, so that the same ids work behind the Functions host.</summary>
    public static void Check(string instanceId)
    {
        if (instanceId.Length is 0 or > Longest || instanceId[0] == '@'
            || instanceId.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter) || letter is '/' or '\\' or '#' or '?'))
            throw new ArgumentException("An instance id has 1 to 200 characters, none of / \\ # ? or a control character, and no @ in front.", nameof(instanceId));
    }
}
