using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

/// <summary>One at a time, over processes whose clocks are not quite the same.</summary>
public sealed class SharedGateTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task A_machine_whose_clock_is_a_little_off_lets_nobody_in_beside_it(int seconds)
    {
        var store = FileBlobStore.OpenShared(folder.Below("store"));
        var off = new ShiftedTime(TimeProvider.System.GetUtcNow());
        off.Move(TimeSpan.FromSeconds(seconds));
        var (inside, most) = (0, 0);
        await Task.WhenAll(((TimeProvider[])[off, TimeProvider.System]).Select(clock => Task.Run(async () =>
        {
            var gate = new SharedGate(store, clock);
            for (var round = 0; round < 10; round++)
            {
                await gate.InsideAsync("office/gate.json", async () =>
                {
                    InterlockedMax(Interlocked.Increment(ref inside));
                    // Long enough for the other one to look several times.
                    for (var read = 0; read < 50; read++) await store.ReadAsync("office/gate.json", default);
                    return Interlocked.Decrement(ref inside);
                }, default);
            }
        })));

        Assert.Equal(1, most);

        void InterlockedMax(int now)
        {
            if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
        }
    }
}
