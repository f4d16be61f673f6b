using System.Threading.Channels;
using ECopy.Functions.Hub.Replay;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// Runs orchestrations and activities in this process, on a SQLite file. Whatever a turn or an activity has stored survives
/// kill -9; everything else is done again at the next start. One hub per file at a time: its owner holds the data folder's lock.
/// </summary>
internal sealed class EmbeddedHub(
    EmbeddedHubOptions options, DurableTaskRegistry registry, IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    private readonly ILogger logger = loggers.CreateLogger<EmbeddedHub>();
    private readonly Channel<QueuedActivity> activities = Channel.CreateUnbounded<QueuedActivity>();
    private readonly ReadyInstances ready = new();
    private readonly CompletionWaiters waiters = new();
    private readonly CancellationTokenSource stopping = new();
    private OrchestrationRunner? orchestrations;
    private ActivityRunner? runner;
    private Task[] workers = [];
    private WakeupTimer? timers;
    private HubReaders? readers;
    private HubWriter? writer;
    private EmbeddedClient? client;

    /// <summary>Usable once <see cref="Open"/> or <see cref="StartAsync"/> has returned.</summary>
    public DurableTaskClient Client => client ?? throw new InvalidOperationException("The hub is not open.");

    /// <summary>Where a damaged database was moved to at the start, or null. The caller then starts its open work anew.</summary>
    public string? DamagedDatabase { get; private set; }

    /// <summary>Takes orders from here on, and stores them; nothing runs before <see cref="StartAsync"/>.</summary>
    public void Open()
    {
        if (client is not null)
            throw new InvalidOperationException("The hub is open already.");
        var database = HubDatabase.Open(options.Path, time);
        DamagedDatabase = database.MovedTo;
        if (database.MovedTo is { } movedTo)
        {
            HubLog.DatabaseReplaced(logger, movedTo);
            options.OnDatabaseReplaced?.Invoke(movedTo);
        }
        var converter = new DataConverter(options.SerializerOptions);
        timers = new(time, instanceId => ready.Wake(instanceId));
        readers = new(database);
        writer = new(database, Publish);
        client = new(writer, readers, waiters, converter, time);

        var executor = new OrchestrationExecutor(registry, services, converter, loggers);
        executor.ForeignTaskFound += instanceId => ready.Wake(instanceId, force: true);
        orchestrations = new OrchestrationRunner(ready, readers, writer, executor, time, logger);
        var dispatcher = new ActivityDispatcher(registry, services, converter, loggers);
        runner = new ActivityRunner(activities.Reader, writer, dispatcher, time, logger);
        Publish(readers.Read(reader => reader.Unfinished()));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (workers.Length > 0)
            throw new InvalidOperationException("The hub is started already.");
        if (client is null)
            Open();
        workers =
        [
            .. Enumerable.Range(0, options.MaxConcurrentOrchestrations).Select(_ => Task.Run(() => orchestrations!.RunAsync(stopping.Token), CancellationToken.None)),
            .. Enumerable.Range(0, options.MaxConcurrentActivities).Select(_ => Task.Run(() => runner!.RunAsync(stopping.Token), CancellationToken.None)),
        ];
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes no new work, asks running activities to give up and waits for them within <see cref="EmbeddedHubOptions.StopTimeout"/>.
    /// What does not end by then is left behind: its result is not stored and it runs again at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (writer is null || readers is null || stopping.IsCancellationRequested)
            return;
        timers?.Dispose();
        await stopping.CancelAsync().ConfigureAwait(false);
        waiters.Stop();
        // However the workers end, by cancellation as told or by the deadline, the file is closed.
        var ended = Task.WhenAll(workers);
        await ended.WaitAsync(options.StopTimeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
            HubLog.StoppedWithoutWaiting(logger, workers.Count(worker => !worker.IsCompleted));
        await writer.DisposeAsync().ConfigureAwait(false);
        readers.Dispose();
    }

    /// <summary>Lets go at once, as a crash would, unless <see cref="StopAsync"/> was called before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (writer is not null && readers is not null && !stopping.IsCancellationRequested)
        {
            timers?.Dispose();
            var closed = writer.AbortAsync();
            await stopping.CancelAsync().ConfigureAwait(false);
            waiters.Stop();
            await closed.ConfigureAwait(false);
            readers.Dispose();
        }
    }

    // Runs on the writer's thread, right after the commit.
    private void Publish(Effects effects)
    {
        foreach (var activity in effects.Activities)
            activities.Writer.TryWrite(activity);
        foreach (var (instance, at) in effects.Timers)
            timers!.Add(instance, at);
        foreach (var instance in effects.Wake)
            ready.Wake(instance);
        foreach (var turn in effects.Turns)
            Record(turn);
        foreach (var instance in effects.Finished)
            waiters.Finished(instance);
    }

    private void Record(RecordedTurn turn)
    {
        try
        {
            options.OnTurn?.Invoke(turn);
        }
        catch (Exception exception)
        {
            // A recorder must not stop the only writer.
            HubLog.RecorderFailed(logger, turn.InstanceId, exception);
        }
    }
}
