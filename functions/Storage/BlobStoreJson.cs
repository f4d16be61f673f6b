using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>A stored record with the ETag it was read under.</summary>
internal sealed record Stored<T>(string Path, T Value, string ETag);

/// <summary>Records over blobs.</summary>
internal static class BlobStoreJson
{
    private const int MaxAttempts = 20;

    public static async Task<Stored<T>?> ReadJsonAsync<T>(this IBlobStore store, string path, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        var blob = await store.ReadAsync(path, cancellationToken);
        return blob is null ? null : new Stored<T>(path, StoredJson.Parse<T>(path, blob.Content.Span), blob.ETag);
    }

    /// <summary>As <see cref="ReadJsonAsync{T}"/> for a record that must be there.</summary>
    /// <exception cref="IntegrityException">It is missing.</exception>
    public static async Task<Stored<T>> ReadRequiredJsonAsync<T>(this IBlobStore store, string path, CancellationToken cancellationToken)
        where T : class, IStoredRecord =>
        await store.ReadJsonAsync<T>(path, cancellationToken) ?? throw new IntegrityException(path, "is missing");

    public static Task<CreateOutcome> CreateJsonAsync<T>(this IBlobStore store, string path, T value, CancellationToken cancellationToken)
        where T : class, IStoredRecord =>
        store.CreateIfAbsentAsync(path, StoredJson.Serialize(value), cancellationToken);

    public static Task<string?> ReplaceJsonAsync<T>(this IBlobStore store, string path, T value, string? expected, CancellationToken cancellationToken)
        where T : class, IStoredRecord =>
        store.ReplaceIfUnchangedAsync(path, StoredJson.Serialize(value), expected, cancellationToken);

    /// <summary>Writes a blob that never changes: there already with the same bytes is success.</summary>
    /// <exception cref="IntegrityException">There already with other bytes.</exception>
    public static async Task CreateImmutableAsync(this IBlobStore store, string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await store.CreateIfAbsentAsync(path, content, cancellationToken) is CreateOutcome.OtherAlreadyThere)
            throw new IntegrityException(path, "is there already with other content");
    }

    public static async Task CreateImmutableAsync(this IBlobStore store, string path, Stream content, CancellationToken cancellationToken)
    {
        if (await store.CreateIfAbsentAsync(path, content, cancellationToken) is CreateOutcome.OtherAlreadyThere)
            throw new IntegrityException(path, "is there already with other content");
    }

    public static Task CreateImmutableJsonAsync<T>(this IBlobStore store, string path, T value, CancellationToken cancellationToken)
        where T : class, IStoredRecord =>
        store.CreateImmutableAsync(path, StoredJson.Serialize(value), cancellationToken);

    /// <summary>
    /// Changes a record by compare-and-swap and returns it as it then is. <paramref name="change"/> is called anew
    /// on every conflict and whenever an answer was lost, so it must recognise its own earlier effect and keep.
    /// </summary>
    /// <exception cref="IntegrityException">The record is missing or unreadable.</exception>
    /// <exception cref="TransientException">The store kept failing, or others kept winning.</exception>
    public static async Task<Result<T>> UpdateAsync<T>(
        this IBlobStore store, string path, Func<T, Change<T>> change, TimeProvider time, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        ReadOnlyMemory<byte> written = default;
        TransientException? fault = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            try
            {
                var blob = await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "is missing");
                var current = StoredJson.Parse<T>(path, blob.Content.Span);
                // Stored, but the answer was lost: what we wrote is there.
                if (!written.IsEmpty && blob.Content.Span.SequenceEqual(written.Span))
                    return current;
                var wanted = change(current);
                if (wanted.Rejection is not null)
                    return wanted.Rejection;
                if (wanted.Value is null)
                    return current;
                written = StoredJson.Serialize(wanted.Value);
                if (await store.ReplaceIfUnchangedAsync(path, written, blob.ETag, cancellationToken) is not null)
                    return wanted.Value;
                fault = null;
                written = default;
            }
            catch (TransientException e)
            {
                fault = e;
            }

            await Backoff.PauseAsync(attempt, time, cancellationToken);
        }

        throw new TransientException($"{path}: gave up after {MaxAttempts} attempts", fault);
    }
}

/// <summary>What a change function wants: another value, the value as it is, or a refusal.</summary>
internal readonly record struct Change<T>
    where T : class
{
    public T? Value { get; private init; }

    public Rejection? Rejection { get; private init; }

    /// <summary>Nothing to do: the record is already as wanted.</summary>
    public static Change<T> Keep => default;

    public static implicit operator Change<T>(T value) => new() { Value = value };

    public static implicit operator Change<T>(Rejection rejection) => new() { Rejection = rejection };
}

/// <summary>Short pauses between attempts at one record: the first few at once, then doubling to half a second.</summary>
internal static class Backoff
{
    public static Task PauseAsync(int attempt, TimeProvider time, CancellationToken cancellationToken) =>
        attempt <= 3
            ? Task.CompletedTask
            : Task.Delay(TimeSpan.FromMilliseconds(Math.Min(500, 5 << Math.Min(attempt - 4, 7))), time, cancellationToken);
}
