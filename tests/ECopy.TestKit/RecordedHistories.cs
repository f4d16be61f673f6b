using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.Hub.Replay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ECopy.TestKit;

/// <summary>Replays everything that an office's hub has recorded.</summary>
internal static class RecordedHistories
{
    /// <returns>How many replays were made.</returns>
    public static int Check(TestOffice office)
    {
        var services = office.App.Services;
        var executor = new OrchestrationExecutor(
            services.GetRequiredService<DurableTaskRegistry>(),
            services,
            new DataConverter(services.GetRequiredService<EmbeddedHubOptions>().SerializerOptions),
            services.GetRequiredService<ILoggerFactory>());
        return HistoryReplay.Check(executor, office.Turns);
    }
}
