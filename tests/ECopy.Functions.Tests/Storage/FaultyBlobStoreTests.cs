using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

public sealed class FaultyBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FileBlobStore files;

    public FaultyBlobStoreTests()
    {
        files = FileBlobStore.Open(folder.Path);
        Store = new FaultyBlobStore(files, FaultPlan.Off());
    }

    protected override IBlobStore Store { get; }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(StoreFault.Refused, false)]
    [InlineData(StoreFault.ServerError, false)]
    [InlineData(StoreFault.LostAnswer, true)]
    public async Task A_transient_fault_says_nothing_about_what_is_stored(StoreFault fault, bool stored)
    {
        var faulty = new FaultyBlobStore(files, FaultPlan.At(2, fault));
        await faulty.CreateIfAbsentAsync("a", Bytes("1"), None);

        await Assert.ThrowsAsync<TransientException>(() => faulty.ReplaceIfUnchangedAsync("b", Bytes("1"), null, None));

        Assert.Equal(stored, await files.ReadAsync("b", None) is not null);
    }

    [Theory]
    [InlineData(StoreFault.CrashBefore, null)]
    [InlineData(StoreFault.CrashAfter, "12345678")]
    [InlineData(StoreFault.Torn, "1234")]
    public async Task After_a_crash_nothing_works(StoreFault fault, string? stored)
    {
        var faulty = new FaultyBlobStore(files, FaultPlan.At(1, fault));

        await Assert.ThrowsAsync<SimulatedCrashException>(() => faulty.CreateIfAbsentAsync("a", Bytes("12345678"), None));

        await Assert.ThrowsAsync<SimulatedCrashException>(() => faulty.ReadAsync("a", None));
        Assert.Equal(stored, Text(await files.ReadAsync("a", None)));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_faults()
    {
        async Task<string> RunAsync()
        {
            var faulty = new FaultyBlobStore(files, FaultPlan.Seeded(7, 0.5, StoreFault.Refused, StoreFault.Conflict));
            var outcome = "";
            for (var i = 0; i < 40; i++)
            {
                try
                {
                    outcome += await faulty.ReplaceIfUnchangedAsync("x", Bytes("1"), "no", None) ?? "c";
                }
                catch (TransientException)
                {
                    outcome += "t";
                }
            }

            return outcome;
        }

        var first = await RunAsync();
        Assert.Contains('t', first);
        Assert.Equal(first, await RunAsync());
    }
}
