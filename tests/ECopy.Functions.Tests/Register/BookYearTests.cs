using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Tests.Ledger;

namespace ECopy.Functions.Tests.Register;

public sealed class BookYearTests : IDisposable
{
    private static readonly RegisterBook Old = RegisterBook.Parse("01/2026-SCT/BS-TEST");
    private static readonly RegisterBook New = RegisterBook.Parse("01/2027-SCT/BS-TEST");

    // 23:59:59 and 00:00:00 of New Year's Eve in Viet Nam, which is the afternoon before in UTC.
    private static readonly DateTimeOffset Before = new(2026, 12, 31, 16, 59, 59, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2026, 12, 31, 17, 0, 0, TimeSpan.Zero);
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public void The_book_follows_the_local_date()
    {
        Assert.Equal(Old, RegisterBook.For(LocalTime.DateOf(Before), StoreFixture.Suffix));
        Assert.Equal(New, RegisterBook.For(LocalTime.DateOf(After), StoreFixture.Suffix));
    }

    [Fact]
    public async Task The_first_number_of_a_year_shuts_the_book_before()
    {
        var register = fixture.Start().Register;
        fixture.Time.Set(Before);
        for (var copy = 1; copy <= 3; copy++)
            await register.ReserveAsync(fixture.Request(copy, book: Old), default);
        fixture.Time.Set(After);

        Assert.Equal(1, (await register.ReserveAsync(fixture.Request(4, book: New), default)).Entry().Number);

        Assert.Contains("\"shut\":true", fixture.Files("register").Single(file => file.Key.Contains("/2026/", StringComparison.Ordinal)).Value, StringComparison.Ordinal);
        fixture.Time.Set(Before); // the clock went back over midnight
        var late = await register.ReserveAsync(fixture.Request(5, book: Old), default);
        Assert.Equal("register-book-closed", late.Rejection!.Code);
        Assert.Equal(Old.Name, late.Rejection.Details!["book"]);
        Assert.Equal(3, (await register.ReserveAsync(fixture.Request(3, book: Old), default)).Entry().Number);
        Assert.Equal([Old, New], await ListAsync(register));
    }

    [Fact]
    public async Task What_was_reserved_in_the_old_year_is_still_issued_and_voided_there()
    {
        var register = fixture.Start().Register;
        fixture.Time.Set(Before);
        await register.ReserveAsync(fixture.Request(1, book: Old), default);
        await register.ReserveAsync(fixture.Request(2, book: Old), default);
        fixture.Time.Set(After);
        await register.ReserveAsync(fixture.Request(3, book: New), default);

        await register.IssueAsync(StoreFixture.Agency, Old, 1, "copy1", new string('a', 64), default);
        await register.VoidAsync(StoreFixture.Agency, Old, 2, "copy2", "the date changed", default);

        Assert.Equal([RegisterState.Issued, RegisterState.Void], (await fixture.EntriesAsync(Old)).Select(entry => entry.State));
    }

    [Fact]
    public async Task An_attempt_from_the_old_year_is_refused_by_a_book_that_is_shut_for_good()
    {
        var register = fixture.Start().Register;
        fixture.Time.Set(Before);
        await register.ReserveAsync(fixture.Request(1, book: Old), default);
        fixture.Time.Set(After);

        // Chosen before midnight, reserved after it: refused, and no late twin may come in behind the answer.
        Assert.Equal("register-book-closed", (await register.ReserveAsync(fixture.Request(2, book: Old), default)).Rejection!.Code);
        fixture.Time.Set(Before);
        Assert.Equal("register-book-closed", (await fixture.Start().Register.ReserveAsync(fixture.Request(2, book: Old), default)).Rejection!.Code);
        Assert.Single(await fixture.EntriesAsync(Old));
    }

    [Fact]
    public async Task A_book_nobody_began_is_not_begun_after_its_successor()
    {
        var register = fixture.Start().Register;
        fixture.Time.Set(After);
        await register.ReserveAsync(fixture.Request(1, book: New), default);
        fixture.Time.Set(Before);

        Assert.Equal("register-book-closed", (await register.ReserveAsync(fixture.Request(2, book: Old), default)).Rejection!.Code);
        Assert.Empty(await fixture.EntriesAsync(Old));
    }

    [Fact]
    public async Task The_change_of_year_in_a_rush_keeps_both_books_whole()
    {
        for (var round = 0; round < 4; round++)
        {
            using var store = new StoreFixture();
            CertificationRegister[] registers = [store.Start().Register, store.Start().Register];
            store.Time.Set(Before);
            await registers[0].ReserveAsync(store.Request(0, book: Old), default);
            var early = store.Request(0, book: Old) with { Date = new DateOnly(2026, 12, 31) };
            var late = store.Request(0, book: New) with { Date = new DateOnly(2027, 1, 1) };
            var outcomes = await Task.WhenAll(Enumerable.Range(1, 32).Select(i => Task.Run(() =>
                registers[i % 2].ReserveAsync((i % 4 < 2 ? early : late) with { CopyId = $"copy{i}" }, default))));

            var refused = outcomes.Count(outcome => outcome.IsRejected);
            var old = await store.EntriesAsync(Old);
            var young = await store.EntriesAsync(New);
            Assert.Equal(33, old.Count + young.Count + refused);
            Assert.Equal(16, young.Count);
            Assert.Equal(Enumerable.Range(1, old.Count), old.Select(entry => entry.Number));
            Assert.Equal(Enumerable.Range(1, 16), young.Select(entry => entry.Number));
        }
    }

    [Fact]
    public async Task While_the_clock_is_behind_the_book_a_reservation_waits()
    {
        var register = fixture.Start().Register;
        fixture.Time.Set(StoreFixture.Monday.AddDays(1));
        await register.ReserveAsync(fixture.Request(1), default);
        fixture.Time.Set(StoreFixture.Monday);

        var wait = Assert.IsType<ReserveOutcome.Wait>((await register.ReserveAsync(fixture.Request(2), default)).Value);
        Assert.Equal(new DateOnly(2026, 3, 3), wait.BookDate);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 17, 0, 0, TimeSpan.Zero), wait.Until);
        Assert.Equal(1, (await register.ReserveAsync(fixture.Request(1), default)).Entry().Number);

        fixture.Time.Set(wait.Until);
        Assert.Equal(2, (await register.ReserveAsync(fixture.Request(2), default)).Entry().Number);
    }

    [Fact]
    public async Task A_clock_behind_the_year_of_the_book_waits_too()
    {
        var register = fixture.Start().Register;
        fixture.Time.Set(Before);

        var wait = Assert.IsType<ReserveOutcome.Wait>((await register.ReserveAsync(fixture.Request(1, book: New), default)).Value);
        Assert.Equal(After, wait.Until);
        Assert.Empty(fixture.Files("register"));
    }

    [Fact]
    public async Task A_crash_between_closing_a_page_and_its_successor_still_lets_the_book_be_shut()
    {
        fixture.Time.Set(Before);
        var register = fixture.Start().Register;
        for (var copy = 1; copy <= 3; copy++)
            await register.ReserveAsync(fixture.Request(copy, book: Old), default);
        // The fourth closes page 1 and dies before page 2.
        var dying = fixture.Start(TestKit.FaultPlan.At(2, TestKit.StoreFault.CrashBefore)).Register;
        await Assert.ThrowsAsync<TestKit.SimulatedCrashException>(() => dying.ReserveAsync(fixture.Request(4, book: Old), default));
        Assert.Contains("\"closed\":true", fixture.Files("register").Single().Value, StringComparison.Ordinal);
        Assert.Equal(2, await fixture.Start().Register.OpenPageAsync(StoreFixture.Agency, Old, default));

        fixture.Time.Set(After);
        await fixture.Start().Register.ReserveAsync(fixture.Request(5, book: New), default);
        fixture.Time.Set(Before);
        Assert.Equal("register-book-closed", (await fixture.Start().Register.ReserveAsync(fixture.Request(4, book: Old), default)).Rejection!.Code);
        Assert.Equal(3, (await fixture.EntriesAsync(Old)).Count);
    }

    private static async Task<List<RegisterBook>> ListAsync(CertificationRegister register)
    {
        var books = new List<RegisterBook>();
        await foreach (var book in register.ListBooksAsync(StoreFixture.Agency, default))
            books.Add(book);
        return books;
    }
}
