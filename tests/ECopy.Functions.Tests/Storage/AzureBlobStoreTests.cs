using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? azurite;
    private int made;

    public string ConnectionString => azurite!.ConnectionString;

    public async Task InitializeAsync() => azurite = await Azurite.StartAsync();

    public Task DisposeAsync()
    {
        azurite?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A store of its own: other containers.</summary>
    internal AzureBlobStore NewStore(Action<BlobClientOptions>? change = null)
    {
        var options = AzureCalls.ClientOptions();
        change?.Invoke(options);
        return new AzureBlobStore(new BlobServiceClient(ConnectionString, options), FormattableString.Invariant($"t{Interlocked.Increment(ref made)}-"));
    }
}

/// <summary>The contract, on a real Azurite.</summary>
public sealed class AzureBlobStoreTests(AzuriteFixture azurite) : BlobStoreContract, IClassFixture<AzuriteFixture>
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
        Assert.Equal(CreateOutcome.Created, await Store.CreateIfAbsentAsync("scans/a/large", new MemoryStream(content), None));
        Assert.Equal(CreateOutcome.SameAlreadyThere, await Store.CreateIfAbsentAsync("scans/a/large", new MemoryStream(content), None));
        await using var back = await Store.OpenReadAsync("scans/a/large", None);
        using var copy = new MemoryStream();
        await back!.CopyToAsync(copy);
        Assert.True(copy.GetBuffer().AsSpan(0, (int)copy.Length).SequenceEqual(content));
    }

    /// <summary>Stored, but the answer lost: the client's own repeat meets its own success and must not call it somebody else's.</summary>
    [Fact]
    public async Task A_lost_answer_is_recognised_as_our_own_write()
    {
        var loser = new LosesAnswers();
        var shaky = azurite.NewStore(options => options.AddPolicy(loser, HttpPipelinePosition.PerRetry));
        foreach (var lost in (int[])[1, 2, 3])
        {
            var path = FormattableString.Invariant($"requests/a/{lost}.json");
            loser.Lose(lost);
            var first = await shaky.ReplaceIfUnchangedAsync(path, Bytes("1"), null, None);
            Assert.NotNull(first);
            loser.Lose(lost);
            var second = await shaky.ReplaceIfUnchangedAsync(path, Bytes("2"), first, None);
            Assert.NotNull(second);
            Assert.Equal((second, "2"), ((await shaky.ReadAsync(path, None))!.ETag, Text(await shaky.ReadAsync(path, None))));
            Assert.Null(await shaky.ReplaceIfUnchangedAsync(path, Bytes("3"), first, None));
            loser.Lose(lost);
            Assert.NotEqual(CreateOutcome.OtherAlreadyThere, await shaky.CreateIfAbsentAsync($"copies/{lost}", new MemoryStream([1, 2, 3]), None));
        }

        Assert.True(loser.Lost >= 6, $"{loser.Lost} answers were lost");
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_a_transient_fault()
    {
        var options = AzureCalls.ClientOptions();
        // Nobody listens on port 1.
        var nobody = new AzureBlobStore(new BlobServiceClient(new Uri("http://127.0.0.1:1/devstoreaccount1"), options));
        await Assert.ThrowsAsync<TransientException>(() => nobody.ReadAsync("a/b", None));
        await Assert.ThrowsAsync<TransientException>(() => nobody.CreateIfAbsentAsync("a/b", Bytes("1"), None));
        await Assert.ThrowsAsync<TransientException>(() => nobody.CreateIfAbsentAsync("a/b", new MemoryStream([1]), None));
        await Assert.ThrowsAsync<TransientException>(() => nobody.ReplaceIfUnchangedAsync("a/b", Bytes("1"), null, None));
        await Assert.ThrowsAsync<TransientException>(() => nobody.DeleteAsync("a/b", None));
        await Assert.ThrowsAsync<TransientException>(async () => { await foreach (var _ in nobody.ListAsync("a/", None)) { } });
    }

    /// <summary>Lets a write through and then loses the answer, as a broken connection does.</summary>
    private sealed class LosesAnswers : HttpPipelinePolicy
    {
        private int left;

        public int Lost { get; private set; }

        public void Lose(int times) => left = times;

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            if (message.Request.Method != RequestMethod.Put || message.Response.Status >= (int)HttpStatusCode.BadRequest || left == 0) return;
            left--;
            Lost++;
            throw new IOException("the answer was lost");
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
