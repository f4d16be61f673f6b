namespace ECopy.Functions.Hub.Replay;

/// <summary>The request is no history of an orchestration.</summary>
internal sealed class InvalidHistoryException(string message, Exception? cause = null) : Exception(message, cause);
