using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Upload;

namespace ECopy.Functions.Workflow;

/// <summary>A scan to certify in a demo store, the clerk's and the official's part played by the demo's people.</summary>
/// <param name="CopyId">Chosen by whoever asks, so that asking again goes on instead of beginning anew.</param>
internal sealed record CertifyOrder(string Agency, string CopyId, string Clerk, string Attestor, string Title, string? Requester, int? OriginalPages, IReadOnlyList<ReadOnlyMemory<byte>> Files);

/// <param name="VerificationCode">4-4-4-5.</param>
/// <param name="Path">Of the copy, in the store.</param>
internal sealed record CertifiedCopy(string CopyId, string VerificationCode, string DossierCode, int RegisterNumber, string Book, string Sha256, string Path);

/// <summary>One progress line: a code of Sentences, and its details.</summary>
internal sealed record ProgressLine(string Code, IReadOnlyDictionary<string, string> Details);

/// <summary>The whole job behind <c>certify</c>: upload, approve, wait until the copy is registered. Everything goes the ordinary way.</summary>
internal sealed class CertifyJob(
    CopyWorkflow workflow, CopyRequests requests, OfficeDirectory office, DurableTaskClient hub, StoreTerms terms, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    public async Task<Result<CertifiedCopy>> RunAsync(CertifyOrder order, Action<ProgressLine> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(progress);
        if (!terms.IsTest) return new Rejection("demo-only");
        var received = await workflow.SubmitAsync(
            new ScanUpload(order.Agency, order.CopyId, order.Clerk, order.Title, order.Requester, order.OriginalPages, order.Files), cancellationToken);
        if (received.IsRejected) return received.Rejection!;
        progress(new ProgressLine("step-received", new Dictionary<string, string> { ["dossier"] = received.Value.DossierCode }));

        var shown = (string?)null;
        var approvals = 0;
        while (true)
        {
            var request = (await requests.FindAsync(order.Agency, order.CopyId, cancellationToken))!;
            shown = await ShowStepAsync(request, shown, progress, cancellationToken);
            switch (request)
            {
                case { State: CopyState.Registered, Issued: { } issued, Reservation: { } reservation }:
                    return new CertifiedCopy(
                        request.CopyId, VerificationCode.Format(request.VerificationCode), request.DossierCode, reservation.Number!.Value, reservation.Book, issued.Sha256, issued.Path);
                case { IsFinished: true }:
                    return Ended(request);
                case { State: CopyState.WaitingForReview, Decision: null } when approvals > 0 && request.Failure is { } failure:
                    return new Rejection(failure.Code, "reason", failure.Reason);
                case { State: CopyState.WaitingForReview, Decision: null }:
                    var rejection = await ApproveAsync(order, request, progress, cancellationToken);
                    if (rejection is not null && !await IsDecidedByTwinAsync(order, rejection, cancellationToken)) return rejection;
                    approvals++;
                    break;
                case { State: CopyState.WaitingForSeal } when request.SealRelease?.Approval != request.Approval:
                    await ReleaseSealAsync(order, cancellationToken);
                    break;
                default:
                    await Task.Delay(Look, clock, cancellationToken);
                    break;
            }
        }
    }

    private static Rejection Ended(CopyRequest request) => request switch
    {
        { Failure: { } failure } => new Rejection(failure.Code, "reason", failure.Reason),
        { State: CopyState.Returned } => new Rejection(ClosingCodes.Returned),
        _ => new Rejection(ClosingCodes.Refused),
    };

    private async Task<Rejection?> ApproveAsync(CertifyOrder order, CopyRequest request, Action<ProgressLine> progress, CancellationToken cancellationToken)
    {
        var decided = await workflow.DecideAsync(
            new DecisionOrder(order.Agency, order.CopyId, order.Attestor, ReviewDecision.Approved, request.ScanDigest!, []), cancellationToken);
        if (decided.IsRejected) return decided.Rejection;
        var attestor = await office.PersonAsync(order.Agency, order.Attestor, cancellationToken);
        progress(new ProgressLine("step-approved", new Dictionary<string, string> { ["name"] = attestor.FullName }));
        return null;
    }

    /// <summary>The same order, asked for twice at once: the other one was first, and its decision is ours.</summary>
    private async Task<bool> IsDecidedByTwinAsync(CertifyOrder order, Rejection rejection, CancellationToken cancellationToken) =>
        rejection.Code == "decision-not-waiting"
        && await requests.FindAsync(order.Agency, order.CopyId, cancellationToken) is { } now
        && (now.Decision is not null || now.State is not CopyState.WaitingForReview);

    private async Task ReleaseSealAsync(CertifyOrder order, CancellationToken cancellationToken)
    {
        var keeper = (await office.PersonsAsync(order.Agency, cancellationToken)).FirstOrDefault(person => person.Has(OfficeRole.SealKeeper));
        if (keeper is not null) await workflow.ReleaseSealAsync(new SealOrder(order.Agency, order.CopyId, keeper.PersonId), cancellationToken);
    }

    private async Task<string?> ShowStepAsync(CopyRequest request, string? shown, Action<ProgressLine> progress, CancellationToken cancellationToken)
    {
        var instance = await hub.GetInstanceAsync(CopyWorkflow.InstanceId(request.CopyId, request.Attempt), cancellation: cancellationToken);
        // Waiting for an event is no step, and what was decided a moment ago is not waited for.
        if (instance?.ReadCustomStatusAs<StepStatus>() is not { Waiting: null } status) return shown;
        if (status.Step == StepNames.LookForDecision && request.Decision is not null) return shown;
        var signer = status.Signer switch { SignerRole.Person => ".person", SignerRole.Seal => ".seal", _ => "" };
        var code = $"step-{status.Step}{signer}";
        if (code != shown) progress(new ProgressLine(code, new Dictionary<string, string>()));
        return code;
    }
}
