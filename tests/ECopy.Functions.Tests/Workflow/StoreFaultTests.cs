using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>Faults on every write of the store: refused, conflict, stored but the answer lost. One stored result, never a second.</summary>
public sealed class StoreFaultTests(ITestOutputHelper output)
{
    private static readonly StoreFault[] Faults = [StoreFault.Refused, StoreFault.Conflict, StoreFault.LostAnswer];

    [Fact]
    public async Task A_fault_at_any_write_of_a_copy_leaves_one_copy_and_one_number()
    {
        // How many writes name a copy: counted on a copy without faults.
        var counting = new PerCopyFaults();
        await using var office = await TestOffice.OpenAsync(change: services => services.WrapStore(counting.Wrap));
        var quiet = TestOffice.NewCopyId();
        await CertifyAsync(office, quiet);
        var writes = counting.CountOf(quiet);
        Assert.True(writes > 20, $"only {writes} writes");

        var runs = new List<(string CopyId, int Write, StoreFault Fault)>();
        foreach (var fault in Faults)
        {
            for (var write = 1; write <= writes; write++) runs.Add((TestOffice.NewCopyId(), write, fault));
        }

        foreach (var (copyId, write, fault) in runs) counting.Plan(copyId, write, fault);
        await Parallel.ForEachAsync(runs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (run, _) => await CertifyAsync(office, run.CopyId));
        output.WriteLine($"{runs.Count} copies, each with a fault at another of its {writes} writes");
        Assert.Equal(runs.Count, counting.Met);
        await RequireIntactAsync(office, runs.Count + 1);
    }

    [Theory]
    [InlineData(20261122)]
    [InlineData(7)]
    public async Task Faults_at_a_tenth_of_all_writes_leave_the_books_contiguous(int seed)
    {
        output.WriteLine($"seed {seed}");
        var plan = FaultPlan.Seeded(seed, 0.1, Faults);
        await using var office = await TestOffice.OpenAsync(change: services => services.WrapStore(inner => new FaultyBlobStore(inner, plan)));
        await Parallel.ForEachAsync(Enumerable.Range(0, 24), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (_, _) => await CertifyAsync(office, TestOffice.NewCopyId()));
        output.WriteLine($"{plan.Writes.Count} writes");
        await RequireIntactAsync(office, 24);
    }

    [Fact]
    public async Task Every_step_run_twice_and_twice_at_once_has_one_effect()
    {
        await using var office = await TestOffice.OpenAsync();
        var done = await office.CertifyAsync();
        var before = await FilesAsync(office);
        ICopyStep[] steps =
        [
            office.Get<Functions.Hash.HashScan>(), office.Get<LookForDecision>(), office.Get<MarkOverdue>(), office.Get<ReserveNumber>(), office.Get<Functions.Compose.ComposeCopy>(),
            office.Get<PrepareSignature>(), office.Get<CreateSignature>(), office.Get<AssembleSignature>(), office.Get<LookForSeal>(), office.Get<RegisterCopy>(),
        ];
        foreach (var step in steps)
        {
            foreach (var signer in (SignerRole[])[SignerRole.Person, SignerRole.Seal])
            {
                var work = new CopyWork(TestOffice.Agency, done.CopyId, done.Attempt, done.Approval, signer);
                await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => step.RunAsync(work, default))));
            }
        }

        var after = await FilesAsync(office);
        // A finished request may be looked at again, but nothing of it changes.
        Assert.Equal(before, after);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    private static async Task<Dictionary<string, string>> FilesAsync(TestOffice office)
    {
        var files = new Dictionary<string, string>();
        foreach (var prefix in (string[])["requests/", "register/", "audit/", "work/", "copies/", "public/", "digests/", "open/"])
        {
            foreach (var path in await office.PathsAsync(prefix)) files[path] = (await office.Store.ReadAsync(path, default))!.ETag;
        }

        return files;
    }

    /// <summary>As a patient client does it: what failed for a moment is asked again.</summary>
    private static async Task CertifyAsync(TestOffice office, string copyId)
    {
        await PatientlyAsync(() => office.SubmitAsync("Bằng tốt nghiệp", copyId));
        await office.WhenAsync(copyId, request => request.State is CopyState.WaitingForReview);
        await PatientlyAsync(() => office.DecideAsync(copyId));
        var registered = await office.WhenStateAsync(copyId, CopyState.Registered);
        // The marker goes last, and its removal is a write like any other.
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, registered.Attempt));
    }

    private static async Task PatientlyAsync(Func<Task> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action();
                return;
            }
            catch (TransientException) when (attempt < 20)
            {
                // Again.
            }
        }
    }

    private static async Task RequireIntactAsync(TestOffice office, int copies)
    {
        var book = await office.BookAsync();
        Assert.Equal(Enumerable.Range(1, copies), book.Select(entry => entry.Number));
        Assert.All(book, entry => Assert.Equal(RegisterState.Issued, entry.State));
        Assert.Equal(copies, (await office.PathsAsync("copies/")).Count);
        Assert.Equal(copies, (await office.PathsAsync("public/")).Count);
        Assert.Equal(copies * 2, (await office.PathsAsync("work/")).Count(path => path.EndsWith(".p7s", StringComparison.Ordinal)));
        var audit = await office.AuditAsync();
        Assert.True(audit.Verdict is AuditVerdict.Clean, $"{audit.Record}: {audit.Reason}");
    }

    /// <summary>Faults at the nth write that names a copy in its path.</summary>
    private sealed class PerCopyFaults
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, int> counts = [];
        private readonly Dictionary<string, (int Write, StoreFault Fault)> plans = [];

        public int Met { get; private set; }

        public int CountOf(string copyId) => counts[copyId];

        public void Plan(string copyId, int write, StoreFault fault) => plans[copyId] = (write, fault);

        public FaultyBlobStore Wrap(IBlobStore inner) => new FaultyBlobStore(inner, new FaultPlan(Decide));

        private StoreFault Decide(StoreWrite write)
        {
            lock (gate)
            {
                var copyId = write.Path.Split('/', '.').FirstOrDefault(part => part.Length == 32);
                if (copyId is null) return StoreFault.None;
                var count = counts[copyId] = counts.GetValueOrDefault(copyId) + 1;
                if (!plans.TryGetValue(copyId, out var plan) || plan.Write != count) return StoreFault.None;
                Met++;
                return plan.Fault;
            }
        }
    }
}
