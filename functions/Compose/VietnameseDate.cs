using System.Globalization;

namespace ECopy.Functions.Compose;

/// <summary>Dates as Decree 30/2020 writes them on documents.</summary>
internal static class VietnameseDate
{
    /// <summary>ngày 05 tháng 02 năm 2026: a zero before days under ten and months one and two, no other.</summary>
    public static string Long(DateOnly date)
    {
        var month = date.Month <= 2 ? date.Month.ToString("D2", CultureInfo.InvariantCulture) : date.Month.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"ngày {date.Day:D2} tháng {month} năm {date.Year}");
    }
}
