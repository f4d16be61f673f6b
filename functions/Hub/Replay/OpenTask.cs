namespace ECopy.Functions.Hub.Replay;

internal enum OpenTaskKind
{
    Activity,
    SubOrchestration,
    Timer,
}

/// <summary>Something scheduled whose completion event has not been seen yet.</summary>
internal abstract class OpenTask(OpenTaskKind kind, string name, int id)
{
    public OpenTaskKind Kind { get; } = kind;

    public string Name { get; } = name;

    public int Id { get; } = id;

    public abstract void Complete(string? result);

    public abstract void Fail(Exception exception);
}

internal sealed class OpenTask<T>(OpenTaskKind kind, string name, int id, DataConverter converter) : OpenTask(kind, name, id)
{
    // Not RunContinuationsAsynchronously: that would send the continuations of WhenAny and WhenAll to the thread pool.
    private readonly TaskCompletionSource<T> source = new();

    public Task<T> Task => source.Task;

    public override void Complete(string? result) => source.SetFrom(converter, result);

    public override void Fail(Exception exception) => source.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => source.TrySetCanceled(cancellationToken);
}

internal static class TaskCompletionSourceExtensions
{
    /// <summary>A payload that is not of the awaited type is a failure of that await, not of the hub.</summary>
    public static void SetFrom<T>(this TaskCompletionSource<T> source, DataConverter converter, string? json)
    {
        T value;
        try
        {
            value = converter.Deserialize<T>(json)!;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or NotSupportedException)
        {
            source.TrySetException(exception);
            return;
        }
        source.TrySetResult(value);
    }
}
