using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using ECopy.TestKit.FunctionsHost;
using Xunit.Abstractions;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>
/// Many requests at once while the handler is killed at random. Each kill fails for good whatever instance was in a turn, as the
/// extension does it; the sweeper heals that. ECOPY_SEED, ECOPY_HOSTED_REQUESTS, ECOPY_HOSTED_KILLS.
/// </summary>
[Collection(TheDyingHandler.Name)]
public sealed class RandomDeathTests(HostedOffice office, ITestOutputHelper output) : IClassFixture<HostedOffice>
{
    /// <summary>Calls of the handler that a copy takes at least: kills fall anywhere among them.</summary>
    private const int CallsEach = 28;

    /// <summary>In milliseconds after a call has begun: into it, or somewhat later.</summary>
    private const int Latest = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SweepPause = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Whenever_the_handler_is_killed_every_request_is_finished_once()
    {
        var requests = KillAtEachStepTests.Count("ECOPY_HOSTED_REQUESTS", 24);
        var kills = KillAtEachStepTests.Count("ECOPY_HOSTED_KILLS", 3);
        output.WriteLine($"seed {office.Seed}, {requests} requests at once, {kills} kills");
        // A hundred questions a second altogether: the emulator is to work for the program.
        var look = TimeSpan.FromMilliseconds(Math.Max(200, 10 * requests));
        var began = Stopwatch.GetTimestamp();
        using var done = new CancellationTokenSource();
        var sweeping = SweepAsync(done.Token);
        var killing = KillAsync(requests, kills, done.Token);

        using var clerk = office.As("oneStopClerk");
        using var attestor = office.As("attestor");
        var copyIds = await Task.WhenAll(Enumerable.Range(0, requests).Select(async number =>
        {
            var copyId = (await clerk.UploadAsync($"death-{number}", number, $"Giấy số {number}")).GetProperty("copyId").GetString()!;
            var waiting = await WhenStoredAsync(copyId, "waitingForReview", look);
            await attestor.DecideOnAsync(copyId, waiting["scanDigest"]!.GetValue<string>());
            await WhenStoredAsync(copyId, "registered", look);
            return copyId;
        }));
        var took = Stopwatch.GetElapsedTime(began);
        // The marker goes last, perhaps by the sweeper.
        await Until.TrueAsync(async () => (await PathsAsync("open/")).Count == 0);
        await done.CancelAsync();
        await Task.WhenAll(sweeping, killing);

        await RequireFinishedOnceAsync(copyIds);
        var audit = office.Ask("audit", "--json");
        Assert.True(audit.ExitCode == 0, audit.ToString());
        var engine = office.Host.Engine;
        output.WriteLine($"{office.Host.Handler.Kills} kills; {engine.Lost.Count} turns lost, in {engine.Lost.Distinct().Count()} instances marked Failed; {await HealedAsync(copyIds)} requests finished by a later attempt");
        output.WriteLine($"{engine.Turns} turns, {engine.Deliveries} deliveries of activities, {engine.Repeats} tasks delivered twice; {office.Host.Queues.Sum(queue => queue.Done)} messages, {office.Host.Queues.Sum(queue => queue.Repeated)} repeated, {office.Host.Queues.Sum(queue => queue.Poisoned.Count)} poisoned");
        output.WriteLine($"{requests} copies in {took.TotalSeconds:0.0} s");
        Assert.True(office.Host.Handler.Kills > 0, "nothing was killed");
    }

    /// <summary>The schedule's part: the timer function at once and again and again.</summary>
    private async Task SweepAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await office.Host.FireAsync(HostedOffice.Timer);
                await Task.Delay(SweepPause, stopping);
            }
            catch (FunctionFailedException killed) when (killed.LostConnection)
            {
                // The next one comes.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Kills at calls that the seed chooses, at once or a moment later.</summary>
    private async Task KillAsync(int requests, int kills, CancellationToken stopping)
    {
        var random = new Random(office.Seed);
        var schedule = Enumerable.Range(0, kills).Select(_ => random.Next(requests, requests * CallsEach)).Distinct().ToDictionary(call => call, _ => TimeSpan.FromMilliseconds(Math.Max(0, random.Next(-Latest, Latest))));
        var due = Channel.CreateUnbounded<TimeSpan>();
        office.Host.Engine.Calling += call =>
        {
            if (schedule.TryGetValue(call, out var later)) due.Writer.TryWrite(later);
        };
        try
        {
            await foreach (var later in due.Reader.ReadAllAsync(stopping))
            {
                await office.Host.Handler.AddressAsync(stopping);
                await Task.Delay(later, stopping);
                await office.Host.Handler.KillAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Everything is finished.
        }
    }

    /// <summary>Asked of the store: hundreds that ask the program would be most of its work.</summary>
    private async Task<JsonNode> WhenStoredAsync(string copyId, string state, TimeSpan look)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var request = await RequestAsync(copyId);
            if (request["state"]!.GetValue<string>() == state) return request;
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                var instances = office.Host.Engine.States().Where(one => one.InstanceId.Contains(copyId, StringComparison.Ordinal));
                throw new TimeoutException($"{copyId} did not become {state}: {request.ToJsonString()}\n{string.Join('\n', instances)}\n{office.Log}");
            }

            await Task.Delay(look);
        }
    }

    /// <summary>The emulator has one thread for all of them: when it takes its time, it is asked again.</summary>
    private async Task<JsonNode> RequestAsync(string copyId)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return JsonNode.Parse((await office.Store.ReadAsync($"requests/{RunningOffice.MauAn}/{copyId}.json", default))!.Content.Span)!;
            }
            catch (TransientException) when (tries < 10)
            {
                await Task.Delay(SweepPause);
            }
        }
    }

    /// <summary>One entry each, numbered 1, 2, 3 …; one copy each, and it is the one that the register names; one signature of each kind.</summary>
    private async Task RequireFinishedOnceAsync(string[] copyIds)
    {
        var entries = new List<JsonNode>();
        foreach (var page in (await PathsAsync($"register/{RunningOffice.MauAn}/")).Order(StringComparer.Ordinal))
            entries.AddRange(JsonNode.Parse((await office.Store.ReadAsync(page, default))!.Content.Span)!["entries"]!.AsArray().Select(entry => entry!));
        Assert.Equal(Enumerable.Range(1, copyIds.Length), entries.Select(entry => entry["number"]!.GetValue<int>()));
        Assert.Equal(copyIds.Order(StringComparer.Ordinal), entries.Select(entry => entry["copyId"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal("issued", entry["state"]!.GetValue<string>()));

        var copies = await PathsAsync("copies/");
        Assert.Equal(copyIds.Select(copyId => $"copies/{RunningOffice.MauAn}/{copyId}/1.pdf").Order(StringComparer.Ordinal), copies.Order(StringComparer.Ordinal));
        var signatures = (await PathsAsync("work/")).Where(path => path.EndsWith(".p7s", StringComparison.Ordinal)).ToList();
        Assert.Equal(2 * copyIds.Length, signatures.Count);
        foreach (var entry in entries)
        {
            var copy = (await office.Store.ReadAsync($"copies/{RunningOffice.MauAn}/{entry["copyId"]!.GetValue<string>()}/1.pdf", default))!;
            Assert.Equal(entry["sha256"]!.GetValue<string>(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(copy.Content.Span)));
        }
    }

    private async Task<int> HealedAsync(string[] copyIds)
    {
        var healed = 0;
        foreach (var copyId in copyIds)
        {
            if ((await RequestAsync(copyId))["attempt"]!.GetValue<int>() > 1) healed++;
        }

        return healed;
    }

    private async Task<IReadOnlyList<string>> PathsAsync(string prefix)
    {
        var paths = new List<string>();
        await foreach (var path in office.Store.ListAsync(prefix, default)) paths.Add(path);
        return paths;
    }
}

[CollectionDefinition(Name)]
public sealed class TheDyingHandler
{
    public const string Name = "the dying handler";
}
