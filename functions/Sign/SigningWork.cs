using System.Security.Cryptography;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Pades;

namespace ECopy.Functions.Sign;

/// <summary>
/// The stored stages of one signature, each there before the next is begun:
/// prepared bytes and digest → intent → CMS → timestamp → signed document. All create-only but the intent.
/// </summary>
internal sealed class SigningWork(IBlobStore store)
{
    /// <summary>What the composer left, or the document with the person's signature.</summary>
    public static string SourcePath(CopyWork work) => Path(work, SignerOf(work) is SignerRole.Person ? "composed.pdf" : "person.signed.pdf");

    public static string IntentPath(CopyWork work) => Path(work, Name(work, "intent.json"));

    public static string CmsPath(CopyWork work) => Path(work, Name(work, "p7s"));

    public static string TokenPath(CopyWork work) => Path(work, Name(work, "timestamp.tst"));

    /// <summary>The document with the person's signature, or with both. Whatever is written last is the copy: where nothing comes after the seal, the sealed document.</summary>
    public static string SignedPath(CopyWork work, PadesLevel level) => SignerOf(work) is SignerRole.Person ? Path(work, "person.signed.pdf")
        : level < PadesLevel.BaselineLT ? BlobPaths.Copy(work.Agency, work.CopyId)
        : SealedPath(work);

    /// <summary>Both signatures, before preservation.</summary>
    public static string SealedPath(CopyWork work) => Path(work, "seal.signed.pdf");

    /// <summary>A stage of preservation.</summary>
    public static string PreservationPath(CopyWork work, string stage) => Path(work, "preserve." + stage);

    /// <summary>The level of a copy, fixed when its number was taken.</summary>
    public static PadesLevel LevelOf(CopyRequest request) => request.Reservation?.Level
        ?? throw new IntegrityException(BlobPaths.Request(request.Agency, request.CopyId), "signed without a register number");

    /// <summary>The statement's date and the person's signing time, claimed or proven, must be one day (+07:00): else the number is given up.</summary>
    public static bool IsTooLate(CopyWork work, CopyRequest request, DateTimeOffset at) =>
        SignerOf(work) is SignerRole.Person && LocalTime.DateOf(at) != request.Reservation!.Date;

    public static SignerRole SignerOf(CopyWork work) => work.Signer ?? throw new ArgumentException("no signer named", nameof(work));

    /// <summary>A whole blob that must be there.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellationToken) =>
        (await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "missing")).Content;

    public async Task<bool> IsThereAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(path, cancellationToken);
        return stream is not null;
    }

    public async Task<PreparedSignature?> FindPreparedAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var path = PreparedPath(work);
        if (await store.ReadAsync(path, cancellationToken) is not { } json) return null;
        try
        {
            using var parsed = JsonDocument.Parse(json.Content);
            var document = await ReadAsync(PreparedDocumentPath(work, parsed.RootElement.GetProperty("document").GetString() ?? ""), cancellationToken);
            return PreparedSignature.FromJson(json.Content.Span, document);
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or InvalidOperationException or SignatureRefusedException)
        {
            throw new IntegrityException(path, damaged.Message);
        }
    }

    /// <summary>
    /// Stores a preparation. Two at once differ in their time and so in their bytes: each document has its own name, and
    /// whose record comes first stands.
    /// </summary>
    public async Task StorePreparedAsync(CopyWork work, PreparedSignature prepared, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        var digest = Convert.ToHexStringLower(SHA256.HashData(prepared.Document.Span));
        await store.CreateImmutableAsync(PreparedDocumentPath(work, digest), prepared.Document, cancellationToken);
        await store.CreateIfAbsentAsync(PreparedPath(work), prepared.ToJson(), cancellationToken);
    }

    private static string PreparedPath(CopyWork work) => Path(work, Name(work, "prepared.json"));

    private static string PreparedDocumentPath(CopyWork work, string digest) => Path(work, Name(work, $"prepared.{(digest.Length == 64 ? digest[..16] : "none")}.pdf"));

    private static string Name(CopyWork work, string kind) => (SignerOf(work) is SignerRole.Person ? "person." : "seal.") + kind;

    private static string Path(CopyWork work, string name) => BlobPaths.Work(work.Agency, work.CopyId, work.Approval, name);
}
