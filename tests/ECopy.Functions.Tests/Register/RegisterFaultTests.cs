using System.Diagnostics;
using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Ledger;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Register;

/// <summary>Each write of a piece of work meets each fault; the work is done again and must come out the same.</summary>
public sealed class RegisterFaultTests
{
    private const int Copies = 4;
    private static readonly string Digest = new('a', 64);

    public static TheoryData<StoreFault> Faults => new(
        StoreFault.Refused, StoreFault.Conflict, StoreFault.ServerError, StoreFault.LostAnswer, StoreFault.CrashBefore, StoreFault.CrashAfter);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_at_any_write_changes_nothing_in_what_is_stored(StoreFault fault)
    {
        SortedDictionary<string, string> golden;
        int writes;
        using (var calm = new StoreFixture())
        {
            var plan = FaultPlan.Off();
            await WorkAsync(await calm.StartAsync(plan), calm);
            golden = Everything(calm);
            writes = plan.Writes.Count;
        }

        Assert.Equal(
            ["audit/H99.9.1/0001.json", "register/H99.9.1/2026/01-2026-SCT-BS-TEST/0001.json", "sequences/H99.9.1/260302/0001.json"],
            golden.Keys.Where(path => path.EndsWith("0001.json", StringComparison.Ordinal)));
        Assert.True(writes > 25, $"{writes}");
        for (var n = 1; n <= writes; n++)
        {
            using var store = new StoreFixture();
            var plan = FaultPlan.At(n, fault);
            try
            {
                await WorkAsync(await store.StartAsync(plan), store);
                Assert.True(fault < StoreFault.CrashBefore, "nobody survives a crash");
            }
            catch (SimulatedCrashException)
            {
                // The next process does the same work from its beginning.
                await WorkAsync(await store.StartAsync(), store);
            }

            Assert.True(plan.Writes.Count >= n, $"write {n} was never reached");
            Assert.Equal(golden, Everything(store));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Many_faults_in_a_rush_neither_lose_nor_repeat_a_number(int seed)
    {
        using var store = new StoreFixture();
        var plan = FaultPlan.Seeded(
            seed, 0.25, StoreFault.Refused, StoreFault.Conflict, StoreFault.ServerError, StoreFault.LostAnswer);
        var process = await store.StartAsync(plan);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(copy => Task.Run(async () =>
        {
            // As the hub does: a transient fault is tried again.
            for (var attempt = 0; attempt < 20; attempt++)
            {
                try
                {
                    await process.Register.ReserveAsync(store.Request(copy), default);
                    return;
                }
                catch (TransientException)
                {
                }
            }

            Assert.Fail($"seed {seed}: copy {copy} got no number");
        })));

        var entries = await store.EntriesAsync();
        Assert.Equal(Enumerable.Range(1, 40), entries.Select(entry => entry.Number));
        Assert.Equal(40, entries.Select(entry => entry.CopyId).Distinct().Count());
    }

    [Fact]
    public async Task A_torn_page_is_recognised_and_gives_no_number()
    {
        using var store = new StoreFixture();
        await (await store.StartAsync()).Register.ReserveAsync(store.Request(1), default);
        var dying = await store.StartAsync(FaultPlan.At(1, StoreFault.Torn));
        await Assert.ThrowsAsync<SimulatedCrashException>(() => dying.Register.ReserveAsync(store.Request(2), default));

        var fault = await Assert.ThrowsAsync<IntegrityException>(() => store.Start().Register.ReserveAsync(store.Request(3), default));
        Assert.Equal("register/H99.9.1/2026/01-2026-SCT-BS-TEST/0001.json", fault.Record);
    }

    [Fact]
    public async Task Killed_at_any_moment_every_number_that_was_told_is_there_once()
    {
        using var folder = new TemporaryFolder();
        using var witnesses = new TemporaryFolder();
        var data = folder.Below(".data");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var told = new List<(int Number, string CopyId)>();
        for (var round = 0; round < 4; round++)
        {
            using var child = Process.Start(StorageChild.Command(
                "number", data, witnesses.Path, ((round + 1) * 10_000).ToString(CultureInfo.InvariantCulture)))!;
            for (var lines = random.Next(5, 60); lines > 0; lines--)
                Tell(await child.StandardOutput.ReadLineAsync(), told);
            child.Kill();
            foreach (var line in (await child.StandardOutput.ReadToEndAsync()).Split('\n'))
                Tell(line, told);
            await child.WaitForExitAsync();

            using var reader = (await DataFolder.OpenReadOnlyAsync(data, default)).Value;
            using var witness = (await Witness.OpenAsync(reader, witnesses.Path, false, TimeProvider.System, default)).Value;
            var options = new LedgerOptions { EntriesPerPage = 5 };
            var register = new CertificationRegister(reader.Blobs, witness, options, TimeProvider.System);
            var stored = new List<(int, string)>();
            await foreach (var entry in register.ReadBookAsync("H99.9.1", StorageChild.Book, default))
                stored.Add((entry.Number, entry.CopyId));
            Assert.Equal(Enumerable.Range(1, stored.Count), stored.Select(entry => entry.Item1));
            Assert.True(told.TrueForAll(stored.Contains), $"seed {seed}, round {round}: a number that was told is gone");
            var report = await new StoreAudit(reader.Blobs, witness, options, [new InFlight(stored.Select(entry => entry.Item2))]).RunAsync(default);
            Assert.True(report.Verdict is AuditVerdict.Clean, $"seed {seed}, round {round}: {report}");
        }
    }

    private static void Tell(string? line, List<(int Number, string CopyId)> told)
    {
        var words = (line ?? "").Split(' ');
        if (words is ["reserved", var number, var copyId] && copyId.Length == 6)
            told.Add((int.Parse(number, CultureInfo.InvariantCulture), copyId));
    }

    private static async Task WorkAsync(StoreFixture.Process process, StoreFixture store)
    {
        for (var copy = 1; copy <= Copies; copy++)
        {
            var code = await process.Sequence.NextAsync(StoreFixture.Agency, new DateOnly(2026, 3, 2), $"dossier{copy}", default);
            Assert.Equal($"H99.9.1-260302-000{copy}", code.Value);
            var entry = (await process.Register.ReserveAsync(store.Request(copy), default)).Entry();
            await process.Trail.AppendAsync(RegisterEvents.For(StoreFixture.Agency, StoreFixture.Book, AsReserved(entry), "clerk", "OneStopClerk"), 1, default);
            entry = copy % 3 == 0
                ? (await process.Register.VoidAsync(StoreFixture.Agency, StoreFixture.Book, entry.Number, entry.CopyId, "signer refused", default)).Value
                : await process.Register.IssueAsync(StoreFixture.Agency, StoreFixture.Book, entry.Number, entry.CopyId, Digest, default);
            await process.Trail.AppendAsync(RegisterEvents.For(StoreFixture.Agency, StoreFixture.Book, entry, "clerk", "OneStopClerk"), 1, default);
        }
    }

    /// <summary>What the first attempt saw; here the clock stands still, so only the state went on.</summary>
    private static RegisterEntry AsReserved(RegisterEntry entry) => entry with { State = RegisterState.Reserved, Sha256 = null, Reason = null };

    private static SortedDictionary<string, string> Everything(StoreFixture store)
    {
        var files = store.Files("register");
        foreach (var (path, text) in store.Files("audit").Concat(store.Files("sequences")))
            files.Add(path, text);
        return files;
    }

    private sealed class InFlight(IEnumerable<string> ids) : IExpectedRecords
    {
        public IAsyncEnumerable<ExpectedBlob> ExpectedAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<ExpectedBlob>();

        public IAsyncEnumerable<string> InFlightAsync(CancellationToken cancellationToken) => ids.ToAsyncEnumerable();
    }
}
