using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Extension;

/// <summary>
/// The client of the Durable Functions extension, at the local address that a <c>durableClient</c> binding names. That address
/// changes when the extension starts again, so a client is made for one invocation and not kept.
/// </summary>
/// <param name="rpc">E.g. <c>http://127.0.0.1:4001</c>.</param>
internal sealed class ExtensionClient(HttpClient http, Uri rpc, DataConverter converter, TimeProvider time) : DurableTaskClient
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var request = new P.CreateInstanceRequest
        {
            InstanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N"),
            Name = orchestratorName.Name,
            Input = converter.Serialize(input),
            ScheduledStartTimestamp = options?.StartAt?.ToTimestamp(),
        };
        try
        {
            return (await CallAsync("StartInstance", request, P.CreateInstanceResponse.Parser, cancellation).ConfigureAwait(false)).InstanceId;
        }
        catch (GrpcCallException refused) when (refused.Status is GrpcStatus.AlreadyExists)
        {
            var existing = await GetInstanceAsync(request.InstanceId, cancellation: cancellation).ConfigureAwait(false);
            throw new OrchestrationAlreadyExistsException(request.InstanceId, existing?.RuntimeStatus ?? OrchestrationRuntimeStatus.Pending);
        }
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        TellAsync("RaiseEvent", new P.RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = converter.Serialize(eventPayload) }, P.RaiseEventResponse.Parser, cancellation);

    public override Task TerminateInstanceAsync(string instanceId, object? output = null, CancellationToken cancellation = default) =>
        TellAsync("TerminateInstance", new P.TerminateRequest { InstanceId = instanceId, Output = converter.Serialize(output) }, P.TerminateResponse.Parser, cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync("SuspendInstance", new P.SuspendRequest { InstanceId = instanceId, Reason = reason }, P.SuspendResponse.Parser, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync("ResumeInstance", new P.ResumeRequest { InstanceId = instanceId, Reason = reason }, P.ResumeResponse.Parser, cancellation);

    public override async Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        try
        {
            var found = await CallAsync(
                "GetInstance", new P.GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs }, P.GetInstanceResponse.Parser, cancellation).ConfigureAwait(false);
            return found is { Exists: true, OrchestrationState: { } state } ? MetadataOf(state) : null;
        }
        catch (GrpcCallException missing) when (missing.Status is GrpcStatus.NotFound)
        {
            return null;
        }
    }

    /// <summary>By looking again: a call that waits on the other side would be cut with the connection.</summary>
    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        while (true)
        {
            var found = await GetInstanceAsync(instanceId, getInputsAndOutputs, cancellation).ConfigureAwait(false)
                ?? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
            if (found.IsCompleted) return found;
            await Task.Delay(Look, time, cancellation).ConfigureAwait(false);
        }
    }

    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        PurgeAsync(new P.PurgeInstancesRequest { InstanceId = instanceId }, cancellation);

    public override Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var wire = new P.PurgeInstanceFilter
        {
            CreatedTimeFrom = filter.CreatedFrom?.ToTimestamp(),
            CreatedTimeTo = filter.CreatedTo?.ToTimestamp(),
        };
        // Left empty, a backend may take running ones too.
        foreach (var status in filter.Statuses ?? [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated])
            wire.RuntimeStatus.Add((P.OrchestrationStatus)status);
        return PurgeAsync(new P.PurgeInstancesRequest { PurgeInstanceFilter = wire }, cancellation);
    }

    private async Task<PurgeResult> PurgeAsync(P.PurgeInstancesRequest request, CancellationToken cancellation)
    {
        try
        {
            return new PurgeResult((await CallAsync("PurgeInstances", request, P.PurgeInstancesResponse.Parser, cancellation).ConfigureAwait(false)).DeletedInstanceCount);
        }
        catch (GrpcCallException missing) when (missing.Status is GrpcStatus.NotFound)
        {
            return new PurgeResult(0);
        }
    }

    /// <summary>An instance that is missing or finished: some backends drop the message, some refuse it. Here it is dropped.</summary>
    private async Task TellAsync<TResponse>(string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        try
        {
            await CallAsync(method, request, parser, cancellation).ConfigureAwait(false);
        }
        catch (GrpcCallException dropped) when (dropped.Status is GrpcStatus.NotFound or GrpcStatus.FailedPrecondition)
        {
            // As the contract of DurableTaskClient says.
        }
    }

    private Task<TResponse> CallAsync<TResponse>(string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse> =>
        GrpcCall.UnaryAsync(http, new Uri(rpc, $"/TaskHubSidecarService/{method}"), request, parser, cancellation);

    private OrchestrationMetadata MetadataOf(P.OrchestrationState state) => new(state.Name, state.InstanceId, converter)
    {
        RuntimeStatus = (OrchestrationRuntimeStatus)state.OrchestrationStatus,
        CreatedAt = state.CreatedTimestamp?.ToDateTimeOffset() ?? default,
        LastUpdatedAt = state.LastUpdatedTimestamp?.ToDateTimeOffset() ?? default,
        SerializedInput = state.Input,
        SerializedOutput = state.Output,
        SerializedCustomStatus = state.CustomStatus,
        FailureDetails = state.FailureDetails is null ? null : TaskFailureDetails.From(state.FailureDetails),
    };
}
