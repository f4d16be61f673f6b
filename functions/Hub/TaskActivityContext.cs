namespace ECopy.Functions.Hub;

internal abstract class TaskActivityContext
{
    public abstract TaskName Name { get; }

    /// <summary>The orchestration instance that asked for this activity.</summary>
    public abstract string InstanceId { get; }

    /// <summary>
    /// Set when the process is stopping: the activity gives up and will be run again.
    /// Microsoft's context has no such member; there it would become an extension.
    /// </summary>
    public abstract CancellationToken CancellationToken { get; }
}
