using System.Security.Cryptography;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

internal enum StoreKind
{
    Demo,
    Production,
}

/// <summary>
/// What a store is, written once at its creation (<c>store.json</c>) and never changed: demonstration papers
/// and real ones cannot come to lie in one store.
/// </summary>
internal sealed record StoreIdentity(int Schema, string StoreId, StoreKind Kind, DateTimeOffset CreatedAt) : IStoredRecord
{
    public const string Path = "store.json";

    public static int CurrentSchema => 1;

    public static async Task<StoreIdentity?> ReadAsync(IBlobStore store, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<StoreIdentity>(Path, cancellationToken))?.Value;

    /// <summary>Reads the mark, or makes it in a store that holds nothing yet. Rejects another kind.</summary>
    public static async Task<Result<StoreIdentity>> OpenOrCreateAsync(
        IBlobStore store, StoreKind kind, TimeProvider time, CancellationToken cancellationToken)
    {
        var identity = await ReadAsync(store, cancellationToken);
        if (identity is null)
        {
            await RefuseOrphansAsync(store, cancellationToken);
            var created = new StoreIdentity(CurrentSchema, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), kind, time.GetUtcNow());
            // Somebody else may be first (a shared store); then theirs holds.
            await store.CreateJsonAsync(Path, created, cancellationToken);
            identity = (await store.ReadRequiredJsonAsync<StoreIdentity>(Path, cancellationToken)).Value;
        }

        return identity.Kind == kind
            ? identity
            : new Rejection("store-kind-mismatch", new Dictionary<string, string>
            {
                ["stored"] = Name(identity.Kind),
                ["wanted"] = Name(kind),
            });
    }

    /// <summary>A store that holds records but no mark has lost it; a new identity would hide that from the witness.</summary>
    public static async Task RefuseOrphansAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        foreach (var prefix in (string[])["register/", "audit/"])
        {
            await foreach (var path in store.ListAsync(prefix, cancellationToken))
                throw new IntegrityException(Path, $"is missing although the store holds {path}");
        }
    }

    private static string Name(StoreKind kind) => kind is StoreKind.Demo ? "demo" : "production";
}
