namespace ECopy.Functions.Domain;

/// <summary>How the time that is left is shown: còn hạn, sắp đến hạn, quá hạn.</summary>
internal enum DueMark
{
    InTime,
    Soon,
    Overdue,
}

internal static class DueMarks
{
    private static readonly TimeSpan Soon = TimeSpan.FromHours(2);

    /// <summary>Null for a request that is finished: nothing is due any more.</summary>
    public static DueMark? Of(CopyRequest request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.IsFinished) return null;
        var left = request.DueAt - now;
        return left < TimeSpan.Zero ? DueMark.Overdue : left <= Soon ? DueMark.Soon : DueMark.InTime;
    }
}
