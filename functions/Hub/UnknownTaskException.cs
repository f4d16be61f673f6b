namespace ECopy.Functions.Hub;

/// <summary>No orchestrator or activity of that name is registered.</summary>
internal sealed class UnknownTaskException(string kind, string name) : Exception($"No {kind} named '{name}' is registered.");
