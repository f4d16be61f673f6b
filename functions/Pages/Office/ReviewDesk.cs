using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Pages.Office;

/// <summary>A work list as it stands at this moment: what waits for a person, and what goes on behind them.</summary>
/// <param name="Waiting">Oldest first.</param>
/// <param name="Behind">How many the program is signing.</param>
/// <param name="Troubles">What came back, or stands still, and needs somebody.</param>
internal sealed record Desk(IReadOnlyList<CopyRequest> Waiting, int Behind, IReadOnlyList<CopyRequest> Troubles)
{
    /// <summary>What waits for a file that its signer signs with a tool of their own.</summary>
    public IReadOnlyList<CopyRequest> Outside { get; init; } = [];

    public int PlaceOf(string copyId) => Waiting.Index().Where(one => one.Item.CopyId == copyId).Select(one => one.Index + 1).FirstOrDefault();

    /// <summary>What comes after it among those that may be worked on; at the end it begins again. Null when nothing else is there.</summary>
    public CopyRequest? After(string copyId, Func<CopyRequest, bool>? may = null)
    {
        var others = Waiting.Where(one => one.CopyId != copyId && (may is null || may(one))).ToList();
        // Copy ids begin with their time: what was decided a moment ago is not on the list, and its place still shows.
        return others.FirstOrDefault(one => string.CompareOrdinal(one.CopyId, copyId) > 0) ?? others.FirstOrDefault();
    }

    public CopyRequest? Before(string copyId) => Waiting.LastOrDefault(one => string.CompareOrdinal(one.CopyId, copyId) < 0) ?? Waiting.LastOrDefault(one => one.CopyId != copyId);
}

/// <summary>Reads the work lists of the official and of the clerical officer from the open requests, in one pass.</summary>
internal sealed class ReviewDesk(CopyListing listing, OfficeDirectory offices, SignerCertificates certificates, TimeProvider clock)
{
    public async Task<Desk> ForReviewAsync(string agency, CancellationToken cancellationToken)
    {
        var open = await listing.ReadOpenAsync(agency, cancellationToken);
        return new Desk(
            [.. open.Where(IsForReview)],
            open.Count(IsBehind),
            [.. open.Where(copy => copy.Failure is not null && copy.Decision is null && copy.Stop is null && (IsForReview(copy) || copy.State is CopyState.Failed))]) { Outside = [.. open.Where(copy => copy.Waiting == CopyWaits.ReturnedFile)] };
    }

    public async Task<Desk> ForSealAsync(string agency, CancellationToken cancellationToken)
    {
        var open = await listing.ReadOpenAsync(agency, cancellationToken);
        // What comes back after a release waits for the official again: it is no longer the clerical officer's.
        return new Desk(
            [.. open.Where(IsForSeal)],
            open.Count(copy => IsBehind(copy) && IsReleased(copy)),
            [.. open.Where(copy => copy.Failure is not null && copy.Stop is null && copy.SealRelease is null && IsForReview(copy))]) { Outside = [.. open.Where(copy => copy.Waiting == CopyWaits.ReturnedFile)] };
    }

    /// <summary>What keeps this official from deciding this request, as far as it is known beforehand; null when nothing does.</summary>
    public static Rejection? KeptFromDeciding(CopyRequest copy, Agency agency, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(copy);
        ArgumentNullException.ThrowIfNull(agency);
        ArgumentNullException.ThrowIfNull(caller);
        return agency.Policies.FourEyes && copy.ReceivedBy == caller.PersonId ? new Rejection("four-eyes") : null;
    }

    /// <summary>What keeps this official from approving anything today: delegation, certificate, key.</summary>
    public async Task<Rejection?> KeptFromSigningAsync(Person person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (person.Delegation is { } delegation && !delegation.CoversDay(LocalTime.Today(clock))) return new Rejection("delegation-not-in-force", "number", delegation.Number);
        return (await certificates.ForPersonAsync(person, cancellationToken)).Rejection;
    }

    /// <summary>The same for the agency's signature.</summary>
    public async Task<Rejection?> KeptFromSealingAsync(Agency agency, CancellationToken cancellationToken) => (await certificates.ForSealAsync(agency, cancellationToken)).Rejection;

    public async Task<string> NameOfAsync(string agency, string personId, CancellationToken cancellationToken) =>
        (await offices.FindPersonAsync(agency, personId, cancellationToken))?.FullName ?? personId;

    public static bool IsForReview(CopyRequest copy) => copy is { State: CopyState.WaitingForReview, Decision: null, Stop: null };

    public static bool IsForSeal(CopyRequest copy) => copy is { State: CopyState.WaitingForSeal, Stop: null } && !IsReleased(copy);

    private static bool IsReleased(CopyRequest copy) => copy.SealRelease?.Approval == copy.Approval;

    private static bool IsBehind(CopyRequest copy) =>
        copy.Stop is null && !copy.IsFinished && !IsForSeal(copy) && copy.Decision is { Kind: ReviewDecision.Approved };
}
