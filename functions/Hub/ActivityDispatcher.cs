using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Hub;

/// <summary>Runs an activity by name: JSON text in, outcome out. The embedded hub and the Functions host both come through here.</summary>
internal sealed class ActivityDispatcher(
    DurableTaskRegistry registry, IServiceProvider services, DataConverter converter, ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger<ActivityDispatcher>();

    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was set and the activity gave up: it has no outcome and is to be run again.
    /// </exception>
    public async Task<ActivityOutcome> RunAsync(string name, string instanceId, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (!registry.TryGetActivity(name, out var factory))
                return Hopeless(new UnknownTaskException("activity", name));
            await using var scope = services.CreateAsyncScope();
            var activity = factory(scope.ServiceProvider);
            object? value;
            try
            {
                value = converter.Deserialize(input, activity.InputType);
            }
            catch (JsonException exception)
            {
                return Hopeless(exception);
            }
            var result = await activity.RunAsync(new Context(name, instanceId, cancellationToken), value).ConfigureAwait(false);
            return ActivityOutcome.Completed(converter.Serialize(result));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            HubLog.ActivityFailed(logger, name, instanceId, exception);
            return ActivityOutcome.Failed(TaskFailureDetails.From(exception, registry.IsNonRetriable));
        }
    }

    // The same input to the same program fails in the same way: no retry.
    private ActivityOutcome Hopeless(Exception exception) =>
        ActivityOutcome.Failed(TaskFailureDetails.From(exception, registry.IsNonRetriable) with { IsNonRetriable = true });

    private sealed class Context(string name, string instanceId, CancellationToken cancellationToken) : TaskActivityContext
    {
        public override TaskName Name => name;

        public override string InstanceId => instanceId;

        public override CancellationToken CancellationToken => cancellationToken;
    }
}
