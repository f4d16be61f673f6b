using System.Diagnostics;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.EndToEnd.Tests;

/// <summary>
/// Kills at random times while several copies are being made, then once with the hub's database gone. The schedule comes from
/// a printed seed: ECOPY_SEED and ECOPY_RANDOM_KILLS.
/// </summary>
[Collection(TheKilledProgram.Name)]
public sealed class RandomKillTests(ITestOutputHelper output)
{
    private const int AtOnce = 4;
    private const int LongestLife = 2000;

    [Fact]
    public async Task Whenever_it_is_killed_every_order_ends_in_one_copy()
    {
        var seed = KillAtEachStepTests.Count("ECOPY_SEED", 20261122);
        var kills = KillAtEachStepTests.Count("ECOPY_RANDOM_KILLS", 8);
        output.WriteLine($"seed {seed}, {kills} kills");
        var random = new Random(seed);
        var began = Stopwatch.GetTimestamp();
        using var store = new KilledStore();
        var open = new List<Functions.Web.LocalCertifyOrder>();
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var kill = 1; kill <= kills; kill++)
        {
            // Orders that got no answer are asked for again, as a client would; new ones join them.
            open.RemoveAll(order => store.Stored.IsRegistered(order.CopyId));
            while (open.Count < AtOnce) open.Add(store.NextOrder());
            var life = TimeSpan.FromMilliseconds(random.Next(LongestLife));
            var server = await store.RunningAsync();
            using var socket = LocalOrders.Connect(store.Program);
            var sent = open.Select(order => Task.Run(() => LocalOrders.SendAsync(socket, order))).ToArray();
            await Task.Delay(life);
            server.Kill();
            await Task.WhenAll(sent);
            foreach (var order in open)
            {
                await store.RequireNothingHalfAcceptedAsync(order.CopyId);
                var state = store.Stored.Request(order.CopyId)?["state"]?.GetValue<string>() ?? "not accepted";
                found[state] = found.GetValueOrDefault(state) + 1;
            }
        }

        foreach (var order in open) await store.FinishAsync(order);
        foreach (var copyId in store.CopyIds) await store.Stored.RequireFinishedOnceAsync(copyId);
        store.Stored.RequireContiguous(store.CopyIds);
        await store.Stored.RequireCleanAsync();
        output.WriteLine($"found after the kills: {string.Join(", ", found.Select(pair => $"{pair.Value} {pair.Key}"))}");
        output.WriteLine($"{store.CopyIds.Count} copies, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    [Theory]
    [InlineData("decision")]
    [InlineData("composed")]
    [InlineData("person signed")]
    [InlineData("issued")]
    public async Task The_hubs_database_may_be_lost_with_the_process(string moment)
    {
        using var store = new KilledStore();
        var order = store.NextOrder();
        await store.KillWhenAsync(order, () => moment switch
        {
            "decision" => store.Stored.Request(order.CopyId)?["decision"] is not null,
            "composed" => File.Exists(store.Program.PathOf($"work/{StoredCopies.Agency}/{order.CopyId}/1/composed.pdf")),
            "person signed" => File.Exists(store.Program.PathOf($"work/{StoredCopies.Agency}/{order.CopyId}/1/person.p7s")),
            _ => store.Stored.EntriesOf(order.CopyId) is [{ } entry] && entry["state"]!.GetValue<string>() == "issued",
        });
        foreach (var file in Directory.GetFiles(store.Program.Data, "hub.sqlite*")) File.Delete(file);
        await store.FinishAsync(order);
        await store.Stored.RequireFinishedOnceAsync(order.CopyId);
        store.Stored.RequireContiguous(store.CopyIds);
        await store.Stored.RequireCleanAsync();
    }

    [Fact]
    public async Task A_certify_that_was_killed_is_finished_by_whoever_owns_the_folder_next()
    {
        using var program = ProgramUnderTest.OverDemoStore();
        program.Put("scan.png", SmallScan.Png(1));
        var stored = new StoredCopies(program);
        using (var first = program.Start("certify", "scan.png", "--title", "Bảng điểm", "--json"))
        {
            await Task.Run(() => Until.TrueAtOnce(() => stored.Files("work").Any(path => path.EndsWith("person.p7s", StringComparison.Ordinal)) || !first.IsRunning, () => first.Error));
            first.Signal(Signals.Kill);
            Assert.NotEqual(0, first.Wait().ExitCode);
        }

        var second = Certified.Of(program.Run("certify", "scan.png", "--title", "Bảng điểm", "--json"));
        Assert.Equal(2, second.RegisterNumber);
        var killed = stored.Entries()[0]["copyId"]!.GetValue<string>();
        using var server = await program.ServeAsync();
        await Until.TrueAsync(() => stored.IsRegistered(killed), () => $"{stored.Request(killed)}\n{server.Program.Error}");
        await stored.RequireFinishedOnceAsync(killed);
        stored.RequireContiguous([killed, second.CopyId]);
        await stored.RequireCleanAsync();
    }
}
