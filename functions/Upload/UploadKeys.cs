using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Upload;

/// <summary>What a sender's Idempotency-Key stands for, at <see cref="BlobPaths.UploadKey"/>; create-only.</summary>
/// <param name="BodyDigest">Of the fields and files, not of the bytes sent: every sender draws another multipart boundary.</param>
internal sealed record UploadKey(int Schema, string Agency, string UserName, string BodyDigest, string CopyId, DateTimeOffset At) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>
/// Makes an upload repeatable: the key and the copy id chosen for it are on disk before anything of the upload is, so a
/// repeat after a crash at any point goes on with the same copy.
/// </summary>
internal sealed class UploadKeys(IBlobStore store, TimeProvider clock)
{
    private const int LongestKey = 255;

    /// <summary>
    /// Uploads now running in this process, so that a sender need not send twice. Where several processes share the store the same
    /// key may run in two of them: both go on with the copy id that was stored first, and end with one copy.
    /// </summary>
    private readonly ConcurrentDictionary<string, bool> running = new(StringComparer.Ordinal);

    public static bool IsUsable(string key) => key.Length is > 0 and <= LongestKey && key.All(letter => letter is > ' ' and <= '~');

    /// <summary>Holds a key while its upload runs; null while another one with the same key does.</summary>
    public IDisposable? TryBegin(string agency, string userName, string key)
    {
        var name = BlobPaths.UploadKey(agency, NameOf(userName, key));
        return running.TryAdd(name, true) ? new Running(running, name) : null;
    }

    /// <summary>The copy id that this key stands for, a new one at the first time. Rejects <c>idempotency-key-reused</c>.</summary>
    public async Task<Result<string>> CopyIdAsync(string agency, string userName, string key, ScanUpload upload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var path = BlobPaths.UploadKey(agency, NameOf(userName, key));
        var digest = BodyDigest(upload);
        var wanted = new UploadKey(UploadKey.CurrentSchema, agency, userName, digest, upload.CopyId, clock.GetUtcNow());
        if (await store.CreateJsonAsync(path, wanted, cancellationToken) is not CreateOutcome.OtherAlreadyThere) return wanted.CopyId;
        var there = (await store.ReadRequiredJsonAsync<UploadKey>(path, cancellationToken)).Value;
        return there.BodyDigest == digest ? there.CopyId : new Rejection("idempotency-key-reused");
    }

    /// <summary>Each part with its length in front, so that no two bodies run together into the same bytes.</summary>
    private static string BodyDigest(ScanUpload upload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string? text)
        {
            var bytes = Encoding.UTF8.GetBytes(text ?? "");
            hash.AppendData(Encoding.ASCII.GetBytes(bytes.Length.ToString(CultureInfo.InvariantCulture) + (text is null ? "-" : ":")));
            hash.AppendData(bytes);
        }

        Add(upload.Title);
        Add(upload.Requester);
        Add(upload.OriginalPages?.ToString(CultureInfo.InvariantCulture));
        foreach (var file in upload.Files) hash.AppendData(SHA256.HashData(file.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A key is its sender's own: another account's equal key is another key.</summary>
    private static string NameOf(string userName, string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{userName}\n{key}")));

    private sealed class Running(ConcurrentDictionary<string, bool> running, string name) : IDisposable
    {
        public void Dispose() => running.TryRemove(name, out _);
    }
}
