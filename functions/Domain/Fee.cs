namespace ECopy.Functions.Domain;

/// <summary>
/// The certification fee (Circular 226/2016/TT-BTC), in đồng: 2,000 a page for pages 1 and 2, 1,000 from page 3,
/// at most 200,000 a copy; pages of the original.
/// </summary>
internal static class Fee
{
    private const int Most = 200_000;

    public static int ForPages(int pages)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pages);
        return (int)Math.Min(Most, (2_000L * Math.Min(pages, 2)) + (1_000L * Math.Max(0, pages - 2)));
    }
}
