using ECopy.Functions.Domain;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.Storage;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Demo;

/// <summary>The services that make the past: the whole flow once more over the same store, with a clock and a hub of its own.</summary>
internal sealed class DemoGraph(Func<DemoClock, ServiceProvider> build, string hubFile)
{
    public ServiceProvider Build(DemoClock clock) => build(clock);

    /// <summary>Of no use once the past is made: the store is the truth, and what is left open goes on in the program's own hub.</summary>
    public void ForgetHub()
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(hubFile + suffix);
    }
}

/// <summary>
/// Makes the demo data of a demo store beside the running program: in the past, through the ordinary flow. Meanwhile the program
/// takes orders and stores them, but its hub and its sweeper begin only afterwards: they would take over the past's open requests
/// under today's clock, and a book's dates never decrease.
/// </summary>
internal sealed partial class DemoPast(
    IBlobStore store, DemoGraph graph, DemoProgress progress, EmbeddedHub hub, WorkGate gate, TimeProvider clock, ILogger<DemoPast> log) : BackgroundService
{
    /// <summary>Whether anything of the demo data is still to be made.</summary>
    public async Task<bool> IsMissingAsync(CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<DemoPastRecord>(BlobPaths.DemoPast, cancellationToken))?.Value.IsComplete is not true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the start path.
        await Task.Yield();
        try
        {
            if (await IsMissingAsync(stoppingToken)) await MakeAsync(stoppingToken);
            // Also where a kill came between the last record and this.
            graph.ForgetHub();
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // The office works without its demo data; the next start tries again.
            LogFailed(failed);
        }

        stoppingToken.ThrowIfCancellationRequested();
        await hub.StartAsync(stoppingToken);
        gate.Open();
        progress.End();
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        var began = new DemoPastRecord(DemoPastRecord.CurrentSchema, clock.GetUtcNow(), 0, DemoPlan.Version, null);
        await store.CreateJsonAsync(BlobPaths.DemoPast, began, cancellationToken);
        var record = (await store.ReadRequiredJsonAsync<DemoPastRecord>(BlobPaths.DemoPast, cancellationToken)).Value;
        // A newer plan is gone through from its beginning: what is there already is found there.
        if (record.Plan < DemoPlan.Version) record = await WriteAsync(current => current with { Plan = DemoPlan.Version, Done = 0, CompletedAt = null }, cancellationToken);

        var plan = DemoPlan.For(record.BeganAt);
        var acts = plan.SelectMany(item => item.Acts()).OrderBy(act => act.At).ToList();
        void Report(int done) => progress.Report(new DemoCount(plan.Count(item => acts.FindLastIndex(act => act.Item == item) < done), plan.Count));
        Report(record.Done);

        // In the past from its first tick: the hub's timers of a start that was killed read it before the first act.
        var demoClock = new DemoClock(clock, record.Done < acts.Count ? acts[record.Done].At : clock.GetUtcNow());
        await using var services = graph.Build(demoClock);
        var demoHub = services.GetRequiredService<EmbeddedHub>();
        demoHub.Open();
        var maker = services.GetRequiredService<DemoMaker>();
        var earliest = await maker.EarliestAsync(clock.GetUtcNow(), cancellationToken);
        // Before anything runs: what a kill interrupted goes on at the time at which it was.
        if (record.Done < acts.Count) maker.GoTo(acts[record.Done], earliest);
        await demoHub.StartAsync(cancellationToken);
        try
        {
            for (var next = record.Done; next < acts.Count; next++)
            {
                maker.GoTo(acts[next], earliest);
                maker.DrawAhead(acts.Skip(next));
                await maker.DoAsync(acts[next], record.BeganAt, cancellationToken);
                var done = next + 1;
                await WriteAsync(current => current with { Done = done }, cancellationToken);
                Report(done);
            }
        }
        finally
        {
            await demoHub.StopAsync(CancellationToken.None);
        }

        await WriteAsync(current => current with { CompletedAt = clock.GetUtcNow() }, cancellationToken);
    }

    private async Task<DemoPastRecord> WriteAsync(Func<DemoPastRecord, DemoPastRecord> change, CancellationToken cancellationToken) =>
        (await store.UpdateAsync<DemoPastRecord>(BlobPaths.DemoPast, record => change(record), clock, cancellationToken)).Value;

    [LoggerMessage(EventId = 403, Level = LogLevel.Error, Message = "The demo data could not be made")]
    private partial void LogFailed(Exception failed);
}
