namespace ECopy.Functions.Hub;

/// <summary>
/// When a failed activity or sub-orchestration is tried again: after <see cref="FirstRetryInterval"/>, each later wait
/// multiplied by <see cref="BackoffCoefficient"/> up to <see cref="MaxRetryInterval"/>, until <see cref="MaxNumberOfAttempts"/>
/// attempts were made or <see cref="RetryTimeout"/> has passed since the first. A non-retriable failure ends it at once.
/// </summary>
internal sealed class RetryPolicy
{
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!(backoffCoefficient >= 1.0 && double.IsFinite(backoffCoefficient)))
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient));
        if (maxRetryInterval < firstRetryInterval)
            throw new ArgumentOutOfRangeException(nameof(maxRetryInterval));
        if (retryTimeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(retryTimeout));
        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? (firstRetryInterval > DefaultMaxInterval ? firstRetryInterval : DefaultMaxInterval);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    private static TimeSpan DefaultMaxInterval => TimeSpan.FromHours(1);

    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    /// <summary>The wait after failed attempt number <paramref name="attempt"/> (1, 2, …), or null when it was the last.</summary>
    /// <param name="sinceFirstAttempt">Orchestration time since the first attempt was begun.</param>
    public TimeSpan? DelayAfter(int attempt, TimeSpan sinceFirstAttempt)
    {
        if (attempt >= MaxNumberOfAttempts)
            return null;
        if (RetryTimeout != Timeout.InfiniteTimeSpan && sinceFirstAttempt >= RetryTimeout)
            return null;
        // In ticks as double: a large power saturates at the maximum instead of overflowing.
        var ticks = FirstRetryInterval.Ticks * Math.Pow(BackoffCoefficient, attempt - 1);
        return ticks >= MaxRetryInterval.Ticks ? MaxRetryInterval : TimeSpan.FromTicks((long)ticks);
    }
}
