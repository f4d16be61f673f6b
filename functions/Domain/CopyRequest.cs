using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace ECopy.Functions.Domain;

/// <summary>
/// One original from upload to result, at <see cref="BlobPaths.Request"/>. Changed by compare-and-swap only.
/// Every fact is stored here before anybody is told of it: an orchestration can be thrown away and
/// started anew from this record.
/// </summary>
internal sealed record CopyRequest : IStoredRecord
{
    /// <summary>2: a page may be turned, and a document type is known. 3: a reservation has a level. Older ones read with none of these.</summary>
    public static int CurrentSchema => 3;

    public int Schema { get; init; } = CurrentSchema;

    public required string Agency { get; init; }

    public required string CopyId { get; init; }

    public required string DossierCode { get; init; }

    /// <summary>Drawn at upload; becomes public only with the issued entry.</summary>
    public required string VerificationCode { get; init; }

    public required CopyState State { get; init; }

    /// <summary>Fence: an activity of a lower attempt is superseded.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Loại giấy tờ as the clerk chose it, where they did.</summary>
    public string? DocumentKind { get; init; }

    public required string Title { get; init; }

    public required string Requester { get; init; }

    /// <summary>Pages of the paper original.</summary>
    public required int OriginalPages { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string ReceivedBy { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public DateTimeOffset? OverdueSince { get; init; }

    public required IReadOnlyList<ScanFile> Files { get; init; }

    /// <summary>One file: its SHA-256; several: SHA-256 over their 32-byte digests in page order. Set by the hash step. Lower-case hex.</summary>
    public string? ScanDigest { get; init; }

    /// <summary>The decision in force, or null while none is.</summary>
    public Decision? Decision { get; init; }

    /// <summary>Which approval the decision is, 1, 2, …; 0 before the first. A new approval takes a new number.</summary>
    public int Approval { get; init; }

    public Reservation? Reservation { get; init; }

    /// <summary>The seal's release, by the clerical officer or by policy.</summary>
    public SealRelease? SealRelease { get; init; }

    /// <summary>A wish to stop before the seal: the number, if taken, becomes void.</summary>
    public StopOrder? Stop { get; init; }

    /// <summary>That an approval is being given up; stored before its number becomes void, so that no step goes on with it.</summary>
    public GivenUp? GivenUp { get; init; }

    /// <summary>Why it waits, for the status page; null when it does not.</summary>
    public string? Waiting { get; init; }

    /// <summary>What went wrong last, for the list of the official.</summary>
    public Failure? Failure { get; init; }

    public IssuedCopy? Issued { get; init; }

    /// <summary>Audit page that was open at upload: where a repeated audit entry looks for its twin.</summary>
    public int AuditPage { get; init; } = 1;

    /// <summary>Whether the flow has nothing more to do for it.</summary>
    [JsonIgnore]
    public bool IsFinished => State is CopyState.Registered or CopyState.HandedOver or CopyState.Returned or CopyState.Refused
        or CopyState.Withdrawn or CopyState.Replaced or CopyState.Failed;
}

/// <param name="Path">In the store, create-only.</param>
/// <param name="Extension">jpg or png: what the bytes are, not what the name said.</param>
/// <param name="Sha256">Of the stored bytes, lower-case hex, taken while uploading and compared by the hash step.</param>
/// <param name="Rotation">How far the clerk turned the page clockwise: 0, 90, 180, 270. The bytes stay as they came; whoever shows the page turns it.</param>
internal sealed record ScanFile(string Path, string Extension, long Length, string Sha256, int Rotation = 0);

/// <summary>What the official decided.</summary>
internal enum ReviewDecision
{
    Approved,
    Rejected,
    ReturnedForCorrection,
}

/// <param name="PersonId">The official, who will also sign.</param>
/// <param name="DigestSeen">Digest of the scan that the official had on the screen; must be the stored one.</param>
/// <param name="Reasons">Empty for an approval, at least one otherwise.</param>
internal sealed record Decision(ReviewDecision Kind, string PersonId, string DigestSeen, IReadOnlyList<string> Reasons, DateTimeOffset At)
{
    /// <summary>Whether both are the same act, not two that look alike.</summary>
    public bool IsSameAct(Decision? other) => other is not null && other.At == At && other.PersonId == PersonId && other.Kind == Kind;
}

/// <summary>Book and starting page are recorded before the first attempt to reserve; number and date after.</summary>
/// <param name="Approval">The approval that this reservation belongs to.</param>
/// <param name="SignerName">Of the official, as in the register: the statement says the same, whatever their record says later.</param>
/// <param name="ComposedSha256">Digest of the composed file, once there is one: what is signed must be that file.</param>
/// <param name="Level">The agency's when the number was taken: a policy that changes meanwhile is for the next copy.</param>
internal sealed record Reservation(
    int Approval,
    string Book,
    int FromPage,
    string SignerName,
    IReadOnlyList<string> SignerTitle,
    int? Number = null,
    DateOnly? Date = null,
    string? ComposedSha256 = null,
    PadesLevel Level = PadesLevel.BaselineB)
{
    /// <exception cref="IntegrityException">The bytes are not those that were composed.</exception>
    public void RequireComposed(ReadOnlySpan<byte> file, string path)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(file)) != ComposedSha256) throw new IntegrityException(path, "is not the file that was composed");
    }
}

/// <param name="By">Person id, or <see cref="ByPolicy"/>.</param>
internal sealed record SealRelease(int Approval, string By, DateTimeOffset At)
{
    public const string ByPolicy = "policy";
}

/// <param name="Code">Why, as in <see cref="ClosingCodes"/>.</param>
internal sealed record GivenUp(int Approval, string Code);

/// <param name="Code"><c>terminated</c> or <c>returned</c>.</param>
internal sealed record StopOrder(string Code, string Reason, string By, DateTimeOffset At);

/// <summary>A stable code, and the reason as it stands in the register when a number became void.</summary>
internal sealed record Failure(string Code, string Reason, DateTimeOffset At);

internal sealed record IssuedCopy(string Path, string Sha256, long Length, int Pages, DateTimeOffset At);
