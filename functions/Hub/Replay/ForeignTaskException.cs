namespace ECopy.Functions.Hub.Replay;

/// <summary>An orchestrator awaited something that the hub does not know, so nothing in the history could ever resume it.</summary>
internal sealed class ForeignTaskException()
    : Exception("The orchestrator awaited a task that is not of its context (Task.Run, Task.Delay, I/O, ConfigureAwait(false) or another thread). "
        + "Work with effects belongs in an activity, waiting in CreateTimer or WaitForExternalEvent.");
