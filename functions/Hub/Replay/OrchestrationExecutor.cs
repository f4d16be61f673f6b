using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub.Replay;

/// <summary>
/// One turn of one instance as a function: the history in, the next actions out. It does no I/O, keeps nothing that matters and
/// answers every request; whatever is wrong with the code or the history is a FAILED action. Any number of turns may run at once.
/// </summary>
internal sealed class OrchestrationExecutor(
    DurableTaskRegistry registry, IServiceProvider services, DataConverter converter, ILoggerFactory loggers)
{
    private const int MostReported = 1000;

    // Instances whose code was resumed by a foreign task after its turn. Only broken code gets in here.
    private readonly ConcurrentDictionary<string, bool> foreign = new(StringComparer.Ordinal);
    private readonly ILogger logger = loggers.CreateLogger<OrchestrationExecutor>();

    /// <summary>Raised, on any thread, when the code of an instance is found awaiting a foreign task after its turn: its next turn will fail it.</summary>
    public event Action<string>? ForeignTaskFound;

    public P.OrchestratorResponse Execute(P.OrchestratorRequest request)
    {
        var response = new P.OrchestratorResponse { InstanceId = request.InstanceId };
        if (LacksHistory(request))
        {
            response.RequiresHistory = true;
            return response;
        }
        var scheduler = new TurnScheduler(() => ReportForeign(request.InstanceId));
        var context = new ReplayContext(request.InstanceId, scheduler, converter, loggers);
        var turn = new OrchestrationTurn(context, scheduler, registry, services, converter);
        var outer = SynchronizationContext.Current;
        // Completing a task under any context could run its continuations in place, in an order that the context decides.
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Replay(request, context, turn);
            response.Actions.AddRange(turn.Actions());
        }
        catch (Exception exception)
        {
            HubLog.TurnFailed(logger, request.InstanceId, exception);
            response.Actions.Clear();
            response.Actions.Add(turn.Failure(DetailsOf(exception)));
        }
        finally
        {
            turn.Abandon();
            SynchronizationContext.SetSynchronizationContext(outer);
        }
        response.CustomStatus = context.CustomStatus;
        return response;
    }

    private void Replay(P.OrchestratorRequest request, ReplayContext context, OrchestrationTurn turn)
    {
        if (foreign.TryRemove(request.InstanceId, out _))
            throw new ForeignTaskException();
        context.SetReplaying(true);
        foreach (var past in request.PastEvents)
            turn.Process(past);
        context.SetReplaying(false);
        foreach (var happened in request.NewEvents)
            turn.Process(happened);
        if (!turn.IsStarted)
            throw new InvalidHistoryException("The history has no start of the execution.");
    }

    private void ReportForeign(string instanceId)
    {
        if (foreign.Count >= MostReported || !foreign.TryAdd(instanceId, true))
            return;
        HubLog.ForeignTask(logger, instanceId);
        ForeignTaskFound?.Invoke(instanceId);
    }

    private TaskFailureDetails DetailsOf(Exception exception) => exception switch
    {
        // The name under which the protocol knows this failure.
        NonDeterministicOrchestrationException => new(nameof(NonDeterministicOrchestrationException), exception.Message) { IsNonRetriable = true },
        ForeignTaskException or InvalidHistoryException or UnknownTaskException =>
            new(exception.GetType().FullName!, exception.Message) { IsNonRetriable = true },
        _ => TaskFailureDetails.From(exception, registry.IsNonRetriable),
    };

    // With extended sessions the host leaves out the past; this executor remembers nothing and asks for it.
    private static bool LacksHistory(P.OrchestratorRequest request) =>
        request.PastEvents.Count == 0
        && request.Properties.TryGetValue("IncludeState", out var includeState)
        && includeState is { KindCase: Google.Protobuf.WellKnownTypes.Value.KindOneofCase.BoolValue, BoolValue: false }
        && !request.NewEvents.Any(happened => happened.ExecutionStarted is not null);
}
