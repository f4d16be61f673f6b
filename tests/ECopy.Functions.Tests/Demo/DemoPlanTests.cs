using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Tests.Demo;

/// <summary>What the demo data are, whenever a store is begun.</summary>
public sealed class DemoPlanTests
{
    private static readonly CopyFonts Fonts = CopyFonts.Load();

    /// <summary>In office hours, before them, after them, at night, on a Sunday, in the first days of a year.</summary>
    public static TheoryData<string> Moments =>
        ["2026-11-23T09:40", "2026-11-23T07:45", "2026-11-23T18:30", "2026-11-24T02:00", "2026-11-22T12:00", "2027-01-04T10:00", "2027-01-01T00:10", "2028-02-29T16:59"];

    [Theory]
    [MemberData(nameof(Moments))]
    public void Nothing_of_the_past_lies_ahead_or_outside_office_hours_and_every_copy_has_its_own_id(string moment)
    {
        var now = At(moment);
        var plan = DemoPlan.For(now);
        Assert.Equal(49, plan.Count);
        Assert.Equal(plan.Count, plan.Select(item => item.CopyId).Distinct().Count());
        Assert.All(plan, item => Assert.Matches("^[0-9a-f]{32}$", item.CopyId));
        Assert.All(plan.SelectMany(item => item.Acts()), act =>
        {
            Assert.True(act.At < now, $"{act.Item.Key} {act.Kind} at {act.At}");
            var local = LocalTime.Of(act.At);
            Assert.False(local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday);
            Assert.InRange(local.TimeOfDay, new TimeSpan(7, 30, 0), new TimeSpan(17, 0, 0));
        });
        Assert.Equal(plan.Select(item => item.CopyId), DemoPlan.For(now).Select(item => item.CopyId));
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void Only_one_dossier_is_late_when_the_store_is_begun(string moment)
    {
        var now = At(moment);
        var late = DemoPlan.For(now).Where(item => item.DecidedAt is null && DueTime.For(item.ReceivedAt) < now);
        Assert.Equal(["overdue"], late.Select(item => item.Key));
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void The_ninth_number_of_a_book_is_the_one_that_nobody_could_sign(string moment)
    {
        var plan = DemoPlan.For(At(moment));
        var spoilt = Assert.Single(plan, item => item.KeyFails);
        var book = plan.Where(item => item.Agency == spoilt.Agency && item is { DecidedAt: not null, Decision: ReviewDecision.Approved })
            .Where(item => LocalTime.DateOf(item.DecidedAt!.Value).Year == LocalTime.DateOf(spoilt.DecidedAt!.Value).Year);
        Assert.Equal(8, book.Count(item => item.DecidedAt < spoilt.DecidedAt));
        // Everything lies within the time of the certificates, and a book of an earlier year is there to be closed.
        Assert.All(plan, item => Assert.True(LocalTime.DateOf(item.ReceivedAt) >= DemoOffice.FoundedOn(At(moment))));
        Assert.Equal(2, plan.Select(item => LocalTime.DateOf(item.ReceivedAt).Year).Distinct().Count());
    }

    [Fact]
    public void The_acts_of_a_copy_follow_each_other()
    {
        Assert.All(DemoPlan.For(At("2026-11-23T09:40")), item =>
        {
            var acts = item.Acts().ToList();
            Assert.Equal(acts.OrderBy(act => act.At).ToList(), acts);
            // The statement's date is the day of the signature: nobody signs over midnight.
            Assert.All(acts.Skip(1), act => Assert.True(act.At - item.ReceivedAt < TimeSpan.FromHours(2)));
        });
    }

    [Fact]
    public void Every_page_is_a_scan_at_its_real_size_and_the_same_each_time()
    {
        var plan = DemoPlan.For(At("2026-11-23T09:40")).Where(item => item.Key.Length < 3 || item.Key is "overdue" or "older-06").ToList();
        Assert.Equal(14, plan.Count);
        var drawn = plan.ToDictionary(item => item.Key, item => item.Draw(Fonts));
        Assert.All(drawn.Values.SelectMany(pages => pages), page =>
        {
            var image = ScanImage.Read(page, ImageLimits.Default);
            Assert.InRange(image.Width / image.PaperSize!.Value.Width * 25.4, 199, 301);
            Assert.InRange(page.Length, 20_000, 600_000);
        });
        Assert.Equal((12, 4, 2, 2), (drawn["8"].Count, drawn["6"].Count, drawn["4"].Count, drawn["12"].Count));
        Assert.Equal(plan.First().Draw(Fonts), drawn[plan.First().Key]);
        Assert.InRange(ScanImage.Read(drawn["4"][0], ImageLimits.Default).PaperSize!.Value.Width, 85.4, 85.8);
        Assert.InRange(ScanImage.Read(drawn["6"][0], ImageLimits.Default).PaperSize!.Value.Height, 419.5, 420.5);
    }

    private static DateTimeOffset At(string local) => new(DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture), LocalTime.Offset);
}
