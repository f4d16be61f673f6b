namespace ECopy.Functions.Hub.Embedded;

/// <summary>Those who wait for instances to finish.</summary>
internal sealed class CompletionWaiters
{
    private readonly Dictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private Exception? stopped;

    public Task Next(string instanceId)
    {
        lock (gate)
        {
            if (stopped is not null)
                return Task.FromException(stopped);
            if (!waiting.TryGetValue(instanceId, out var source))
                waiting.Add(instanceId, source = new(TaskCreationOptions.RunContinuationsAsynchronously));
            return source.Task;
        }
    }

    public void Finished(string instanceId)
    {
        lock (gate)
        {
            if (waiting.Remove(instanceId, out var source))
                source.SetResult();
        }
    }

    public void Stop()
    {
        lock (gate)
        {
            stopped = new HubStorageException("The hub is stopping.", null);
            foreach (var source in waiting.Values)
                source.SetException(stopped);
            waiting.Clear();
        }
    }
}
