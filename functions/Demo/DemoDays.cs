using ECopy.Functions.Domain;

namespace ECopy.Functions.Demo;

/// <summary>Office days and hours before a moment, in the office's time zone.</summary>
internal sealed class DemoDays
{
    private static readonly TimeOnly Opening = new(7, 30);
    private static readonly TimeOnly Closing = new(17, 0);
    private readonly DateOnly lastDay;
    private readonly TimeOnly from;
    private readonly TimeOnly to;

    public DemoDays(DateTimeOffset now)
    {
        var local = LocalTime.Of(now);
        var today = DateOnly.FromDateTime(local.DateTime);
        var time = TimeOnly.FromDateTime(local.DateTime);
        if (IsWorkingDay(today) && time >= Opening.AddHours(1) && time <= Closing)
        {
            // Within the last two hours, so that what waits is in time.
            (lastDay, from, to) = (today, time.AddHours(-2) > Opening ? time.AddHours(-2) : Opening, time.AddMinutes(-5));
        }
        else
        {
            // Received after three: due on the next working day.
            lastDay = IsWorkingDay(today) && time > Closing ? today : Before(today);
            (from, to) = (new TimeOnly(15, 5), new TimeOnly(16, 45));
        }
    }

    /// <summary>The moment at this part (0 to 1) of the office's last hours.</summary>
    public DateTimeOffset Lately(double part) => At(lastDay, TimeOnly.FromTimeSpan(from.ToTimeSpan() + (to - from) * part));

    /// <summary>A time of day so many working days before the last one.</summary>
    public DateTimeOffset Ago(int workingDays, int hour, int minute)
    {
        var day = lastDay;
        for (var i = 0; i < workingDays; i++) day = Before(day);
        return At(day, new TimeOnly(hour, minute));
    }

    /// <summary>A time on this day of the year before the last office day's, or on the working day before it.</summary>
    public DateTimeOffset LastYear(int month, int day, int hour, int minute)
    {
        var date = new DateOnly(lastDay.Year - 1, month, day);
        return At(IsWorkingDay(date) ? date : Before(date), new TimeOnly(hour, minute));
    }

    private static DateOnly Before(DateOnly day)
    {
        do day = day.AddDays(-1);
        while (!IsWorkingDay(day));
        return day;
    }

    private static bool IsWorkingDay(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static DateTimeOffset At(DateOnly day, TimeOnly time) => new DateTimeOffset(day.ToDateTime(time), LocalTime.Offset).ToUniversalTime();
}
