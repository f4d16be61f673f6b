namespace ECopy.Functions.Hub.Replay;

/// <summary>The history says that the code did something else the first time.</summary>
internal sealed class NonDeterministicOrchestrationException(string message) : Exception(
    message + " The orchestrator's code was changed while the instance was running, or it does not do the same at every replay.");
