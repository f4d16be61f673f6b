using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Ledger;

/// <summary>A store and its witness in two folders, and processes that come and go over them.</summary>
internal sealed class StoreFixture : IDisposable
{
    public const string Agency = "H99.9.1";
    public const string StoreId = "0123456789abcdef0123456789abcdef";
    public const string Suffix = "SCT/BS-TEST";
    public static readonly DateTimeOffset Monday = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);

    public StoreFixture(int entriesPerPage = 3)
    {
        Options = new LedgerOptions { EntriesPerPage = entriesPerPage };
        Blobs = FileBlobStore.Open(Folder.Path);
        Place = FileBlobStore.Open(WitnessFolder.Path);
    }

    public TemporaryFolder Folder { get; } = new(inMemory: true);

    public TemporaryFolder WitnessFolder { get; } = new(inMemory: true);

    public FileBlobStore Blobs { get; }

    public FileBlobStore Place { get; }

    public LedgerOptions Options { get; }

    public SettableTime Time { get; } = new(Monday);

    public static RegisterBook Book { get; } = RegisterBook.For(new DateOnly(2026, 3, 2), Suffix);

    public Process Start(FaultPlan? plan = null) => StartAsync(plan).GetAwaiter().GetResult();

    public async Task<Process> StartAsync(FaultPlan? plan = null, bool adopt = false)
    {
        // Made once, outside of any plan: a store gets its identity and key at creation.
        await StoreIdentity.OpenOrCreateAsync(Blobs, StoreKind.Demo, Time, default);
        using (await Witness.OpenAsync(Blobs, Place, StoreId, true, false, Time, default))
        {
        }

        IBlobStore store = plan is null ? Blobs : new FaultyBlobStore(Blobs, plan);
        IBlobStore place = plan is null ? Place : new FaultyBlobStore(Place, plan);
        var witness = await Witness.OpenAsync(store, place, StoreId, true, adopt, Time, default);
        return new Process(
            store, witness, new CertificationRegister(store, witness, Options, Time), new AuditTrail(store, witness, Options, Time),
            new DailySequence(store, Options, Time));
    }

    public ReserveRequest Request(int copy, int fromPage = 1, int approval = 1, RegisterBook? book = null) => new(
        Agency, book ?? Book, fromPage, $"copy{copy}", approval, LocalTime.Today(Time), $"Bằng tốt nghiệp số {copy}", "Nguyễn Thị Ví Dụ",
        new RegisterSigner("Trần Văn Mẫu", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"), 1, 2, 4000);

    public async Task<List<RegisterEntry>> EntriesAsync(RegisterBook? book = null)
    {
        var entries = new List<RegisterEntry>();
        await foreach (var entry in Start().Register.ReadBookAsync(Agency, book ?? Book, default))
            entries.Add(entry);
        return entries;
    }

    /// <summary>All stored files of the store with their text, by path.</summary>
    public SortedDictionary<string, string> Files(string below) =>
        new(
            Directory.Exists(Folder.Below(below))
                ? Directory.GetFiles(Folder.Below(below), "*", SearchOption.AllDirectories)
                    .ToDictionary(file => Path.GetRelativePath(Folder.Path, file), File.ReadAllText)
                : [],
            StringComparer.Ordinal);

    public void Dispose()
    {
        Folder.Dispose();
        WitnessFolder.Dispose();
    }

    internal sealed record Process(IBlobStore Store, Witness Witness, CertificationRegister Register, AuditTrail Trail, DailySequence Sequence);
}

internal static class Answers
{
    public static RegisterEntry Entry(this Result<ReserveOutcome> outcome) =>
        Assert.IsType<ReserveOutcome.Reserved>(outcome.Value).Entry;
}
