using System.Diagnostics;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.EndToEnd.Tests;

/// <summary>Many at once: processes of <c>certify</c> beside orders through the socket, and an audit that reads meanwhile.</summary>
[Collection(TheKilledProgram.Name)]
public sealed class RushTests(ITestOutputHelper output)
{
    /// <summary>ECOPY_RUSHES times, each on a new store.</summary>
    [Fact]
    public async Task Twenty_processes_and_64_orders_at_once_get_84_contiguous_numbers()
    {
        for (var round = KillAtEachStepTests.Count("ECOPY_RUSHES", 1); round > 0; round--) await RushAsync(20, 64);
    }

    [Fact]
    public async Task One_order_sent_many_times_at_once_is_one_copy()
    {
        using var program = ProgramUnderTest.OverDemoStore();
        using var server = await program.ServeAsync();
        using var socket = LocalOrders.Connect(program);
        var order = LocalOrders.Order(1);
        var copies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => LocalOrders.SendAsync(socket, order))));
        Assert.Single(copies.Distinct());
        var stored = new StoredCopies(program);
        stored.RequireContiguous([order.CopyId]);
        await stored.RequireFinishedOnceAsync(order.CopyId);
        await stored.RequireCleanAsync();
    }

    private async Task RushAsync(int processes, int orders)
    {
        using var program = ProgramUnderTest.OverDemoStore();
        program.Put("scan.png", SmallScan.Png(0));
        using var server = await program.ServeAsync();
        var stored = new StoredCopies(program);
        using var socket = LocalOrders.Connect(program);

        var began = Stopwatch.GetTimestamp();
        var sent = Enumerable.Range(1, orders).Select(i => Task.Run(() => LocalOrders.SendAsync(socket, LocalOrders.Order(i)))).ToArray();
        var started = Enumerable.Range(1, processes).Select(i => program.Start("certify", "scan.png", "--title", $"Bảng điểm {i}", "--json")).ToArray();
        var audits = 0;
        while (!Array.TrueForAll(sent, order => order.IsCompleted))
        {
            // Beside the writers nothing may look broken.
            await stored.RequireCleanAsync();
            audits++;
            var done = sent.Count(order => order.IsCompleted);
            await Until.TrueAsync(() => sent.Count(order => order.IsCompleted) >= Math.Min(done + 4, sent.Length), () => server.Program.Error);
        }

        var copies = (await Task.WhenAll(sent)).Select(copy => copy!).Concat(started.Select(running => Certified.Of(running.Wait()))).ToList();
        output.WriteLine($"{copies.Count} copies in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, {audits} audits meanwhile");

        Assert.Equal(Enumerable.Range(1, processes + orders), copies.Select(copy => copy.RegisterNumber).Order());
        Assert.Equal(copies.Count, copies.Select(copy => copy.VerificationCode).Distinct().Count());
        Assert.Equal(copies.Count, copies.Select(copy => copy.DossierCode).Distinct().Count());
        stored.RequireContiguous([.. copies.Select(copy => copy.CopyId)]);
        foreach (var copy in copies) await stored.RequireFinishedOnceAsync(copy.CopyId);
        await stored.RequireCleanAsync();
        Assert.True(server.Program.IsRunning);
    }
}
