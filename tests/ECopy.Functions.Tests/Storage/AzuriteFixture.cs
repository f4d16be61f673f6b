using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

/// <summary>One Azurite for all tests of the storage account; each has containers of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? azurite;
    private int made;

    public string ConnectionString => azurite!.ConnectionString;

    public string SecondConnectionString => azurite!.SecondConnectionString;

    public async Task InitializeAsync() => azurite = await Azurite.StartAsync();

    public Task DisposeAsync()
    {
        azurite?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A container prefix that nobody has yet.</summary>
    public string NewPrefix() => FormattableString.Invariant($"t{Interlocked.Increment(ref made)}-");

    /// <summary>A store of its own.</summary>
    internal AzureBlobStore NewStore(Action<BlobClientOptions>? change = null, int? namesPerPage = null)
    {
        var (client, prefix) = (Client(change), NewPrefix());
        return namesPerPage is { } few ? new AzureBlobStore(client, prefix) { NamesPerPage = few } : new AzureBlobStore(client, prefix);
    }

    internal BlobServiceClient Client(Action<BlobClientOptions>? change = null)
    {
        var options = AzureCalls.ClientOptions();
        change?.Invoke(options);
        return new BlobServiceClient(ConnectionString, options);
    }

    internal StorePlace NewPlace() => StorePlace.In(AzureAccount.Of(Client()), NewPrefix());
}

[CollectionDefinition(Name)]
public sealed class StorageAccount : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "storage account";
}

/// <summary>What the network does to a request: nothing, or it breaks before the service hears of it, or after it did.</summary>
public enum NetworkFault
{
    None,
    NotSent,
    AnswerLost,
    Busy,
}

/// <summary>Deals out faults to the requests of a client, in order; then the network is fine again.</summary>
internal sealed class ShakyNetwork : HttpPipelinePolicy
{
    private readonly Queue<NetworkFault> coming = new();

    public int Met { get; private set; }

    public bool IsQuiet => coming.Count == 0;

    public void Expect(params NetworkFault[] faults)
    {
        coming.Clear();
        foreach (var fault in faults) coming.Enqueue(fault);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var fault = coming.TryDequeue(out var next) ? next : NetworkFault.None;
        if (fault is not NetworkFault.None) Met++;
        if (fault is NetworkFault.NotSent) throw new IOException("the connection broke");
        await ProcessNextAsync(message, pipeline);
        if (fault is NetworkFault.AnswerLost) throw new IOException("the answer was lost");
        if (fault is NetworkFault.Busy) throw new Azure.RequestFailedException(503, "ServerBusy, though it was done");
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
}
