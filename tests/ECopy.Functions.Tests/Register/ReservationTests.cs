using System.Diagnostics;
using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Tests.Ledger;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Functions.Tests.Register;

public sealed class ReservationTests(ITestOutputHelper output) : IDisposable
{
    private const string Digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private readonly StoreFixture fixture = new();

    private static string Agency => StoreFixture.Agency;

    private static RegisterBook Book => StoreFixture.Book;

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task A_page_is_stored_as_the_design_says()
    {
        var register = fixture.Start().Register;
        await register.ReserveAsync(fixture.Request(1), default);

        var (path, text) = Assert.Single(fixture.Files("register"));
        Assert.Equal("register/H99.9.1/2026/01-2026-SCT-BS-TEST/0001.json", path);
        Assert.Equal(
            """{"schema":1,"agency":"H99.9.1","book":"01/2026-SCT/BS-TEST","page":1,"closed":false,"entries":[{"number":1,"state":"reserved","copyId":"copy1","approval":1,"date":"2026-03-02","document":"Bằng tốt nghiệp số 1","requester":"Nguyễn Thị Ví Dụ","signer":{"name":"Trần Văn Mẫu","title":"KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"},"copies":1,"pages":2,"fee":4000,"sha256":null,"reason":null,"at":"2026-03-02T01:00:00.0000000Z"}]}""",
            text);
    }

    [Fact]
    public async Task Numbers_go_on_over_the_edges_of_pages()
    {
        var register = fixture.Start().Register;
        for (var copy = 1; copy <= 10; copy++)
        {
            Assert.Equal(((copy - 1) / 3) + 1, await register.OpenPageAsync(Agency, Book, default) + (copy % 3 == 1 && copy > 1 ? 1 : 0));
            Assert.Equal(copy, (await register.ReserveAsync(fixture.Request(copy), default)).Entry().Number);
        }

        Assert.Equal(4, fixture.Files("register").Count);
        Assert.Equal(Enumerable.Range(1, 10), (await fixture.EntriesAsync()).Select(entry => entry.Number));
        for (var number = 1; number <= 10; number++)
            Assert.Equal($"copy{number}", (await register.FindAsync(Agency, Book, number, default))!.CopyId);
        Assert.Null(await register.FindAsync(Agency, Book, 11, default));
        Assert.Null(await register.FindAsync(Agency, Book, 0, default));
    }

    [Fact]
    public async Task The_same_approval_64_times_at_once_gets_one_number()
    {
        var first = fixture.Start().Register;
        var second = fixture.Start().Register;
        await first.ReserveAsync(fixture.Request(1), default);

        var numbers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
            (await (i % 2 == 0 ? first : second).ReserveAsync(fixture.Request(2), default)).Entry().Number)));

        Assert.Equal([2], numbers.Distinct());
        Assert.Equal(2, (await fixture.EntriesAsync()).Count);
    }

    [Fact]
    public async Task A_rush_is_pooled_into_few_writes()
    {
        using var large = new StoreFixture(entriesPerPage: 300);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var plan = FaultPlan.Off();
        plan.BeforeWrite = write =>
        {
            reached.TrySetResult();
            return write.Path.StartsWith("register/", StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        };
        var register = large.Start(plan).Register;
        var first = register.ReserveAsync(large.Request(0), default);
        await reached.Task;
        var rest = Enumerable.Range(1, 63).Select(copy => register.ReserveAsync(large.Request(copy), default)).ToList();
        release.SetResult();

        var numbers = new List<int> { (await first).Entry().Number };
        foreach (var reservation in rest)
            numbers.Add((await reservation).Entry().Number);
        Assert.Equal(Enumerable.Range(1, 64), numbers.Order());
        // Whoever waited had to see the earlier books shut first, in one round more that wrote nothing.
        Assert.InRange(plan.Writes.Count(write => write.Path.StartsWith("register/", StringComparison.Ordinal)), 2, 3);
    }

    [Fact]
    public async Task Rounds_of_64_reservations_at_once_are_contiguous()
    {
        var rounds = Environment.GetEnvironmentVariable("ECOPY_SOAK") is null ? 10 : 200;
        using var large = new StoreFixture(entriesPerPage: 300);
        // Two processes, as on a shared store: each meets the other as conflicts.
        CertificationRegister[] registers = [large.Start().Register, large.Start().Register];
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            var page = await registers[0].OpenPageAsync(Agency, Book, default);
            var numbers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
                (await registers[round % 5 == 0 ? i % 2 : 0].ReserveAsync(large.Request((round * 64) + i, page), default)).Entry().Number)));
            Assert.Equal(Enumerable.Range((round * 64) + 1, 64), numbers.Order());
        }

        output.WriteLine($"{rounds} rounds in {watch.Elapsed}");
        var entries = await large.EntriesAsync();
        Assert.Equal(Enumerable.Range(1, rounds * 64), entries.Select(entry => entry.Number));
        Assert.Equal(rounds * 64, entries.Select(entry => entry.CopyId).Distinct().Count());
    }

    [Fact]
    public async Task The_cost_of_one_more_number_does_not_grow_with_the_book()
    {
        async Task<(int Reads, int Writes)> CostAsync(int entries)
        {
            using var store = new StoreFixture(entriesPerPage: 3);
            var register = store.Start().Register;
            for (var copy = 0; copy < entries; copy++)
                await register.ReserveAsync(store.Request(copy, await register.OpenPageAsync(Agency, Book, default)), default);
            var counted = new CountingStore(store.Blobs);
            using var witness = await Functions.Ledger.Witness.OpenAsync(counted, store.Place, StoreFixture.StoreId, true, false, store.Time, default);
            var cold = new CertificationRegister(counted, witness, store.Options, store.Time);
            counted.Reads = counted.Writes = 0;
            await cold.ReserveAsync(store.Request(-1, await cold.OpenPageAsync(Agency, Book, default)), default);
            return (counted.Reads, counted.Writes);
        }

        Assert.Equal(await CostAsync(8), await CostAsync(62));
    }

    [Fact]
    public async Task Only_the_known_changes_of_state_exist()
    {
        var register = fixture.Start().Register;
        for (var copy = 1; copy <= 4; copy++)
            await register.ReserveAsync(fixture.Request(copy), default);

        var issued = await register.IssueAsync(Agency, Book, 1, "copy1", Digest, default);
        Assert.Equal((RegisterState.Issued, Digest), (issued.State, issued.Sha256));
        fixture.Time.Set(StoreFixture.Monday.AddHours(1));
        Assert.Equal(issued, await register.IssueAsync(Agency, Book, 1, "copy1", Digest, default));
        await Assert.ThrowsAsync<IntegrityException>(() => register.IssueAsync(Agency, Book, 1, "copy1", Digest.Replace('a', 'b'), default));
        await Assert.ThrowsAsync<IntegrityException>(() => register.IssueAsync(Agency, Book, 2, "copy1", Digest, default));
        await Assert.ThrowsAsync<IntegrityException>(() => register.IssueAsync(Agency, Book, 9, "copy9", Digest, default));
        await Assert.ThrowsAsync<ArgumentException>(() => register.IssueAsync(Agency, Book, 2, "copy2", "AB", default));
        var refused = await register.VoidAsync(Agency, Book, 1, "copy1", "too late", default);
        Assert.Equal("register-entry-issued", refused.Rejection!.Code);

        var voided = (await register.VoidAsync(Agency, Book, 2, "copy2", "signer refused", default)).Value;
        Assert.Equal((RegisterState.Void, "signer refused"), (voided.State, voided.Reason));
        Assert.Equal(voided, (await register.VoidAsync(Agency, Book, 2, "copy2", "another reason", default)).Value);
        await Assert.ThrowsAsync<IntegrityException>(() => register.IssueAsync(Agency, Book, 2, "copy2", Digest, default));
        await Assert.ThrowsAsync<ArgumentException>(() => register.VoidAsync(Agency, Book, 3, "copy3", " ", default));

        Assert.Equal("issued void reserved reserved", string.Join(' ', (await fixture.EntriesAsync()).Select(entry => $"{entry.State}".ToLowerInvariant())));
    }

    [Fact]
    public async Task A_later_approval_takes_a_new_number_and_the_earlier_one_keeps_its_own()
    {
        var register = fixture.Start().Register;
        await register.ReserveAsync(fixture.Request(1), default);
        await register.VoidAsync(Agency, Book, 1, "copy1", "returned", default);

        Assert.Equal(2, (await register.ReserveAsync(fixture.Request(1, approval: 2), default)).Entry().Number);
        var first = (await register.ReserveAsync(fixture.Request(1), default)).Entry();
        Assert.Equal((1, RegisterState.Void), (first.Number, first.State));
    }

    [Fact]
    public async Task A_long_wait_is_found_again_from_its_recorded_page()
    {
        var register = fixture.Start().Register;
        var page = await register.OpenPageAsync(Agency, Book, default);
        await register.ReserveAsync(fixture.Request(1, page), default);
        for (var copy = 2; copy <= 14; copy++)
            await register.ReserveAsync(fixture.Request(copy), default);

        Assert.Equal(1, (await fixture.Start().Register.ReserveAsync(fixture.Request(1, page), default)).Entry().Number);
        Assert.Equal(14, (await fixture.EntriesAsync()).Count);
    }

    [Fact]
    public async Task A_page_that_was_open_once_cannot_be_missing()
    {
        var register = fixture.Start().Register;
        await register.ReserveAsync(fixture.Request(1), default);

        await Assert.ThrowsAsync<IntegrityException>(() => register.ReserveAsync(fixture.Request(2, fromPage: 2), default));
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_gets_no_number_from_an_unstarted_round()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(1), gone.Token));
    }
}
