using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub;

/// <summary>One finished turn: what the executor was given and what it answered.</summary>
internal sealed record RecordedTurn(
    string InstanceId,
    IReadOnlyList<P.HistoryEvent> PastEvents,
    IReadOnlyList<P.HistoryEvent> NewEvents,
    IReadOnlyList<P.OrchestratorAction> Actions,
    string? CustomStatus);
