using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>
/// The one way office records are written by people. Order: audit entry, then record. Nothing is changed that the trail does
/// not know; a kill between the two leaves an entry whose digest no record has, and doing the act again writes no second one.
/// </summary>
internal sealed class OfficeWriter(IBlobStore store, AuditTrail audit, TimeProvider clock) : IDisposable
{
    private const int MaxAttempts = 10;

    // Rules that look at several records (the last administrator) hold only while nobody else changes one: in this process, and
    // in any other over the same store.
    private readonly SemaphoreSlim gate = new(1);
    private readonly SharedGate shared = new(store, clock);

    /// <summary>Writes a new record; <paramref name="exists"/> when another one stands there. A repeat changes nothing.</summary>
    public async Task<Result<T>> CreateAsync<T>(string path, T value, OfficeAct act, string exists, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        var bytes = StoredJson.Serialize(value);
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (await store.ReadAsync(path, cancellationToken) is { } there)
                return there.Content.Span.SequenceEqual(bytes) ? value : new Rejection(exists);
            await RecordAsync(act, path, 1, null, bytes, cancellationToken);
            return await store.CreateIfAbsentAsync(path, bytes, cancellationToken) is CreateOutcome.OtherAlreadyThere ? new Rejection(exists) : value;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Changes a record as it is now, or only while it has the revision that its editor saw; <c>office-record-changed</c>
    /// otherwise, <paramref name="missing"/> when there is none. What changes nothing is not written.
    /// </summary>
    public async Task<Result<T>> ChangeAsync<T>(
        string path, int? revision, Func<T, Task<Change<T>>> change, OfficeAct act, string missing, CancellationToken cancellationToken)
        where T : class, IOfficeRecord<T>
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(act);
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await shared.InsideAsync(BlobPaths.OfficeGate(act.Agency), () => ChangeInsideAsync(path, revision, change, act, missing, cancellationToken), cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<Result<T>> ChangeInsideAsync<T>(
        string path, int? revision, Func<T, Task<Change<T>>> change, OfficeAct act, string missing, CancellationToken cancellationToken)
        where T : class, IOfficeRecord<T>
    {
        ReadOnlyMemory<byte> written = default;
        TransientException? fault = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            try
            {
                if (await store.ReadAsync(path, cancellationToken) is not { } blob) return new Rejection(missing);
                var current = StoredJson.Parse<T>(path, blob.Content.Span);
                // Stored, but the answer was lost.
                if (!written.IsEmpty && blob.Content.Span.SequenceEqual(written.Span)) return current;
                if (revision is { } seen && seen != current.Revision) return new Rejection("office-record-changed");
                var wanted = await change(current);
                if (wanted.Rejection is { } refused) return refused;
                if (wanted.Value is null || StoredJson.Serialize(wanted.Value.At(current.Revision)).AsSpan().SequenceEqual(StoredJson.Serialize(current.At(current.Revision)))) return current;
                var next = wanted.Value.At(current.Revision + 1);
                written = StoredJson.Serialize(next);
                await RecordAsync(act, path, next.Revision, blob.Content, written, cancellationToken);
                if (await store.ReplaceIfUnchangedAsync(path, written, blob.ETag, cancellationToken) is not null) return next;
                written = default;
            }
            catch (TransientException e)
            {
                fault = e;
            }

            await Backoff.PauseAsync(attempt, clock, cancellationToken);
        }

        throw new TransientException($"{path}: gave up after {MaxAttempts} attempts", fault);
    }

    /// <summary>Digests, not contents: who proves a record proves what was done, and the trail holds nobody's name.</summary>
    private Task<AuditEntry> RecordAsync(OfficeAct act, string path, int revision, ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte> after, CancellationToken cancellationToken)
    {
        var digest = Digest(after);
        var details = new Dictionary<string, string> { ["record"] = path, ["after"] = digest };
        if (before is { } known) details["before"] = Digest(known);
        return audit.AppendAsync(
            new AuditEvent(act.Agency, act.Actor.Id, act.Actor.Role, act.Action, act.Subject, details, string.Create(CultureInfo.InvariantCulture, $"{path}:{revision}:{digest[..16]}")),
            null,
            cancellationToken);
    }

    private static string Digest(ReadOnlyMemory<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content.Span));
}
