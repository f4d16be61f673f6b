using ECopy.Functions.Domain;

namespace ECopy.Functions.Workflow;

/// <summary>What people see of the flow, in order.</summary>
internal enum ProgressStep
{
    Received,
    Checked,
    Decided,
    Numbered,
    Composed,
    Signed,
    Sealed,
    Registered,
}

/// <summary>How far one step is.</summary>
internal enum StepPhase
{
    NotYet,

    /// <summary>Being done by the program.</summary>
    Current,

    /// <summary>Waits, for a person or for something outside; <see cref="CopyProgress.Waiting"/> says for what.</summary>
    Waiting,
    Done,

    /// <summary>The request ended here without a copy.</summary>
    Ended,
}

/// <param name="At">When it was done, where the record has it.</param>
internal sealed record StepProgress(ProgressStep Step, StepPhase Phase, DateTimeOffset? At);

/// <summary>
/// How far a copy request is. The stored request is the truth; what the hub says only makes it finer, and may be missing.
/// </summary>
/// <param name="Waiting">Why it does not go on by itself, as a stable code; null when it does, or is finished.</param>
/// <param name="Doing">What the program does at this moment, as a code of Sentences; null when nobody knows.</param>
/// <param name="IsMoving">Something will change without anybody's doing: worth asking again soon.</param>
internal sealed record CopyProgress(CopyRequest Request, IReadOnlyList<StepProgress> Steps, string? Waiting, string? Doing, bool IsMoving)
{
    public const string WaitingForReview = "waiting-for-review";
    public const string WaitingForSeal = "waiting-for-seal";

    /// <summary>The step it stands at, or null when all are done.</summary>
    public StepProgress? Standing => Steps.FirstOrDefault(step => step.Phase is not StepPhase.Done);

    /// <param name="hub">What the hub is doing for it; null when it does not answer or has nothing.</param>
    /// <param name="isLost">The hub has given this attempt up; the sweeper begins another.</param>
    public static CopyProgress Of(CopyRequest request, StepStatus? hub = null, bool isLost = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.IsFinished) hub = null;
        var stands = Later(StandsAt(request), request.State is CopyState.Signing ? StandsAt(hub) : null);
        var waiting = WaitsFor(request, hub, isLost);
        var phase = request switch
        {
            { IsFinished: true } => StepPhase.Ended,
            _ when waiting is not null => StepPhase.Waiting,
            _ => StepPhase.Current,
        };
        return new CopyProgress(
            request,
            [.. Enum.GetValues<ProgressStep>().Select(step => new StepProgress(
                step,
                stands is null || step < stands ? StepPhase.Done : step == stands ? phase : StepPhase.NotYet,
                stands is null || step < stands ? At(request, step) : step == stands && phase is StepPhase.Ended ? EndedAt(request) : null))],
            waiting,
            phase is StepPhase.Current ? NameOf(request, hub) : null,
            !request.IsFinished && waiting is not (WaitingForReview or WaitingForSeal));
    }

    /// <summary>The first step that the record does not show as done; null when all are.</summary>
    private static ProgressStep? StandsAt(CopyRequest request) => request switch
    {
        { Issued: not null } => null,
        { ScanDigest: null } => ProgressStep.Checked,
        // Taken back or not given: whatever was numbered for an earlier approval is void.
        { Decision: not { Kind: ReviewDecision.Approved } } => ProgressStep.Decided,
        { Reservation: not { Number: not null } } => ProgressStep.Numbered,
        { Reservation.Approval: var approval } when approval != request.Approval => ProgressStep.Numbered,
        { Reservation.ComposedSha256: null } => ProgressStep.Composed,
        { State: CopyState.Preserving } => ProgressStep.Registered,
        { State: CopyState.WaitingForSeal } => ProgressStep.Sealed,
        { SealRelease.Approval: var released } when released == request.Approval => ProgressStep.Sealed,
        _ => ProgressStep.Signed,
    };

    private static ProgressStep? StandsAt(StepStatus? hub) => hub switch
    {
        { Step: StepNames.ComposeCopy } => ProgressStep.Composed,
        { Signer: SignerRole.Person } => ProgressStep.Signed,
        { Signer: SignerRole.Seal } or { Step: StepNames.LookForSeal } => ProgressStep.Sealed,
        { Step: StepNames.PreserveCopy or StepNames.RegisterCopy } => ProgressStep.Registered,
        _ => null,
    };

    /// <summary>The record is never behind what is true; the hub may be, since its answer is a moment older.</summary>
    private static ProgressStep? Later(ProgressStep? stored, ProgressStep? told) => stored is { } one && told is { } other && other > one ? other : stored;

    private static string? WaitsFor(CopyRequest request, StepStatus? hub, bool isLost) => request switch
    {
        { IsFinished: true } => null,
        _ when isLost => "retrying",
        // Stopped, but not closed yet: that goes by itself.
        { Stop: not null } => null,
        { State: CopyState.WaitingForReview, Decision: null } => WaitingForReview,
        { State: CopyState.WaitingForSeal } when request.SealRelease?.Approval != request.Approval => WaitingForSeal,
        { Waiting: { } stored } => stored,
        // Only of the key and the authorities: waiting for people stands in the request.
        _ => hub is { Signer: not null } or { Step: StepNames.PreserveCopy } ? hub.Waiting : null,
    };

    private static string? NameOf(CopyRequest request, StepStatus? hub) => hub switch
    {
        null or { Waiting: not null } => null,
        // Decided a moment ago, and the hub has not looked yet.
        { Step: StepNames.LookForDecision } when request.Decision is not null => null,
        { Signer: SignerRole.Person } => $"step-{hub.Step}.person",
        { Signer: SignerRole.Seal } => $"step-{hub.Step}.seal",
        _ => $"step-{hub.Step}",
    };

    private static DateTimeOffset? EndedAt(CopyRequest request) =>
        request.Stop?.At ?? (request.Decision is { Kind: not ReviewDecision.Approved } decision ? decision.At : request.Failure?.At);

    private static DateTimeOffset? At(CopyRequest request, ProgressStep step) => step switch
    {
        ProgressStep.Received => request.ReceivedAt,
        ProgressStep.Decided => request.Decision?.At,
        ProgressStep.Sealed => request.SealRelease is { } release && release.Approval == request.Approval ? release.At : null,
        ProgressStep.Registered => request.Issued?.At,
        _ => null,
    };
}
