namespace ECopy.Functions.Workflow;

/// <summary>
/// Open unless somebody holds it: while it is held, orders are taken and stored, but nobody looks after open requests.
/// Held by what must come before all other work, as the past of a demo store.
/// </summary>
internal sealed class WorkGate
{
    private volatile TaskCompletionSource? held;

    public void Hold() => held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => held?.TrySetResult();

    public Task OpenedAsync(CancellationToken cancellationToken) => held?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
}
