using System.Globalization;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Tests.Domain;

public sealed class OfficeRuleTests
{
    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(2, 4_000)]
    [InlineData(3, 5_000)]
    [InlineData(4, 6_000)]
    [InlineData(197, 199_000)]
    [InlineData(198, 200_000)]
    [InlineData(199, 200_000)]
    [InlineData(10_000, 200_000)]
    public void The_fee_follows_the_pages_of_the_original(int pages, int fee) => Assert.Equal(fee, Fee.ForPages(pages));

    [Theory]
    [InlineData("2026-11-20 09:00:00", "2026-11-20 17:00:00")]
    [InlineData("2026-11-19 14:59:59", "2026-11-19 17:00:00")]
    [InlineData("2026-11-19 15:00:00", "2026-11-19 17:00:00")]
    [InlineData("2026-11-19 15:00:01", "2026-11-20 17:00:00")]
    [InlineData("2026-11-20 15:00:01", "2026-11-23 17:00:00")]
    [InlineData("2026-11-21 09:00:00", "2026-11-23 17:00:00")]
    [InlineData("2026-11-22 23:59:59", "2026-11-23 17:00:00")]
    [InlineData("2026-12-31 16:00:00", "2027-01-01 17:00:00")]
    public void A_result_is_due_the_same_day_or_after_three_the_next_working_day(string received, string due) =>
        Assert.Equal(At(due), DueTime.For(At(received)));

    [Fact]
    public void The_digest_of_one_page_is_its_own_and_of_several_over_their_digests()
    {
        byte[] first = [.. Enumerable.Repeat((byte)1, 32)];
        byte[] second = [.. Enumerable.Repeat((byte)2, 32)];
        Assert.Equal(Convert.ToHexStringLower(first), ScanDigest.Of([first]));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. first, .. second])), ScanDigest.Of([first, second]));
        Assert.NotEqual(ScanDigest.Of([first, second]), ScanDigest.Of([second, first]));
    }

    [Theory]
    [InlineData("https://saoy.mauan.example/", "saoy.mauan.example/v")]
    [InlineData("http://localhost:7071/", "localhost:7071/v")]
    [InlineData("https://tinh.example/xa/", "tinh.example/xa/v")]
    public void The_address_to_type_has_neither_scheme_nor_code(string publicUrl, string text) =>
        Assert.Equal(text, new StoreTerms(true, new Uri(publicUrl)).VerifyAddressText);

    private static DateTimeOffset At(string local) =>
        new DateTimeOffset(DateTime.Parse(local, CultureInfo.InvariantCulture), TimeSpan.FromHours(7)).ToUniversalTime();
}
