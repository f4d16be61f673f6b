using ECopy.Functions.Office;
using ECopy.TestKit;
using Microsoft.Extensions.Logging;

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
