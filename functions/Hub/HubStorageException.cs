namespace ECopy.Functions.Hub;

/// <summary>The hub could not store what was asked; nothing has happened.</summary>
internal sealed class HubStorageException(string message, Exception? cause) : Exception(message, cause);
