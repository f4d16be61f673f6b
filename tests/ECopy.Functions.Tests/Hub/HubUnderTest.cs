using System.Collections.Concurrent;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.Hub.Replay;
using ECopy.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Tests.Hub;

/// <summary>An embedded hub in a folder of its own. When it is let go, every turn it took is replayed in every split.</summary>
internal sealed class HubUnderTest : IAsyncDisposable
{
    private readonly ConcurrentQueue<RecordedTurn> turns = new();
    private readonly ServiceProvider services = new ServiceCollection().BuildServiceProvider();
    private readonly bool ownsFolder;

    private HubUnderTest(DurableTaskRegistry registry, string? folder, Action? onTurn, TimeProvider? time, Func<EmbeddedHubOptions, EmbeddedHubOptions>? configure)
    {
        ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("ecopy-hub-").FullName;
        Registry = registry;
        var options = new EmbeddedHubOptions
        {
            Path = System.IO.Path.Combine(Folder, "hub.sqlite"),
            MaxConcurrentActivities = 8,
            OnTurn = turn =>
            {
                turns.Enqueue(turn);
                onTurn?.Invoke();
            },
        };
        Hub = new(configure?.Invoke(options) ?? options, registry, services, time ?? TimeProvider.System, NullLoggerFactory.Instance);
    }

    public string Folder { get; }

    public string Path => System.IO.Path.Combine(Folder, "hub.sqlite");

    public DurableTaskRegistry Registry { get; }

    public EmbeddedHub Hub { get; }

    public DurableTaskClient Client => Hub.Client;

    public IReadOnlyCollection<RecordedTurn> Turns => turns;

    /// <summary>Off for code that breaks the rules on purpose.</summary>
    public bool ChecksReplay { get; set; } = true;

    public static async Task<HubUnderTest> StartAsync(
        DurableTaskRegistry registry,
        string? folder = null,
        Action? onTurn = null,
        TimeProvider? time = null,
        Func<EmbeddedHubOptions, EmbeddedHubOptions>? configure = null)
    {
        var hub = new HubUnderTest(registry, folder, onTurn, time, configure);
        await hub.Hub.StartAsync(CancellationToken.None);
        return hub;
    }

    /// <summary>Starts an instance and waits for its end, at most a minute.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? id = null)
    {
        id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, new(id));
        return await FinishAsync(id);
    }

    public Task<OrchestrationMetadata> FinishAsync(string id) =>
        Client.WaitForInstanceCompletionAsync(id, true).WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Waits until an instance is in a state that nothing but the hub can bring about.</summary>
    public async Task<OrchestrationMetadata> WhenAsync(string id, Func<OrchestrationMetadata, bool> reached)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            if (await Client.GetInstanceAsync(id, true) is { } found && reached(found))
                return found;
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Lets go as a crash would: no grace, nothing stored any more.</summary>
    public async Task CrashAsync()
    {
        await Hub.DisposeAsync();
        CheckReplay();
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        if (ownsFolder)
            Directory.Delete(Folder, recursive: true);
        CheckReplay();
    }

    private void CheckReplay()
    {
        if (ChecksReplay)
            HistoryReplay.Check(new OrchestrationExecutor(Registry, services, new DataConverter(), NullLoggerFactory.Instance), turns);
    }
}
