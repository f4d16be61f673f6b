using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Demo;

/// <summary>
/// Plays the demo's people: gives the commands of the plan one after the other, each at its time, and waits until the flow has
/// nothing more to do for the copy. Every act looks first at what is stored, so that one done already, here before a kill or
/// meanwhile by a person in a browser, is not done again.
/// </summary>
internal sealed partial class DemoMaker(
    CopyWorkflow workflow,
    CopyRequests requests,
    Dossiers dossiers,
    DailySequence sequence,
    CertificationRegister register,
    OfficeDirectory office,
    IBlobStore store,
    DemoKeyRing keys,
    DemoClock clock,
    CopyFonts fonts,
    ILogger<DemoMaker> log)
{
    private const int DrawnAhead = 3;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>What takes longer is no past any more: the program's own hub goes on with it, and the next start with the rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Task<IReadOnlyList<byte[]>>> drawings = new(StringComparer.Ordinal);

    /// <summary>
    /// The earliest moment at which anything may still happen: certificates and delegations must be in force, and the dates of a
    /// book never decrease, so in a store that was used before, the past begins later than planned.
    /// </summary>
    public async Task<DateTimeOffset> EarliestAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var earliest = DateTimeOffset.MinValue;
        void NotBefore(DateTimeOffset moment) => earliest = moment > earliest ? moment : earliest;
        foreach (var agency in DemoAgencies.All)
        {
            await foreach (var path in store.ListAsync($"office/certificates/{agency.Code}/", cancellationToken))
            {
                var certificate = (await store.ReadRequiredJsonAsync<OfficeCertificate>(path, cancellationToken)).Value;
                foreach (var der in certificate.Chain) NotBefore(OfficeDirectory.CertificateOf(path, der).NotBefore.ToUniversalTime());
            }

            foreach (var person in await office.PersonsAsync(agency.Code, cancellationToken))
            {
                if (person.Delegation is { } delegation) NotBefore(LocalTime.StartOf(delegation.From));
            }

            DateOnly? last = null;
            await foreach (var book in register.ListBooksAsync(agency.Code, cancellationToken))
            {
                await foreach (var entry in register.ReadBookAsync(agency.Code, book, cancellationToken)) last = last is null || entry.Date > last ? entry.Date : last;
            }

            // Not at midnight, if it can be helped.
            if (last is { } date) NotBefore(LocalTime.StartOf(date).AddHours(8) is var opening && opening < now ? opening : LocalTime.StartOf(date));
        }

        return earliest;
    }

    /// <summary>Puts the clock to the act's time.</summary>
    public void GoTo(DemoAct act, DateTimeOffset earliest)
    {
        ArgumentNullException.ThrowIfNull(act);
        clock.MoveTo(act.At > earliest ? act.At : earliest);
    }

    /// <summary>Begins to draw what is received next, beside the work on what is received now.</summary>
    public void DrawAhead(IEnumerable<DemoAct> next)
    {
        foreach (var act in next.Where(act => act.Kind is DemoActKind.Receive).Take(DrawnAhead))
        {
            var item = act.Item;
            if (!drawings.ContainsKey(item.CopyId)) drawings[item.CopyId] = Task.Run(() => item.Draw(fonts));
        }
    }

    /// <param name="beganAt">What was decided before was decided here; what later, by a person.</param>
    public async Task DoAsync(DemoAct act, DateTimeOffset beganAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(act);
        var item = act.Item;
        var agency = item.Agency.Code;
        var request = await requests.FindAsync(agency, item.CopyId, cancellationToken);
        switch (act.Kind)
        {
            case DemoActKind.Receive:
                if (request is null) await ReceiveAsync(item, cancellationToken);
                else await workflow.TellAsync(request, null, cancellationToken);
                await SettleAsync(item, cancellationToken);
                break;
            case DemoActKind.Decide when request is { State: CopyState.WaitingForReview, Decision: null, Stop: null } && request.Approval == act.Earlier:
                await DecideAsync(act, request, cancellationToken);
                break;
            case DemoActKind.Decide when request is { IsFinished: false, Decision: { } decision } && decision.At < beganAt:
                // Decided before a kill.
                keys.Unsigned = act.KeyFails && request.Approval == act.Earlier + 1 ? item.CopyId : null;
                await workflow.TellAsync(request, CopyOrchestrator.ReviewDecided, cancellationToken);
                await SettleAsync(item, cancellationToken);
                break;
            case DemoActKind.ReleaseSeal when request is { State: CopyState.WaitingForSeal } && request.SealRelease?.Approval != request.Approval:
                await workflow.ReleaseSealAsync(new SealOrder(agency, item.CopyId, PersonOf(item, OfficeRole.SealKeeper)), cancellationToken);
                await SettleAsync(item, cancellationToken);
                break;
            case DemoActKind.ReleaseSeal when request is { IsFinished: false, SealRelease: { } release } && release.At < beganAt:
                await workflow.TellAsync(request, CopyOrchestrator.SealReleased, cancellationToken);
                await SettleAsync(item, cancellationToken);
                break;
            default:
                // Somebody else was here first, or it is done.
                break;
        }
    }

    private static string PersonOf(DemoItem item, OfficeRole role) => item.Agency.People.First(person => person.Role == role).PersonId;

    private async Task ReceiveAsync(DemoItem item, CancellationToken cancellationToken)
    {
        DrawAhead([new DemoAct(item.ReceivedAt, item, DemoActKind.Receive)]);
        var pages = await drawings[item.CopyId];
        drawings.Remove(item.CopyId);
        var clerk = PersonOf(item, OfficeRole.OneStopClerk);
        var now = clock.GetUtcNow();
        // As the counter does: the visit first, then each of its originals, which find it by its number.
        IReadOnlyList<string> visit = item.Visit ?? [item.CopyId];
        var code = await sequence.NextAsync(item.Agency.Code, LocalTime.DateOf(now), visit[0], cancellationToken);
        if (code.IsRejected)
        {
            LogRefused(item.CopyId, code.Rejection!.Code);
            return;
        }

        await dossiers.CreateAsync(
            new Dossier(Dossier.CurrentSchema, item.Agency.Code, code.Value, item.Requester, item.PersonalId, clerk, now, DueTime.For(now), visit, null), cancellationToken);
        var received = await workflow.SubmitAsync(
            new ScanUpload(
                item.Agency.Code, item.CopyId, clerk, item.Title, item.Requester, item.OriginalPages, [.. pages.Select(page => new ReadOnlyMemory<byte>(page))],
                DocumentKind: item.Kind, DossierCode: code.Value),
            cancellationToken);
        if (received.IsRejected) LogRefused(item.CopyId, received.Rejection!.Code);
    }

    private async Task DecideAsync(DemoAct act, CopyRequest request, CancellationToken cancellationToken)
    {
        keys.Unsigned = act.KeyFails ? act.Item.CopyId : null;
        var order = new DecisionOrder(request.Agency, request.CopyId, act.Item.Attestor, act.Decision, request.ScanDigest!, act.Item.Reasons);
        var decided = await workflow.DecideAsync(order, cancellationToken);
        if (decided.IsRejected)
        {
            LogRefused(request.CopyId, decided.Rejection!.Code);
            return;
        }

        await SettleAsync(act.Item, cancellationToken);
    }

    /// <summary>Until the copy waits for a person or is finished.</summary>
    /// <exception cref="TransientException">It does neither.</exception>
    private async Task SettleAsync(DemoItem item, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (await requests.FindAsync(item.Agency.Code, item.CopyId, cancellationToken) is { IsFinished: false } request)
        {
            if (request is { State: CopyState.WaitingForReview, Decision: null }) return;
            if (request.State is CopyState.WaitingForSeal && request.SealRelease?.Approval != request.Approval) return;
            if (clock.GetElapsedTime(began) > Patience) throw new TransientException($"demo copy {item.CopyId} is still {request.State}");

            await Task.Delay(Look, clock, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "Demo copy {CopyId} was refused: {Code}")]
    private partial void LogRefused(string copyId, string code);
}
