using System.Diagnostics;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>Told to stop in the middle, the program ends in order; the next one finishes what was begun.</summary>
[Collection(TheKilledProgram.Name)]
public sealed class StopTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(Signals.Interrupt, 64)]
    [InlineData(Signals.Terminate, 8)]
    public async Task A_server_stops_while_copies_are_made_and_its_successor_finishes_them(int signal, int copies)
    {
        using var store = new KilledStore();
        var server = await store.RunningAsync();
        using var socket = LocalOrders.Connect(store.Program);
        var orders = Enumerable.Range(0, copies).Select(_ => store.NextOrder()).ToList();
        var sent = orders.Select(order => Task.Run(() => LocalOrders.SendAsync(socket, order))).ToArray();
        await Until.TrueAsync(() => store.Stored.Files("copies").Count > 0, () => server.Program.Error);

        var began = Stopwatch.GetTimestamp();
        server.Program.Signal(signal);
        var ended = server.Program.Wait();
        var took = Stopwatch.GetElapsedTime(began);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.True(took < Within, $"it took {took}");
        Assert.DoesNotContain("Exception", ended.Error, StringComparison.Ordinal);
        await Task.WhenAll(sent);
        await store.Stored.RequireCleanAsync();
        // It was in order: the lock was given back, the socket removed.
        Assert.Equal(0, new FileInfo(store.Program.PathOf("owner.lock")).Length);

        foreach (var order in orders) await store.FinishAsync(order);
        foreach (var order in orders) await store.Stored.RequireFinishedOnceAsync(order.CopyId);
        store.Stored.RequireContiguous(store.CopyIds);
        await store.Stored.RequireCleanAsync();
    }

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Kill)]
    public async Task A_certify_whose_server_goes_away_goes_on_by_itself(int signal)
    {
        using var program = ProgramUnderTest.OverDemoStore();
        program.Put("scan.png", SmallScan.Png(1));
        var server = await program.ServeAsync();
        using var certify = program.Start("certify", "scan.png", "--title", "Bảng điểm", "--json");
        var stored = new StoredCopies(program);
        await Until.TrueAsync(() => stored.Files("register").Count > 0 || !certify.IsRunning, () => certify.Error);
        server.Program.Signal(signal);
        var copy = Certified.Of(certify.Wait());
        Assert.Equal(signal == Signals.Kill ? 128 + signal : 0, server.Program.Wait().ExitCode);
        Assert.Equal(1, copy.RegisterNumber);
        stored.RequireContiguous([copy.CopyId]);
        await stored.RequireFinishedOnceAsync(copy.CopyId);
        await stored.RequireCleanAsync();
    }

    [Fact]
    public async Task A_certify_that_is_interrupted_ends_and_loses_nothing()
    {
        using var program = ProgramUnderTest.OverDemoStore();
        program.Put("scan.png", SmallScan.Png(1));
        using var certify = program.Start("certify", "scan.png", "--title", "Bảng điểm", "--json", "--lang", "en");
        var stored = new StoredCopies(program);
        await Until.TrueAsync(() => stored.Files("requests").Count > 0 || !certify.IsRunning, () => certify.Error);
        var began = Stopwatch.GetTimestamp();
        certify.Signal(Signals.Interrupt);
        var ended = certify.Wait();
        Assert.True(Stopwatch.GetElapsedTime(began) < Within);
        Assert.Equal(2, ended.ExitCode);
        Assert.Equal("", ended.Output);
        Assert.EndsWith("Stopped midway. What was accepted goes on when the program runs again.\n", ended.Error, StringComparison.Ordinal);
        await stored.RequireCleanAsync();
        Assert.Equal(0, new FileInfo(program.PathOf("owner.lock")).Length);
    }
}
