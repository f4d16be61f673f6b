namespace ECopy.Functions.Domain;

/// <summary>Which of the two signatures of a copy.</summary>
internal enum SignerRole
{
    Person,
    Seal,
}

/// <summary>What every step is told: small, because the hub stores it and the Functions host sends it three times.</summary>
/// <param name="Attempt">Fence: which run of the orchestration this is.</param>
/// <param name="Approval">Which approval is being carried out; 0 before there is one.</param>
/// <param name="Reason">Why, for the steps that end something.</param>
/// <param name="Version">Of a registered copy, which is to be made: from 2 on, a renewal.</param>
internal sealed record CopyWork(string Agency, string CopyId, int Attempt, int Approval = 0, SignerRole? Signer = null, string? Reason = null, int Version = 1);

/// <summary>One idempotent step of the flow: it looks for its own earlier output, checks it and returns it.</summary>
internal interface ICopyStep
{
    Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken);
}

/// <summary>How a step ended when it did not throw.</summary>
internal enum StepResult
{
    Done,

    /// <summary>Not now: ask again at <see cref="StepOutcome.Until"/>, or when an event says so.</summary>
    Waiting,

    /// <summary>Cannot be done; <see cref="StepOutcome.Code"/> says why.</summary>
    Rejected,

    /// <summary>A later attempt or approval has taken over; this one ends without a trace.</summary>
    Superseded,
}

internal sealed record StepOutcome(StepResult Result, string? Code = null, string? Detail = null, DateTimeOffset? Until = null, int Approval = 0)
{
    public static readonly StepOutcome Done = new(StepResult.Done);
    public static readonly StepOutcome Superseded = new(StepResult.Superseded);

    public static StepOutcome Rejected(string code, string? detail = null) => new(StepResult.Rejected, code, detail);

    public static StepOutcome WaitUntil(DateTimeOffset? until, string code) => new(StepResult.Waiting, code, Until: until);
}
