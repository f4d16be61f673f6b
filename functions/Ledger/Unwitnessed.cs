namespace ECopy.Functions.Ledger;

/// <summary>For verifying, which only reads: it must answer where the second place cannot be reached. Takes no marks.</summary>
internal sealed class Unwitnessed : IWitness
{
    public static readonly Unwitnessed Instance = new();

    public bool AdoptsUnknownBooks => true;

    public Task<WitnessMark?> ReadAsync(string book, CancellationToken cancellationToken) => Task.FromResult<WitnessMark?>(null);

    public Task WriteAsync(WitnessMark mark, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a store opened for verifying is not written to");

    public IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();
}
