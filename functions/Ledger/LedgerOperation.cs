namespace ECopy.Functions.Ledger;

/// <summary>Somebody's wish on a book, waiting for its round.</summary>
internal abstract class LedgerOperation<TEntry>(int fromPage, int? number, CancellationToken cancellationToken)
    where TEntry : class, ILedgerEntry
{
    public int FromPage { get; } = fromPage;

    public int? Number { get; } = number;

    protected CancellationToken Cancellation { get; } = cancellationToken;

    public abstract void Apply(LedgerView<TEntry> view);

    public abstract void Refuse(Exception error);

    public abstract void Complete();

    public abstract void Fail(Exception error);

    public abstract bool GaveUp();
}

internal sealed class LedgerOperation<TEntry, TResult>(
    int fromPage, int? number, Func<LedgerView<TEntry>, TResult> operation, CancellationToken cancellationToken)
    : LedgerOperation<TEntry>(fromPage, number, cancellationToken)
    where TEntry : class, ILedgerEntry
{
    private readonly TaskCompletionSource<TResult> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? result;
    private Exception? refusal;

    public Task<TResult> Outcome => outcome.Task;

    public override void Apply(LedgerView<TEntry> view)
    {
        refusal = null;
        try
        {
            result = operation(view);
        }
#pragma warning disable CA1031 // One caller's fault is not the round's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            refusal = e;
        }
    }

    public override void Refuse(Exception error) => refusal = error;

    public override void Complete()
    {
        if (refusal is null)
            outcome.SetResult(result!);
        else
            outcome.SetException(refusal);
    }

    public override void Fail(Exception error) => outcome.SetException(error);

    public override bool GaveUp()
    {
        if (Cancellation.IsCancellationRequested)
            outcome.TrySetCanceled(Cancellation);
        return Cancellation.IsCancellationRequested && outcome.Task.IsCanceled;
    }
}
