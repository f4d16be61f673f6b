using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>
/// Marks in a place of their own, signed with a P-256 key that the store holds: whoever can only write the second place
/// can make no mark, whoever can only write the store cannot take one back.
/// </summary>
internal sealed class Witness : IWitness, IDisposable
{
    public const string KeyPath = "keys/witness.json";
    private const int MaxAttempts = 5;
    private readonly IBlobStore place;
    private readonly string storeId;
    private readonly ECDsa? key;
    private readonly Lock gate = new();

    private Witness(IBlobStore place, string storeId, ECDsa? key, bool adoptsUnknownBooks)
    {
        this.place = place;
        this.storeId = storeId;
        this.key = key;
        AdoptsUnknownBooks = adoptsUnknownBooks;
    }

    public bool AdoptsUnknownBooks { get; }

    /// <summary>Opens the witness in a folder: as configured, or the account's state folder.</summary>
    public static Task<Result<Witness>> OpenAsync(
        DataFolder data, string? configured, bool adoptUnknownBooks, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(data, new WitnessPlace(configured), adoptUnknownBooks, time, cancellationToken);

    /// <summary>
    /// Opens the witness of a store; whoever may write to the store creates place and key. Rejections: <c>witness-inside-data-folder</c>,
    /// <c>witness-in-store-account</c>, <c>witness-unusable</c> (folder, cause).
    /// </summary>
    public static async Task<Result<Witness>> OpenAsync(
        DataFolder data, WitnessPlace where, bool adoptUnknownBooks, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(where);
        var name = where.NameFor(data);
        if (name.Rejection is not null)
            return name.Rejection;
        try
        {
            var place = where.Open(data, name.Value);
            await HoldIdentityAsync(data, place, cancellationToken);
            return await OpenAsync(data.Blobs, place, data.Identity.StoreId, data.MayWrite, adoptUnknownBooks, time, cancellationToken);
        }
        catch (TransientException e)
        {
            return new Rejection("witness-unusable", new Dictionary<string, string> { ["folder"] = name.Value, ["cause"] = e.Message });
        }
    }

    /// <param name="mayCreate">Makes the key of a new store; a reader does not.</param>
    public static async Task<Witness> OpenAsync(
        IBlobStore store, IBlobStore place, string storeId, bool mayCreate, bool adoptUnknownBooks, TimeProvider time, CancellationToken cancellationToken)
    {
        var stored = (await store.ReadJsonAsync<WitnessKey>(KeyPath, cancellationToken))?.Value;
        if (stored is null)
        {
            await foreach (var mark in place.ListAsync("books/", cancellationToken))
                throw new IntegrityException(KeyPath, $"is missing although the witness holds {mark}");
            if (!mayCreate)
                return new Witness(place, storeId, key: null, adoptUnknownBooks);
            using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await store.CreateJsonAsync(KeyPath, new WitnessKey(1, created.ExportPkcs8PrivateKey(), time.GetUtcNow()), cancellationToken);
            stored = (await store.ReadRequiredJsonAsync<WitnessKey>(KeyPath, cancellationToken)).Value;
        }

        return new Witness(place, storeId, stored.Import(), adoptUnknownBooks);
    }

    /// <summary>The mark of the store itself is witnessed too: a demonstration store cannot be turned into a real one.</summary>
    private static async Task HoldIdentityAsync(DataFolder data, IBlobStore place, CancellationToken cancellationToken)
    {
        var ours = StoredJson.Serialize(data.Identity);
        if (data.MayWrite)
            await place.CreateIfAbsentAsync(StoreIdentity.Path, ours, cancellationToken);
        if (await place.ReadAsync(StoreIdentity.Path, cancellationToken) is { } theirs && !theirs.Content.Span.SequenceEqual(ours))
            throw new IntegrityException(StoreIdentity.Path, "is not the one that the witness knows");
    }

    public async Task<WitnessMark?> ReadAsync(string book, CancellationToken cancellationToken) =>
        (await ReadStoredAsync(book, cancellationToken))?.Value.Mark;

    public async Task WriteAsync(WitnessMark mark, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await ReadStoredAsync(mark.Book, cancellationToken);
            // Another process may be further; a mark never goes back.
            if (current is not null && current.Value.Mark.Number >= mark.Number)
                return;
            var record = new StoredMark(StoredMark.CurrentSchema, storeId, mark, Sign(mark));
            if (await place.ReplaceJsonAsync(PathOf(mark.Book), record, current?.ETag, cancellationToken) is not null)
                return;
        }

        throw new TransientException($"the witness of {mark.Book} kept changing");
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var path in place.ListAsync("books/", cancellationToken))
        {
            if (path.EndsWith(".json", StringComparison.Ordinal))
                yield return path["books/".Length..^".json".Length];
        }
    }

    public void Dispose() => key?.Dispose();

    private static string PathOf(string book) => $"books/{book}.json";

    private static byte[] Text(string storeId, WitnessMark mark) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"ecopy-witness-1\n{storeId}\n{mark.Book}\n{mark.Page}\n{mark.Number}\n{mark.Before}\n{mark.Digest}\n{mark.At.UtcDateTime:O}\n"));

    private async Task<Stored<StoredMark>?> ReadStoredAsync(string book, CancellationToken cancellationToken)
    {
        var blob = await place.ReadAsync(PathOf(book), cancellationToken);
        if (blob is null)
            return null;
        // Named apart from the records of the store.
        var path = $"witness/{blob.Path}";
        var stored = StoredJson.Parse<StoredMark>(path, blob.Content.Span);
        if (stored.StoreId != storeId)
            throw new IntegrityException(path, "belongs to another store");
        if (stored.Mark.Book != book)
            throw new IntegrityException(path, $"is the mark of {stored.Mark.Book}");
        if (!Verify(stored.Mark, stored.Signature))
            throw new IntegrityException(path, "is not signed by this store's key");
        return new Stored<StoredMark>(path, stored, blob.ETag);
    }

    private byte[] Sign(WitnessMark mark)
    {
        lock (gate)
        {
            return (key ?? throw new InvalidOperationException("this witness was opened for reading only"))
                .SignData(Text(storeId, mark), HashAlgorithmName.SHA256);
        }
    }

    private bool Verify(WitnessMark mark, byte[] signature)
    {
        lock (gate)
        {
            return key?.VerifyData(Text(storeId, mark), signature, HashAlgorithmName.SHA256) ?? false;
        }
    }

    private sealed record StoredMark(int Schema, string StoreId, WitnessMark Mark, byte[] Signature) : IStoredRecord
    {
        public static int CurrentSchema => 1;
    }

    private sealed record WitnessKey(int Schema, byte[] Pkcs8, DateTimeOffset CreatedAt) : IStoredRecord
    {
        public static int CurrentSchema => 1;

        public ECDsa Import()
        {
            var imported = ECDsa.Create();
            try
            {
                imported.ImportPkcs8PrivateKey(Pkcs8, out _);
                return imported;
            }
            catch (CryptographicException)
            {
                imported.Dispose();
                throw new IntegrityException(KeyPath, "does not hold a key");
            }
        }
    }
}
