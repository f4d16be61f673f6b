using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace ECopy.Functions.Hub;

/// <summary>The orchestrators and activities that the hub may run, by name. Filled at start, read only afterwards.</summary>
internal sealed class DurableTaskRegistry
{
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskOrchestrator>> orchestrators = [];
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskActivity>> activities = [];

    /// <summary>Says of an exception thrown by an activity or orchestrator that no retry can help.</summary>
    public Func<Exception, bool> IsNonRetriable { get; set; } = static _ => false;

    public IEnumerable<string> OrchestratorNames => orchestrators.Keys.Select(name => name.Name);

    public IEnumerable<string> ActivityNames => activities.Keys.Select(name => name.Name);

    /// <summary>Registers by the name of the class; one instance is made for each turn, from the services.</summary>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator =>
        AddOrchestrator(typeof(TOrchestrator).Name, ActivatorUtilities.GetServiceOrCreateInstance<TOrchestrator>);

    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<IServiceProvider, ITaskOrchestrator> factory)
    {
        if (!orchestrators.TryAdd(name, factory))
            throw new ArgumentException($"An orchestrator named '{name}' is registered already.", nameof(name));
        return this;
    }

    /// <summary>Registers by the name of the class; one instance is made for each run, from a service scope of its own.</summary>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity =>
        AddActivity(typeof(TActivity).Name, ActivatorUtilities.GetServiceOrCreateInstance<TActivity>);

    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory)
    {
        if (!activities.TryAdd(name, factory))
            throw new ArgumentException($"An activity named '{name}' is registered already.", nameof(name));
        return this;
    }

    internal bool TryGetOrchestrator(string name, [NotNullWhen(true)] out Func<IServiceProvider, ITaskOrchestrator>? factory) =>
        orchestrators.TryGetValue(name, out factory);

    internal bool TryGetActivity(string name, [NotNullWhen(true)] out Func<IServiceProvider, ITaskActivity>? factory) =>
        activities.TryGetValue(name, out factory);
}
