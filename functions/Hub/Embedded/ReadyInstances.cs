using System.Threading.Channels;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// The instances that have something to do. One taken is nobody else's until it is given back; woken meanwhile, it comes again.
/// That is what serialises the turns of an instance.
/// </summary>
internal sealed class ReadyInstances
{
    private enum State
    {
        Queued,
        Running,
        RunningAndWoken,
    }

    private readonly Channel<string> queue = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, State> states = new(StringComparer.Ordinal);
    private readonly HashSet<string> forced = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <param name="force">Run a turn even if no message is waiting.</param>
    public void Wake(string instanceId, bool force = false)
    {
        lock (gate)
        {
            if (force)
                forced.Add(instanceId);
            if (!states.TryGetValue(instanceId, out var state))
            {
                states[instanceId] = State.Queued;
                queue.Writer.TryWrite(instanceId);
            }
            else if (state == State.Running)
            {
                states[instanceId] = State.RunningAndWoken;
            }
        }
    }

    public async ValueTask<(string InstanceId, bool IsForced)> TakeAsync(CancellationToken cancellationToken)
    {
        var instanceId = await queue.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            states[instanceId] = State.Running;
            return (instanceId, forced.Remove(instanceId));
        }
    }

    public void GiveBack(string instanceId)
    {
        lock (gate)
        {
            if (states[instanceId] == State.RunningAndWoken)
            {
                states[instanceId] = State.Queued;
                queue.Writer.TryWrite(instanceId);
            }
            else
            {
                states.Remove(instanceId);
            }
        }
    }
}
