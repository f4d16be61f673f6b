using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Functions.Tests.Storage;

/// <summary>The contract, on a real Azurite.</summary>
[Collection(StorageAccount.Name)]
public sealed class AzureBlobStoreTests(AzuriteFixture azurite, ITestOutputHelper output) : BlobStoreContract
{
    protected override IBlobStore Store { get; } = azurite.NewStore();

    [Fact]
    public async Task A_first_segment_that_no_container_can_have_is_kept_all_the_same()
    {
        string[] paths = ["store.json", "Upper/a", "under_score/a", "-x/a", "root/a", "a--b/c"];
        foreach (var path in paths) Assert.Equal(CreateOutcome.Created, await Store.CreateIfAbsentAsync(path, Bytes(path), None));

        foreach (var path in paths) Assert.Equal(path, Text(await Store.ReadAsync(path, None)));
        Assert.Equal(["Upper/a"], await ListAsync("Upper/"));
        Assert.Equal(["root/a"], await ListAsync("root/"));
    }

    [Fact]
    public async Task A_large_stream_is_sent_in_blocks_and_a_repeat_is_the_same()
    {
        var content = new byte[9_000_001];
        new Random(7).NextBytes(content);
        var network = new ShakyNetwork();
        var shaky = azurite.NewStore(options => options.AddPolicy(network, HttpPipelinePosition.PerRetry));
        // Asked whether it is there; the first block; its answer lost; the commit's answer lost.
        network.Expect(NetworkFault.Busy, NetworkFault.None, NetworkFault.None, NetworkFault.None, NetworkFault.AnswerLost, NetworkFault.NotSent, NetworkFault.None, NetworkFault.None, NetworkFault.AnswerLost);
        Assert.Equal(CreateOutcome.Created, await shaky.CreateIfAbsentAsync("scans/a/large", new MemoryStream(content), None));
        Assert.True(network.IsQuiet);
        Assert.Equal(CreateOutcome.SameAlreadyThere, await shaky.CreateIfAbsentAsync("scans/a/large", new MemoryStream(content), None));
        content[^1]++;
        Assert.Equal(CreateOutcome.OtherAlreadyThere, await shaky.CreateIfAbsentAsync("scans/a/large", new MemoryStream(content), None));
        content[^1]--;
        await using var back = await shaky.OpenReadAsync("scans/a/large", None);
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(back!));
    }

    /// <summary>Stored, but the answer lost: the repeat meets its own success and must not call it somebody else's.</summary>
    [Theory]
    [InlineData(NetworkFault.AnswerLost)]
    [InlineData(NetworkFault.Busy)]
    [InlineData(NetworkFault.NotSent)]
    [InlineData(NetworkFault.NotSent, NetworkFault.AnswerLost)]
    [InlineData(NetworkFault.AnswerLost, NetworkFault.NotSent, NetworkFault.Busy)]
    public async Task A_lost_answer_is_recognised_as_our_own_write(params NetworkFault[] faults)
    {
        var network = new ShakyNetwork();
        var shaky = azurite.NewStore(options => options.AddPolicy(network, HttpPipelinePosition.PerRetry));
        await shaky.CreateIfAbsentAsync("requests/a/0.json", Bytes("the container"), None);

        network.Expect(faults);
        var first = await shaky.ReplaceIfUnchangedAsync("requests/a/1.json", Bytes("1"), null, None);
        Assert.NotNull(first);
        network.Expect(faults);
        var second = await shaky.ReplaceIfUnchangedAsync("requests/a/1.json", Bytes("2"), first, None);
        Assert.NotNull(second);
        Assert.Equal((second, "2"), ((await shaky.ReadAsync("requests/a/1.json", None))!.ETag, Text(await shaky.ReadAsync("requests/a/1.json", None))));
        Assert.Null(await shaky.ReplaceIfUnchangedAsync("requests/a/1.json", Bytes("3"), first, None));
        network.Expect(faults);
        Assert.Equal(CreateOutcome.Created, await shaky.CreateIfAbsentAsync("requests/a/2.json", new MemoryStream([1, 2, 3]), None));
        network.Expect(faults);
        await shaky.DeleteAsync("requests/a/2.json", None);
        Assert.Null(await shaky.ReadAsync("requests/a/2.json", None));
        Assert.Equal(4 * faults.Length, network.Met);
    }

    /// <summary>Ours was stored, the answer lost, and somebody has replaced it since: "conflict" would say that it never happened.</summary>
    [Fact]
    public async Task A_write_that_was_overtaken_after_a_lost_answer_is_not_called_a_conflict()
    {
        BlobServiceClient? other = null;
        var overtaking = new AfterLostAnswer(async () =>
        {
            var store = new AzureBlobStore(other!, "overtaken-");
            var there = (await store.ReadAsync("requests/a.json", None))!;
            Assert.Equal("ours", Text(there));
            Assert.NotNull(await store.ReplaceIfUnchangedAsync("requests/a.json", Bytes("theirs"), there.ETag, None));
        });
        other = azurite.Client();
        var shaky = new AzureBlobStore(azurite.Client(options => options.AddPolicy(overtaking, HttpPipelinePosition.PerRetry)), "overtaken-");
        var etag = await shaky.ReplaceIfUnchangedAsync("requests/a.json", Bytes("before"), null, None);
        overtaking.Armed = true;

        await Assert.ThrowsAsync<TransientException>(() => shaky.ReplaceIfUnchangedAsync("requests/a.json", Bytes("ours"), etag, None));
        Assert.Equal("theirs", Text(await shaky.ReadAsync("requests/a.json", None)));
    }

    /// <summary>Many operations, one after the other, over a network with seeded faults: every answer is what a dictionary would say.</summary>
    [Fact]
    public async Task Over_a_shaky_network_every_answer_is_the_right_one()
    {
        const int seed = 20261122;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var network = new ShakyNetwork();
        var shaky = azurite.NewStore(options => options.AddPolicy(network, HttpPipelinePosition.PerRetry), namesPerPage: 3);
        var expected = new SortedDictionary<string, (string Text, string? ETag)>(StringComparer.Ordinal);
        for (var step = 0; step < 150; step++)
        {
            var path = FormattableString.Invariant($"requests/a/{random.Next(8)}.json");
            var text = FormattableString.Invariant($"{step}");
            network.Expect([.. Enumerable.Range(0, random.Next(3)).Select(_ => (NetworkFault)random.Next(4))]);
            var there = expected.TryGetValue(path, out var known);
            switch (random.Next(5))
            {
                case 0:
                    Assert.Equal(there ? CreateOutcome.OtherAlreadyThere : CreateOutcome.Created, await shaky.CreateIfAbsentAsync(path, Bytes(text), None));
                    if (!there) expected[path] = (text, null);
                    break;
                case 1 when there:
                    var read = (await shaky.ReadAsync(path, None))!;
                    Assert.Equal(known.Text, Text(read));
                    Assert.Equal(known.ETag ?? read.ETag, read.ETag);
                    expected[path] = (known.Text, read.ETag);
                    break;
                case 2 when known.ETag is not null:
                    expected[path] = (text, await shaky.ReplaceIfUnchangedAsync(path, Bytes(text), known.ETag, None));
                    Assert.NotNull(expected[path].ETag);
                    network.Expect();
                    Assert.Null(await shaky.ReplaceIfUnchangedAsync(path, Bytes(text), known.ETag, None));
                    break;
                case 3:
                    await shaky.DeleteAsync(path, None);
                    expected.Remove(path);
                    break;
                default:
                    Assert.Equal(expected.Keys, await shaky.ListAsync("requests/", None).ToListAsync());
                    break;
            }
        }

        Assert.True(network.Met > 60, $"{network.Met} faults");
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_a_transient_fault_and_not_a_hang()
    {
        // It takes connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await Task.WhenAll(((int[])[1, ((IPEndPoint)silent.LocalEndpoint).Port]).Select(async port =>
        {
            var options = AzureCalls.ClientOptions();
            options.Retry.NetworkTimeout = TimeSpan.FromMilliseconds(100);
            var nobody = new AzureBlobStore(new BlobServiceClient(new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}/devstoreaccount1")), options));
            await Task.WhenAll(
                Assert.ThrowsAsync<TransientException>(() => nobody.ReadAsync("a/b", None)),
                Assert.ThrowsAsync<TransientException>(() => nobody.OpenReadAsync("a/b", None)),
                Assert.ThrowsAsync<TransientException>(() => nobody.CreateIfAbsentAsync("a/b", Bytes("1"), None)),
                Assert.ThrowsAsync<TransientException>(() => nobody.CreateIfAbsentAsync("a/b", new MemoryStream(new byte[5_000_000]), None)),
                Assert.ThrowsAsync<TransientException>(() => nobody.ReplaceIfUnchangedAsync("a/b", Bytes("1"), null, None)),
                Assert.ThrowsAsync<TransientException>(() => nobody.DeleteAsync("a/b", None)),
                Assert.ThrowsAsync<TransientException>(() => nobody.ListAsync("a/", None).ToListAsync().AsTask()),
                Assert.ThrowsAsync<TransientException>(() => nobody.ListAsync("", None).ToListAsync().AsTask()));
        }));
    }

    [Fact]
    public async Task Whoever_no_longer_wants_the_answer_is_not_told_of_a_fault()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadAsync("a/b", stop.Token));
    }

    /// <summary>Loses the answer to one write; before the repeat comes, something else happens.</summary>
    private sealed class AfterLostAnswer(Func<Task> meanwhile) : HttpPipelinePolicy
    {
        public bool Armed { get; set; }

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            if (!Armed || message.Request.Method != RequestMethod.Put) return;
            Armed = false;
            await meanwhile();
            throw new IOException("the answer was lost");
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}

/// <summary>The contract, on the fault-injecting store over a real Azurite.</summary>
[Collection(StorageAccount.Name)]
public sealed class FaultyAzureBlobStoreTests(AzuriteFixture azurite) : BlobStoreContract
{
    protected override IBlobStore Store { get; } = new FaultyBlobStore(azurite.NewStore(), FaultPlan.Off());
}

/// <summary>The contract, below a folder of one container, as a witness lies: paths do not show where they are kept.</summary>
[Collection(StorageAccount.Name)]
public sealed class OneContainerTests(AzuriteFixture azurite) : BlobStoreContract
{
    protected override IBlobStore Store { get; } = new AzureBlobStore(azurite.Client(), new OneContainer("witness", azurite.NewPrefix() + "store"));
}
