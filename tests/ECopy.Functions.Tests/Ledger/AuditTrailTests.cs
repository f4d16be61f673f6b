using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Ledger;

public sealed class AuditTrailTests : IDisposable
{
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task Each_entry_holds_the_hash_of_the_one_before()
    {
        var trail = fixture.Start().Trail;
        for (var i = 1; i <= 8; i++)
            Assert.Equal(i, (await trail.AppendAsync(Event(i), 1, default)).Seq);

        var previous = AuditEntry.Start;
        foreach (var text in fixture.Files("audit").Values)
        {
            using var page = JsonDocument.Parse(text);
            foreach (var entry in page.RootElement.GetProperty("entries").EnumerateArray())
            {
                // As a stranger would: the stored text of the entry without its last member.
                var stored = entry.GetRawText();
                var hash = entry.GetProperty("hash").GetString();
                var hashed = stored[..stored.LastIndexOf(",\"hash\":", StringComparison.Ordinal)] + "}";
                Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), hash);
                Assert.Equal(previous, entry.GetProperty("prev").GetString());
                previous = hash;
            }
        }
    }

    [Fact]
    public async Task An_event_is_written_once_per_key()
    {
        var trail = fixture.Start().Trail;
        var page = await trail.OpenPageAsync(StoreFixture.Agency, default);
        var first = await trail.AppendAsync(Event(1), page, default);
        for (var i = 2; i <= 9; i++)
            await trail.AppendAsync(Event(i), page, default);

        Assert.Equivalent(first, await fixture.Start().Trail.AppendAsync(Event(1), page, default));
        Assert.Equal(9, (await trail.AppendAsync(Event(9), null, default)).Seq);
        Assert.Equal(9, await CountAsync(trail));
    }

    [Fact]
    public async Task Events_at_once_make_one_chain()
    {
        AuditTrail[] trails = [fixture.Start().Trail, fixture.Start().Trail];

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => trails[i % 2].AppendAsync(Event(i / 2), 1, default))));

        Assert.Equal(30, await CountAsync(fixture.Start().Trail));
    }

    [Fact]
    public async Task Agencies_have_trails_of_their_own()
    {
        var trail = fixture.Start().Trail;
        await trail.AppendAsync(Event(1), 1, default);
        Assert.Equal(1, (await trail.AppendAsync(Event(1) with { Agency = "H99.9.2" }, 1, default)).Seq);
    }

    [Theory]
    [InlineData("clerk-1", "clerk-9")]
    [InlineData("\"seq\":2", "\"seq\":3")]
    [InlineData("\"n\":\"2\"", "\"n\":\"3\"")]
    [InlineData("T01:00:00.0000000Z", "T01:00:00.0000001Z")]
    [InlineData("\"closed\":true", "\"closed\": true")]
    [InlineData("key-2", "key-\\u0032")]
    public async Task A_changed_entry_stops_the_trail(string old, string changed)
    {
        for (var i = 1; i <= 5; i++)
            await fixture.Start().Trail.AppendAsync(Event(i), 1, default);
        var path = fixture.Folder.Below("audit", StoreFixture.Agency, "0001.json");
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(old, changed, StringComparison.Ordinal));

        Assert.Equal("audit/H99.9.1/0001.json", (await Assert.ThrowsAsync<IntegrityException>(() => CountAsync(fixture.Start().Trail))).Record);
        await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Trail.AppendAsync(Event(6), 1, default));
    }

    [Fact]
    public async Task A_sequence_counts_each_day_anew()
    {
        var sequence = fixture.Start().Sequence;
        var day = new DateOnly(2026, 11, 22);
        Assert.Equal("H99.9.1-261122-0001", (await sequence.NextAsync("H99.9.1", day, "a", default)).Value);
        Assert.Equal("H99.9.1-261122-0002", (await sequence.NextAsync("H99.9.1", day, "b", default)).Value);
        Assert.Equal("H99.9.1-261122-0001", (await fixture.Start().Sequence.NextAsync("H99.9.1", day, "a", default)).Value);
        Assert.Equal("H99.9.1-261123-0001", (await sequence.NextAsync("H99.9.1", day.AddDays(1), "a", default)).Value);
        Assert.Equal("H99.9.2-261122-0001", (await sequence.NextAsync("H99.9.2", day, "a", default)).Value);
    }

    [Fact]
    public async Task A_sequence_ends_after_9999()
    {
        using var large = new StoreFixture(entriesPerPage: 3000);
        var sequence = large.Start().Sequence;
        var day = new DateOnly(2026, 11, 22);
        var codes = await Task.WhenAll(Enumerable.Range(0, 9999).Select(i => sequence.NextAsync("H99.9.1", day, $"k{i}", default)));
        Assert.Equal(9999, codes.Select(code => code.Value).Distinct().Count());

        Assert.Equal("daily-sequence-full", (await sequence.NextAsync("H99.9.1", day, "one more", default)).Rejection!.Code);
        Assert.Equal(codes[5000].Value, (await sequence.NextAsync("H99.9.1", day, "k5000", default)).Value);
    }

    private static AuditEvent Event(int i) =>
        new(StoreFixture.Agency, $"clerk-{i}", "OneStopClerk", "uploaded", $"copy{i}", new Dictionary<string, string> { ["z"] = "1", ["n"] = $"{i}" }, $"key-{i}");

    private static async Task<int> CountAsync(AuditTrail trail)
    {
        var count = 0;
        await foreach (var entry in trail.ReadAsync(StoreFixture.Agency, default))
            Assert.Equal(++count, entry.Seq);
        return count;
    }
}
