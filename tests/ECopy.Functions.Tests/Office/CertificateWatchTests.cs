using ECopy.Functions.Hub;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Tests.Office;

/// <summary>Certificates that run out are said before they do.</summary>
public sealed class CertificateWatchTests
{
    [Fact]
    public async Task What_is_in_use_and_ends_soon_is_said_once_a_day()
    {
        // The demo's certificates last three years from the template's date.
        var clock = new SettableTime(new DateTimeOffset(2028, 10, 1, 2, 0, 0, TimeSpan.Zero));
        await using var office = await TestOffice.OpenAsync();
        var log = new Lines();
        var watch = new CertificateWatch(office.Get<OfficeDirectory>(), clock, log);
        await watch.LookAsync(default);
        Assert.Empty(log.Said);
        clock.Set(new DateTimeOffset(2028, 12, 20, 2, 0, 0, TimeSpan.Zero));
        await watch.LookAsync(default);
        await watch.LookAsync(default);
        var certificates = (await office.Get<OfficeDirectory>().CertificatesAsync(TestOffice.Agency, default)).Select(one => one.Thumbprint[..12]).ToList();
        Assert.NotEmpty(certificates);
        Assert.All(certificates, thumbprint => Assert.Single(log.Said, line => line.Contains(thumbprint, StringComparison.Ordinal)));
        Assert.All(log.Said, line => Assert.Matches("^501 .* ends in [0-9]+ days$", line));
        Assert.DoesNotContain(log.Said, line => line.Contains("Mẫu", StringComparison.Ordinal));
        var first = log.Said.Count;
        clock.Set(new DateTimeOffset(2028, 12, 21, 2, 0, 0, TimeSpan.Zero));
        await watch.LookAsync(default);
        Assert.Equal(2 * first, log.Said.Count);
    }

    [Fact]
    public async Task It_is_said_too_while_the_hub_does_not_answer()
    {
        var clock = new SettableTime(new DateTimeOffset(2028, 12, 20, 2, 0, 0, TimeSpan.Zero));
        await using var office = await TestOffice.OpenAsync();
        var log = new Lines();
        var sweeper = new Sweeper(
            office.Store, office.Get<CopyRequests>(), office.Get<CopyWorkflow>(), new CertificateWatch(office.Get<OfficeDirectory>(), clock, log), office.Get<RenewalRounds>(), StepDeadline.Default, clock,
            NullLogger<Sweeper>.Instance);
        foreach (var fault in (Exception[])[new TaskCanceledException("100 seconds are over", new TimeoutException()), new HttpRequestException("nobody there")])
        {
            log.Said.Clear();
            clock.Set(clock.GetUtcNow().AddDays(1));
            var hub = new SilentHub(fault);
            await sweeper.RoundAsync(hub, default);
            Assert.Equal(1, hub.Purges);
            Assert.NotEmpty(log.Said);
        }

        // Who is told to stop does.
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sweeper.RoundAsync(new SilentHub(new InvalidOperationException()), stopped.Token));
    }

    private sealed class SilentHub(Exception fault) : DurableTaskClient
    {
        public int Purges { get; private set; }

        public override Task<string> ScheduleNewOrchestrationInstanceAsync(TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default) => throw fault;

        public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) => throw fault;

        public override Task TerminateInstanceAsync(string instanceId, object? output = null, CancellationToken cancellation = default) => throw fault;

        public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw fault;

        public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw fault;

        public override Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => throw fault;

        public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => throw fault;

        public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default) => throw fault;

        public override Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation = default)
        {
            Purges++;
            throw fault;
        }
    }

    private sealed class Lines : ILogger<CertificateWatch>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add($"{eventId.Id} {formatter(state, exception)}");
    }
}
