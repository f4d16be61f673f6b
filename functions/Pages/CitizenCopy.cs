using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Pages.Office;

namespace ECopy.Functions.Pages;

/// <summary>One original as its requester is told of it: where it stands, what comes next, what to do.</summary>
internal sealed class CitizenCopy(CopyRequest request, PageTexts text)
{
    public CopyRequest Request => request;

    /// <summary>The office sees the same word, sign and colour.</summary>
    public Chip State => CopiesWords.StateOf(request, text);

    /// <summary>What happens next, or what to do.</summary>
    public string Next => text[request.State switch
    {
        CopyState.Uploaded or CopyState.WaitingForReview => "citizen-next-waiting",
        CopyState.Signing or CopyState.Preserving => "citizen-next-signing",
        CopyState.WaitingForSeal => "citizen-next-seal",
        CopyState.Registered or CopyState.HandedOver => "citizen-next-registered",
        CopyState.Returned => "citizen-next-returned",
        CopyState.Refused => "citizen-next-refused",
        CopyState.Withdrawn => "citizen-next-withdrawn",
        CopyState.Replaced => "citizen-next-replaced",
        _ => "citizen-next-failed",
    }];

    /// <summary>Why it came back or was refused, in the office's words.</summary>
    public IReadOnlyList<string> Reasons => request.State switch
    {
        CopyState.Returned or CopyState.Refused when request.Stop is { Reason.Length: > 0 } stop => [stop.Reason],
        CopyState.Returned or CopyState.Refused => request.Decision?.Reasons ?? [],
        CopyState.Failed when request.Stop is { Code: ClosingCodes.Terminated, Reason.Length: > 0 } stop => [stop.Reason],
        _ => [],
    };

    /// <summary>4-4-4-5, once the copy is registered.</summary>
    public string? Code => request.Issued is null ? null : VerificationCode.Format(request.VerificationCode);

    /// <summary>17:00 ngày 23/11/2026, while it is not finished.</summary>
    public string? Due => request.IsFinished ? null : TimeOf(request.DueAt, text);

    public static string TimeOf(DateTimeOffset at, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return LocalTime.Of(at).ToString($"HH:mm '{text["citizen-on-day"]}' dd/MM/yyyy", CultureInfo.InvariantCulture);
    }
}
