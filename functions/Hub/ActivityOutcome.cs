namespace ECopy.Functions.Hub;

/// <summary>How an activity ended: with JSON text (null: nothing), or with a failure.</summary>
internal readonly record struct ActivityOutcome(string? Result, TaskFailureDetails? Failure)
{
    public static ActivityOutcome Completed(string? result) => new(result, null);

    public static ActivityOutcome Failed(TaskFailureDetails failure) => new(null, failure);
}
