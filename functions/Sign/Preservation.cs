using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.TrustServices;
using ECopy.Signing.Pades;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Sign;

/// <summary>A document timestamp, what it was put on and the room that was made for it: the document is made from these again, byte by byte.</summary>
/// <param name="Data">Path of the document with validation data.</param>
internal sealed record PreservationTimestamp(int Schema, string Data, int Room, byte[] Token) : IStoredRecord
{
    public static readonly HashAlgorithmName Hash = HashAlgorithmName.SHA256;

    public static int CurrentSchema => 1;

    /// <summary>The document with the timestamp in it.</summary>
    /// <param name="path">Where this record is.</param>
    /// <exception cref="IntegrityException">It is not the timestamp of this document.</exception>
    public byte[] EmbedIn(ReadOnlyMemory<byte> document, string path)
    {
        try
        {
            return DocumentTimestamp.Embed(DocumentTimestamp.Prepare(document, Hash, Room), TimestampToken.Read(Token));
        }
        catch (Exception damaged) when (damaged is SignatureRefusedException or TimestampFormatException)
        {
            throw new IntegrityException(path, damaged.Message);
        }
    }
}

/// <param name="Chain">Where its issuers are.</param>
/// <param name="At">When the certificate was used; null: now.</param>
internal sealed record UsedCertificate(X509Certificate2 Certificate, IReadOnlyList<X509Certificate2> Chain, DateTimeOffset? At);

/// <summary>
/// The two stages by which a signed document is made to last, each stored create-only before the next: the document with validation
/// data, then the timestamp over it. Rejections are reasons to wait, but for <c>certificate-revoked</c>.
/// </summary>
internal sealed partial class Preservation(
    IBlobStore store, OfficeDirectory office, Timestamps timestamps, Revocations revocations, TimeProvider clock, ILogger<Preservation> log)
{
    public const string Revoked = "certificate-revoked";

    /// <summary>Revocation of these certificates fetched anew, and kept in the document.</summary>
    public async Task<Result<ReadOnlyMemory<byte>>> KeepDataAsync(
        ReadOnlyMemory<byte> document, IEnumerable<UsedCertificate> used, string path, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(path, cancellationToken) is { } there) return there.Content;
        var certificates = new List<X509Certificate2>();
        var sources = new List<RevocationSource>();
        foreach (var (certificate, chain, at) in used)
        {
            var look = await revocations.LookAsync(certificate, chain, at, cancellationToken);
            if (look.IsRevoked) return new Rejection(Revoked);
            if (!look.IsGood) return new Rejection("revocation-unavailable");
            certificates.AddRange(chain);
            sources.AddRange(look.Sources);
        }

        // Two at once fetch different answers: whose document comes first stands.
        await store.CreateIfAbsentAsync(path, SecurityStore.Append(document, ValidationMaterial.Of(certificates, sources)), cancellationToken);
        return (await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "missing")).Content;
    }

    /// <summary>
    /// The document with validation data and a timestamp over all of it. The evidence is also about the authority that is about to
    /// stamp, so that what comes out can be judged by itself.
    /// </summary>
    /// <param name="pathOf">Where a stage of this name is kept.</param>
    public async Task<Result<ReadOnlyMemory<byte>>> StampAsync(
        ReadOnlyMemory<byte> document, IReadOnlyList<UsedCertificate> used, Func<string, string> pathOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pathOf);
        var path = pathOf("timestamp.json");
        if (await store.ReadJsonAsync<PreservationTimestamp>(path, cancellationToken) is null && await AskAsync(document, used, pathOf, path, cancellationToken) is { } reason) return reason;
        var stored = (await store.ReadRequiredJsonAsync<PreservationTimestamp>(path, cancellationToken)).Value;
        var data = await store.ReadAsync(stored.Data, cancellationToken) ?? throw new IntegrityException(stored.Data, "missing");
        return (ReadOnlyMemory<byte>)stored.EmbedIn(data.Content, path);
    }

    private async Task<Rejection?> AskAsync(
        ReadOnlyMemory<byte> document, IReadOnlyList<UsedCertificate> used, Func<string, string> pathOf, string path, CancellationToken cancellationToken)
    {
        var sample = await timestamps.SampleAsync(cancellationToken);
        if (sample.IsRejected) return sample.Rejection;
        // Checked when it was given: its authority is there.
        var authority = sample.Value.FindSigner([])!;
        var dataPath = pathOf($"data.{KeyRing.Thumbprint(authority.RawData)[..8]}.pdf");
        var data = await KeepDataAsync(document, [.. used, new UsedCertificate(authority, sample.Value.Cms.Certificates, null)], dataPath, cancellationToken);
        if (data.IsRejected) return data.Rejection;

        var room = SignatureTimestamp.RoomFor(sample.Value);
        var prepared = DocumentTimestamp.Prepare(data.Value, PreservationTimestamp.Hash, room);
        var token = await timestamps.AskAsync(PreservationTimestamp.Hash, prepared.Digest, cancellationToken);
        if (token.IsRejected) return token.Rejection;
        // The authority has changed since its sample: this token is the next sample.
        if (token.Value.Encoded.Length > room) return new Rejection("timestamp-unusable");
        var last = SignedFileCheck.Check(
            DocumentTimestamp.Embed(prepared, token.Value), await office.TrustAnchorsAsync(cancellationToken), clock.GetUtcNow(), RevocationEvidence.None);
        if (!last.Finding.IsPassed)
        {
            // Not the last word on the copy: another timestamp, from an authority that has changed or once a clock has been set right, may do.
            LogNotPassed(path, last.Finding.Code, last.Finding.Reason);
            return new Rejection("timestamp-unusable");
        }

        await store.CreateJsonAsync(
            path, new PreservationTimestamp(PreservationTimestamp.CurrentSchema, dataPath, room, token.Value.Encoded.ToArray()), cancellationToken);
        return null;
    }

    [LoggerMessage(EventId = 621, Level = LogLevel.Warning, Message = "{Path}: with this timestamp the copy would not pass: {Code} ({Reason})")]
    private partial void LogNotPassed(string path, string code, string reason);
}
