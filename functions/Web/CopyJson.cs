using System.Globalization;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Web;

/// <summary>What an upload is answered with: only what never changes, so that a repeat gets the very same answer.</summary>
internal sealed record ReceivedJson(string CopyId, string DossierCode, DateTimeOffset ReceivedAt, DateTimeOffset DueAt, IReadOnlyList<ScanJson> Files)
{
    public static ReceivedJson Of(CopyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new ReceivedJson(request.CopyId, request.DossierCode, request.ReceivedAt, request.DueAt, ScanJson.AllOf(request));
    }
}

/// <summary>A copy request as the office sees it.</summary>
/// <param name="Requester">With personal ID numbers masked.</param>
/// <param name="ScanDigest">What a decision must name as seen; null until the scan is hashed.</param>
/// <param name="Waiting">Why it does not go on by itself, as a stable code such as <c>waiting-for-returned-file</c>; null when it does.</param>
/// <param name="VerificationCode">4-4-4-5; null until the copy is registered.</param>
internal sealed record CopyJson(
    string CopyId,
    string DossierCode,
    CopyState State,
    string Title,
    string Requester,
    int OriginalPages,
    DateTimeOffset ReceivedAt,
    string ReceivedBy,
    DateTimeOffset DueAt,
    DateTimeOffset? OverdueSince,
    IReadOnlyList<ScanJson> Files,
    string? ScanDigest,
    DecisionJson? Decision,
    NumberJson? Number,
    StopJson? Stop,
    FailureJson? Failure,
    string? Waiting,
    string? VerificationCode,
    IssuedJson? Issued)
{
    public static CopyJson Of(CopyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new CopyJson(
            request.CopyId,
            request.DossierCode,
            request.State,
            request.Title,
            PersonalNumbers.Mask(request.Requester),
            request.OriginalPages,
            request.ReceivedAt,
            request.ReceivedBy,
            request.DueAt,
            request.OverdueSince,
            ScanJson.AllOf(request),
            request.ScanDigest,
            request.Decision is { } decision ? new DecisionJson(decision.Kind, decision.PersonId, decision.At, decision.DigestSeen, decision.Reasons) : null,
            request.Reservation is { Number: { } number, Date: { } date } reservation ? new NumberJson(number, reservation.Book, date) : null,
            request.Stop is { } stop ? new StopJson(stop.Code, stop.Reason, stop.By, stop.At) : null,
            request.Failure is { } failure ? new FailureJson(failure.Code, failure.Reason, failure.At) : null,
            request.Waiting,
            request.Issued is null ? null : Domain.VerificationCode.Format(request.VerificationCode),
            request.Issued is { } issued ? new IssuedJson(issued.Sha256, issued.Length, issued.Pages, issued.At) : null);
    }
}

/// <param name="Type">jpg or png, by content.</param>
internal sealed record ScanJson(int Page, string Type, long Length, string Sha256)
{
    public static IReadOnlyList<ScanJson> AllOf(CopyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return [.. request.Files.Select((file, index) => new ScanJson(index + 1, file.Extension, file.Length, file.Sha256))];
    }
}

internal sealed record DecisionJson(ReviewDecision Kind, string By, DateTimeOffset At, string DigestSeen, IReadOnlyList<string> Reasons);

internal sealed record NumberJson(int Number, string Book, DateOnly Date);

internal sealed record StopJson(string Code, string Reason, string By, DateTimeOffset At);

internal sealed record FailureJson(string Code, string Reason, DateTimeOffset At);

internal sealed record IssuedJson(string Sha256, long Length, int Pages, DateTimeOffset At);

/// <param name="Next">Cursor of the next page, or null at the end. A page may be short, even empty, and still have a next.</param>
internal sealed record CopyPageJson(IReadOnlyList<CopyJson> Copies, string? Next);

/// <summary>The official's decision.</summary>
/// <param name="DigestSeen">SHA-256 of the scan that was looked at: <c>scanDigest</c> of the copy.</param>
/// <param name="Reasons">At least one unless approved.</param>
internal sealed record DecisionBody(ReviewDecision Decision, string DigestSeen, IReadOnlyList<string>? Reasons = null);

/// <summary>Stops a request before its seal.</summary>
internal sealed record StopBody(StopKind Code, string Reason);

internal enum StopKind
{
    /// <summary>Ended for good, by the administrator.</summary>
    Terminated,

    /// <summary>Given back for correction, by who signs or seals.</summary>
    Returned,
}

/// <summary>Copy ids as they stand in addresses.</summary>
internal static class CopyIds
{
    private const int Longest = 64;

    public static bool IsUsable(string copyId) => copyId.Length <= Longest && BlobPath.IsSegment(copyId);
}

/// <summary>Personal ID numbers (nine or twelve digits) as they may be shown: 0962••••••01.</summary>
internal static partial class PersonalNumbers
{
    public static string Mask(string text) => Number().Replace(
        text, found => string.Create(CultureInfo.InvariantCulture, $"{found.Value[..4]}{new string('•', found.Length - 6)}{found.Value[^2..]}"));

    [GeneratedRegex(@"(?<!\d)(\d{12}|\d{9})(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
