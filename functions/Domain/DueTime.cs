namespace ECopy.Functions.Domain;

/// <summary>
/// When a result is due: the same day; received after 15:00, the next working day (Decree 23/2015). Office hours end at 17:00.
/// Saturdays and Sundays are not working days; holidays and longer terms come with the office's calendar.
/// </summary>
internal static class DueTime
{
    private static readonly TimeOnly LastReceipt = new(15, 0);
    private static readonly TimeOnly Closing = new(17, 0);

    /// <summary>15:00:00 itself is not "after 15:00".</summary>
    public static DateTimeOffset For(DateTimeOffset receivedAt)
    {
        var local = LocalTime.Of(receivedAt);
        var day = DateOnly.FromDateTime(local.DateTime);
        if (!IsWorkingDay(day) || TimeOnly.FromDateTime(local.DateTime) > LastReceipt)
        {
            do day = day.AddDays(1);
            while (!IsWorkingDay(day));
        }

        return new DateTimeOffset(day.ToDateTime(Closing), LocalTime.Offset).ToUniversalTime();
    }

    private static bool IsWorkingDay(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
}
