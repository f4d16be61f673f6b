using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Tests.Demo;

/// <summary>The demo's people act through the flow as everybody does, and find what others did before them.</summary>
public sealed class DemoMakerTests
{
    private static readonly DateTimeOffset Began = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Where_the_key_fails_once_the_number_is_void_and_the_next_one_is_issued()
    {
        await using var office = await OpenAsync();
        var (maker, item) = (MakerOf(office), Small("older-09"));
        foreach (var act in item.Acts()) await maker.DoAsync(act, Began, default);

        var book = await office.BookAsync();
        Assert.Equal([RegisterState.Void, RegisterState.Issued], book.Select(entry => entry.State));
        Assert.Equal(ClosingCodes.VoidReason("signing-key-failed"), book[0].Reason);
        Assert.Equal(CopyState.Registered, (await office.Requests.FindAsync(TestOffice.Agency, item.CopyId, default))!.State);
    }

    [Fact]
    public async Task What_was_done_before_a_kill_is_not_done_again()
    {
        await using var office = await OpenAsync();
        var item = Small("1");
        for (var start = 0; start < 2; start++)
        {
            // A start after a kill knows nothing of the one before.
            var maker = MakerOf(office);
            foreach (var act in item.Acts()) await maker.DoAsync(act, Began, default);
        }

        Assert.Single(await office.BookAsync());
        Assert.Single(await office.PathsAsync(BlobPaths.Requests));
    }

    [Fact]
    public async Task Two_originals_of_one_visit_are_one_dossier_also_when_a_kill_came_between_them()
    {
        await using var office = await OpenAsync();
        var (first, second) = (Small("3"), Small("3-second"));
        foreach (var item in (DemoItem[])[first, second])
        {
            foreach (var act in item.Acts()) await MakerOf(office).DoAsync(act, Began, default);
        }

        var received = await office.Requests.FindAsync(TestOffice.Agency, first.CopyId, default);
        var dossier = (await office.Get<Dossiers>().FindAsync(TestOffice.Agency, received!.DossierCode, default))!;
        Assert.Equal([first.CopyId, second.CopyId], (await office.Get<Dossiers>().CopiesAsync(dossier, default)).Select(copy => copy.CopyId));
        Assert.Equal(("096088000003", "Giấy chứng nhận kết hôn"), (dossier.PersonalId, received.DocumentKind));
    }

    [Fact]
    public async Task A_person_who_was_first_has_decided()
    {
        await using var office = await OpenAsync();
        var (maker, item) = (MakerOf(office), Small("1"));
        var acts = item.Acts().ToList();
        await maker.DoAsync(acts[0], Began, default);
        await office.DecideAsync(item.CopyId, ReviewDecision.Rejected, "chutich.an", null, "Bản chính bị tẩy xóa");
        await maker.DoAsync(acts[1], Began, default);

        var refused = await office.WhenStateAsync(item.CopyId, CopyState.Refused);
        Assert.Equal("chutich.an", refused.Decision!.PersonId);
        Assert.Empty(await office.BookAsync());
    }

    [Fact]
    public async Task In_a_store_that_was_used_the_past_begins_where_its_book_ends()
    {
        await using var office = await OpenAsync();
        var maker = MakerOf(office);
        var founded = await maker.EarliestAsync(office.Clock.GetUtcNow(), default);
        Assert.Equal(DemoOffice.FoundedOn(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero)), LocalTime.DateOf(founded));

        await office.CertifyAsync();
        var date = (await office.BookAsync())[0].Date;
        Assert.Equal(date, LocalTime.DateOf(await maker.EarliestAsync(office.Clock.GetUtcNow(), default)));
    }

    private static Task<TestOffice> OpenAsync() => TestOffice.OpenAsync(
        new ShiftedTime(Began.AddHours(-1)),
        services =>
        {
            var own = services.Single(service => service.ServiceType == typeof(IKeyRing)).ImplementationFactory!;
            services.Replace(ServiceDescriptor.Singleton<IKeyRing>(provider => new DemoKeyRing((IKeyRing)own(provider))));
        });

    /// <summary>A demo item with a small picture: what is drawn is another test's business.</summary>
    private static DemoItem Small(string key) => DemoPlan.For(Began).Single(item => item.Key == key) with { Draw = _ => [SmallScan.Png(3)] };

    private static DemoMaker MakerOf(TestOffice office) => new(
        office.Workflow, office.Requests, office.Get<Dossiers>(), office.Get<DailySequence>(), office.Register, office.Get<OfficeDirectory>(), office.Store, (DemoKeyRing)office.Get<IKeyRing>(),
        new DemoClock(office.Clock, office.Clock.GetUtcNow()), office.Get<CopyFonts>(), NullLogger<DemoMaker>.Instance);
}
