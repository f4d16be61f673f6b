using ECopy.Functions.Domain;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Upload;

namespace ECopy.Functions.Workflow;

/// <summary>
/// What people do to the flow. Each command is stored first and told to the hub second: if the telling is lost,
/// the sweeper tells again; if it is doubled, the second finds nothing to do.
/// </summary>
internal sealed partial class CopyWorkflow(
    ReceiveScan receive, SubmitDraft submitDraft, DecideCopy decide, StopCopy stop, ReleaseSeal releaseSeal, TakeReturnedFile takeReturned, ICopyCommands commands, ILogger<CopyWorkflow> log)
{
    /// <summary>The instance that carries an attempt of a copy request.</summary>
    public static string InstanceId(string copyId, int attempt) => FormattableString.Invariant($"copy-{copyId}:{attempt}");

    public async Task<Result<CopyRequest>> SubmitAsync(ScanUpload upload, CancellationToken cancellationToken)
    {
        var received = await receive.RunAsync(upload, cancellationToken);
        if (!received.IsRejected) await TellAsync(received.Value, null, cancellationToken);
        return received;
    }

    /// <summary>A visit from the counter: every original becomes a request of one dossier.</summary>
    public async Task<Result<SubmittedDossier>> SubmitDraftAsync(string agency, string draftId, string by, CancellationToken cancellationToken)
    {
        var submitted = await submitDraft.RunAsync(agency, draftId, by, cancellationToken);
        if (!submitted.IsRejected) await TellAsync(submitted.Value, cancellationToken);
        return submitted;
    }

    /// <summary>Goes on with a visit that was cut short; nothing happens where there is none. Gives why it cannot be finished.</summary>
    public async Task<Rejection?> ResumeDraftAsync(string agency, string draftId, CancellationToken cancellationToken)
    {
        if (await submitDraft.ResumeAsync(agency, draftId, cancellationToken) is not { } resumed) return null;
        if (!resumed.IsRejected) await TellAsync(resumed.Value, cancellationToken);
        return resumed.Rejection;
    }

    public async Task<Result<CopyRequest>> DecideAsync(DecisionOrder order, CancellationToken cancellationToken)
    {
        var decided = await decide.RunAsync(order, cancellationToken);
        if (!decided.IsRejected) await TellAsync(decided.Value, CopyOrchestrator.ReviewDecided, cancellationToken);
        return decided;
    }

    public async Task<Result<CopyRequest>> ReleaseSealAsync(SealOrder order, CancellationToken cancellationToken)
    {
        var released = await releaseSeal.RunAsync(order, cancellationToken);
        if (!released.IsRejected) await TellAsync(released.Value, CopyOrchestrator.SealReleased, cancellationToken);
        return released;
    }

    /// <summary>A file that was signed with the signer's own tool.</summary>
    public async Task<Result<CopyRequest>> ReturnAsync(ReturnedFile file, CancellationToken cancellationToken)
    {
        var returned = await takeReturned.RunAsync(file, cancellationToken);
        if (!returned.IsRejected) await TellAsync(returned.Value, CopyOrchestrator.FileReturned, cancellationToken);
        return returned;
    }

    /// <summary>Whether the signed file that a request waits for is stored, and the hub perhaps not told.</summary>
    public Task<bool> HasReturnedAsync(CopyRequest request, CancellationToken cancellationToken) => takeReturned.HasComeAsync(request, cancellationToken);

    private static string EventOf(CopyRequest request) => request switch
    {
        { Waiting: CopyWaits.ReturnedFile } => CopyOrchestrator.FileReturned,
        { State: CopyState.WaitingForSeal } => CopyOrchestrator.SealReleased,
        _ => CopyOrchestrator.ReviewDecided,
    };

    public async Task<Result<CopyRequest>> StopAsync(StopCommand command, CancellationToken cancellationToken)
    {
        var stopped = await stop.RunAsync(command, cancellationToken);
        // Whichever it waits for; a running step looks by itself.
        if (!stopped.IsRejected)
            await TellAsync(stopped.Value, EventOf(stopped.Value), cancellationToken);
        return stopped;
    }

    /// <summary>Never fails: the command is stored and stands, and the sweeper finds the request by its open marker.</summary>
    public async Task TellAsync(CopyRequest request, string? eventName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.IsFinished) return;
        try
        {
            await commands.TellAsync(request, eventName, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotTold(failure, InstanceId(request.CopyId, request.Attempt));
        }
    }

    private async Task TellAsync(SubmittedDossier submitted, CancellationToken cancellationToken)
    {
        foreach (var request in submitted.Requests) await TellAsync(request, null, cancellationToken);
    }

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "The hub could not be told of {InstanceId}; the sweeper will")]
    private partial void LogNotTold(Exception failure, string instanceId);
}
