using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Office;

/// <summary>What a picture of the office shows.</summary>
internal enum OfficeImageKind
{
    /// <summary>The agency's seal, round, 35 mm.</summary>
    Seal,

    /// <summary>A person's handwriting, within 50 × 22 mm.</summary>
    Signature,
}

/// <summary>
/// Pictures of seals and signatures: PNG with a transparent ground, since seal and signature lie over each other. Create-only,
/// named by their content, so that what a copy was prepared with is there for good.
/// </summary>
internal sealed class OfficeImages(IBlobStore store, AuditTrail audit)
{
    public const int MostBytes = 2_000_000;
    private const int LeastSide = 120;
    private static readonly ImageLimits Limits = new() { MaxSide = 4_000, MaxPixels = 8_000_000, MaxDecodedBytes = 64_000_000 };

    /// <summary>
    /// Checks and keeps a picture; gives its SHA-256. Rejects <c>image-…</c>, <c>office-image-too-large</c>,
    /// <c>office-image-opaque</c>, <c>office-image-too-small</c>, <c>seal-image-not-round</c>.
    /// </summary>
    public async Task<Result<string>> AddAsync(string agency, OfficeImageKind kind, ReadOnlyMemory<byte> file, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (Check(kind, file) is { } refused) return refused;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Span));
        var path = BlobPaths.OfficeImage(agency, sha256);
        // The blob before the entry that vouches for it: the audit holds the one to the other.
        await store.CreateImmutableAsync(path, file, cancellationToken);
        await audit.AppendAsync(
            new AuditEvent(
                agency, actor.Id, actor.Role, "office-image-added", kind.ToString().ToLowerInvariant(), new Dictionary<string, string> { ["blob"] = path, ["sha256"] = sha256 }, $"{path}:added"),
            null,
            cancellationToken);
        return sha256;
    }

    /// <summary>The picture of a record, or null where it names none.</summary>
    /// <exception cref="IntegrityException">It is missing, altered or no picture.</exception>
    public async Task<ScanImage?> ReadAsync(string agency, string? sha256, CancellationToken cancellationToken)
    {
        if (sha256 is null) return null;
        var path = BlobPaths.OfficeImage(agency, sha256);
        try
        {
            return ScanImage.Read(await FileAsync(agency, sha256, cancellationToken), Limits);
        }
        catch (ImageFormatException damaged)
        {
            throw new IntegrityException(path, damaged.Message);
        }
    }

    /// <summary>Its file, for a preview.</summary>
    /// <exception cref="IntegrityException">It is missing or altered.</exception>
    public async Task<ReadOnlyMemory<byte>> FileAsync(string agency, string sha256, CancellationToken cancellationToken)
    {
        var path = BlobPaths.OfficeImage(agency, sha256);
        var blob = await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "is missing, though a record names it");
        return Convert.ToHexStringLower(SHA256.HashData(blob.Content.Span)) == sha256 ? blob.Content : throw new IntegrityException(path, "has other content than its name says");
    }

    private static Rejection? Check(OfficeImageKind kind, ReadOnlyMemory<byte> file)
    {
        if (file.Length > MostBytes) return new Rejection("office-image-too-large", "most", (MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture));
        try
        {
            var image = ScanImage.Read(file, Limits);
            if (!image.HasTransparency) return new Rejection("office-image-opaque");
            if (Math.Min(image.Width, image.Height) < LeastSide) return new Rejection("office-image-too-small", "least", LeastSide.ToString(CultureInfo.InvariantCulture));
            return kind is OfficeImageKind.Seal && image.Aspect is < 0.9 or > 1.1 ? new Rejection("seal-image-not-round") : null;
        }
        catch (ImageFormatException refused)
        {
            // One picture, and only PNG has a transparent ground: every other kind is told so.
            return refused.Code is ImageFormatException.TooLarge ? new Rejection("office-image-too-large", "most", (MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture))
                : refused.Code is ImageFormatException.Empty or ImageFormatException.Truncated or ImageFormatException.Corrupt ? new Rejection("office-image-damaged")
                : new Rejection("office-image-opaque");
        }
    }
}
