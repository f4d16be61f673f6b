using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>A status of gRPC other than OK.</summary>
internal sealed class RpcException(int status, string message) : Exception(message)
{
    public const int InvalidArgument = 3;
    public const int NotFound = 5;
    public const int AlreadyExists = 6;
    public const int FailedPrecondition = 9;
    public const int Unimplemented = 12;

    public int Status { get; } = status;
}

/// <summary>What clients ask of the extension.</summary>
internal sealed partial class DurableEngine
{
    public P.CreateInstanceResponse Start(P.CreateInstanceRequest request)
    {
        if (!functions.HasOrchestrator(request.Name)) throw new RpcException(RpcException.InvalidArgument, $"The function '{request.Name}' doesn't exist, is disabled, or is not an orchestrator function.");
        if (request.InstanceId.Length is 0 or > 100 || request.InstanceId.StartsWith('@') || request.InstanceId.Any(letter => letter is '/' or '\\' or '#' or '?' || char.IsControl(letter)))
            throw new RpcException(RpcException.InvalidArgument, "The instance id cannot be used.");
        lock (gate)
        {
            if (instances.TryGetValue(request.InstanceId, out var there) && !(there.IsOver && host.StartsOverFinished))
                throw new RpcException(RpcException.AlreadyExists, $"An Orchestration instance with the status {there.Status} already exists.");
            Start(new DurableInstance(request.InstanceId, request.Name, request.Input, DateTimeOffset.UtcNow));
            return new P.CreateInstanceResponse { InstanceId = request.InstanceId };
        }
    }

    public P.GetInstanceResponse Get(P.GetInstanceRequest request)
    {
        lock (gate)
        {
            return instances.TryGetValue(request.InstanceId, out var instance)
                ? new P.GetInstanceResponse { Exists = true, OrchestrationState = instance.State(request.GetInputsAndOutputs) }
                : new P.GetInstanceResponse { Exists = false };
        }
    }

    public void Raise(P.RaiseEventRequest request) =>
        Tell(request.InstanceId, new P.HistoryEvent { EventRaised = new P.EventRaisedEvent { Name = request.Name, Input = request.Input } });

    public void Terminate(P.TerminateRequest request) =>
        Tell(request.InstanceId, new P.HistoryEvent { ExecutionTerminated = new P.ExecutionTerminatedEvent { Input = request.Output, Recurse = request.Recursive } });

    public void Suspend(P.SuspendRequest request) =>
        Tell(request.InstanceId, new P.HistoryEvent { ExecutionSuspended = new P.ExecutionSuspendedEvent { Input = request.Reason } });

    public void Resume(P.ResumeRequest request) =>
        Tell(request.InstanceId, new P.HistoryEvent { ExecutionResumed = new P.ExecutionResumedEvent { Input = request.Reason } });

    public P.PurgeInstancesResponse Purge(P.PurgeInstancesRequest request)
    {
        lock (gate)
        {
            if (request.RequestCase is P.PurgeInstancesRequest.RequestOneofCase.InstanceId && !instances.ContainsKey(request.InstanceId)) throw new RpcException(RpcException.NotFound, "no such instance");
            var filter = request.PurgeInstanceFilter;
            var gone = instances.Values.Where(instance => instance.IsOver && (filter is null
                ? instance.Id == request.InstanceId
                : (filter.CreatedTimeFrom is null || instance.Created >= filter.CreatedTimeFrom.ToDateTimeOffset())
                    && (filter.CreatedTimeTo is null || instance.Created <= filter.CreatedTimeTo.ToDateTimeOffset())
                    && (filter.RuntimeStatus.Count == 0 || filter.RuntimeStatus.Contains(instance.Status)))).ToList();
            foreach (var instance in gone) instances.Remove(instance.Id);
            return new P.PurgeInstancesResponse { DeletedInstanceCount = gone.Count };
        }
    }

    /// <summary>Some backends drop what nobody can receive, some refuse it: here it depends on the seed.</summary>
    private void Tell(string id, P.HistoryEvent one)
    {
        lock (gate)
        {
            var found = instances.TryGetValue(id, out var instance);
            if (found && !instance!.IsOver)
            {
                Arrive(instance, null, one);
                return;
            }
        }

        if (!chance.Comes(0.5, "refuse " + id)) return;
        throw new RpcException(instances.ContainsKey(id) ? RpcException.FailedPrecondition : RpcException.NotFound, "The instance is not running.");
    }
}
