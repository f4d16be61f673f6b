using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Replay;

/// <summary>
/// Raised events meet their waiters: the oldest event goes to the oldest waiter of its name, names in any case.
/// What nobody waits for stays, in the order of arrival.
/// </summary>
internal sealed class ExternalEvents(TurnScheduler scheduler, DataConverter converter)
{
    private readonly LinkedList<P.HistoryEvent> unconsumed = new();
    private readonly LinkedList<Waiter> waiters = new();

    public bool HasWaiters => waiters.Count > 0;

    public IEnumerable<P.HistoryEvent> Unconsumed => unconsumed;

    public Task<T> Take<T>(string name, CancellationToken cancellationToken)
    {
        for (var node = unconsumed.First; node is not null; node = node.Next)
        {
            if (!IsNamed(node.Value.EventRaised.Name, name))
                continue;
            unconsumed.Remove(node);
            var taken = new TaskCompletionSource<T>();
            taken.SetFrom(converter, node.Value.EventRaised.Input);
            return taken.Task;
        }
        var source = new TaskCompletionSource<T>();
        var place = waiters.AddLast(new Waiter(name, input => source.SetFrom(converter, input)));
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.UnsafeRegister(
                _ =>
                {
                    if (!scheduler.IsOnTurnOrReport() || place.List is null)
                        return;
                    waiters.Remove(place);
                    source.TrySetCanceled(cancellationToken);
                },
                null);
        }
        return source.Task;
    }

    public void Raise(P.HistoryEvent raised)
    {
        for (var node = waiters.First; node is not null; node = node.Next)
        {
            if (!IsNamed(node.Value.Name, raised.EventRaised.Name))
                continue;
            waiters.Remove(node);
            node.Value.Complete(raised.EventRaised.Input);
            return;
        }
        unconsumed.AddLast(raised);
    }

    /// <summary>The orchestrator has returned: what comes now is left for the next execution.</summary>
    public void DropWaiters() => waiters.Clear();

    private static bool IsNamed(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private sealed record Waiter(string Name, Action<string?> Complete);
}
