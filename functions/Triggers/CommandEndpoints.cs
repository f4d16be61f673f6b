using ECopy.Functions.Requests;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Triggers;

/// <summary>The functions that a queue and a clock trigger. Both get the extension's address, and so the hub, from their binding.</summary>
internal static partial class CommandEndpoints
{
    public const string RunCommand = nameof(RunCommand);
    public const string SweepRequests = nameof(SweepRequests);

    /// <summary>Each must end well before the host's own limit, at which it ends this process.</summary>
    public static readonly TimeSpan LongestCommand = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(4);

    private const string Item = "item";

    public static void MapCommands(this IEndpointRouteBuilder routes)
    {
        routes.MapFunction(RunCommand, RunCommandAsync);
        routes.MapFunction(SweepRequests, SweepRequestsAsync);
    }

    /// <summary>
    /// Does what the message asks for. A fault is an error, so that the queue delivers again; what cannot be understood would not
    /// be understood the next time either, and the sweeper does not need it.
    /// </summary>
    private static async Task<IResult> RunCommandAsync(HttpContext context, Invocation invocation, CancellationToken cancellationToken)
    {
        var services = context.RequestServices;
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(CommandEndpoints));
        var hub = services.GetRequiredService<ExtensionAddress>().Note(invocation.StringOf(FunctionEndpoints.Client));
        if (CommandMessage.Read(invocation.StringOf(Item)) is not { } command)
        {
            LogNotUnderstood(log);
            return FunctionEndpoints.Answer();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(LongestCommand);
        if (await FindAsync(services.GetRequiredService<CopyRequests>(), command, stop.Token) is { } request) await hub.TellAsync(request, command.Event, stop.Token);
        else LogNoRequest(log);
        return FunctionEndpoints.Answer();
    }

    private static async Task<IResult> SweepRequestsAsync(HttpContext context, Invocation invocation, CancellationToken cancellationToken)
    {
        var services = context.RequestServices;
        var hub = services.GetRequiredService<ExtensionAddress>().Note(invocation.StringOf(FunctionEndpoints.Client));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(LongestRound);
        try
        {
            await services.GetRequiredService<Sweeper>().RoundAsync(hub, stop.Token);
            await services.GetRequiredService<CommandQueue>().EmptyPoisonAsync(stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogRoundCut(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(CommandEndpoints)), LongestRound);
        }

        return FunctionEndpoints.Answer();
    }

    /// <summary>Null too where agency and id could not even be part of a path.</summary>
    private static async Task<Domain.CopyRequest?> FindAsync(CopyRequests requests, CommandMessage command, CancellationToken cancellationToken) =>
        Storage.BlobPath.IsSegment(command.Agency) && Storage.BlobPath.IsSegment(command.CopyId)
            ? await requests.FindAsync(command.Agency, command.CopyId, cancellationToken)
            : null;

    [LoggerMessage(EventId = 232, Level = LogLevel.Error, Message = "A message in the command queue was not understood, and is dropped")]
    private static partial void LogNotUnderstood(ILogger log);

    [LoggerMessage(EventId = 233, Level = LogLevel.Error, Message = "A message in the command queue names no request, and is dropped")]
    private static partial void LogNoRequest(ILogger log);

    [LoggerMessage(EventId = 234, Level = LogLevel.Warning, Message = "A round over the open requests took longer than {Longest} and was cut; the next begins anew")]
    private static partial void LogRoundCut(ILogger log, TimeSpan longest);
}
