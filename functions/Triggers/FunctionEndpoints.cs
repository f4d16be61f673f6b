using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using ECopy.Functions.Web;
using Google.Protobuf;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Triggers;

/// <summary>
/// The addresses at which the Functions host calls orchestrators and activities, one for each name. They stand only behind the
/// host, which routes nothing from outside to them: the prefixes in the folders beside this file name no function.
/// </summary>
internal static class FunctionEndpoints
{
    private const string Context = "context";
    private const string Input = "input";

    public static void MapFunctions(this IEndpointRouteBuilder routes, DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        foreach (var name in registry.OrchestratorNames) routes.MapPost($"/{name}", OrchestrateAsync).AllowAnonymous();
        foreach (var name in registry.ActivityNames)
            routes.MapPost($"/{name}", (HttpContext context, ActivityDispatcher dispatcher, CancellationToken cancellationToken) => RunAsync(context, name, dispatcher, cancellationToken)).AllowAnonymous();
    }

    /// <summary>
    /// A turn. Whatever is wrong with the code or the history is an action in a good answer: any other answer would fail the
    /// instance for good, and leave no word of why.
    /// </summary>
    private static Task<IResult> OrchestrateAsync(HttpContext context, OrchestrationExecutor executor, CancellationToken cancellationToken) =>
        AnswerAsync(context, async () =>
        {
            var invocation = await Invocation.ReadAsync(context.Request.Body, cancellationToken);
            var response = executor.Execute(RequestOf(invocation.StringOf(Context)));
            return Results.Text($$"""{"ReturnValue":"{{Convert.ToBase64String(response.ToByteArray())}}"}""", "application/json");
        });

    /// <summary>An activity. Its failure travels as data, since the host throws the text of a failed call away.</summary>
    private static Task<IResult> RunAsync(HttpContext context, string name, ActivityDispatcher dispatcher, CancellationToken cancellationToken) =>
        AnswerAsync(context, async () =>
        {
            var invocation = await Invocation.ReadAsync(context.Request.Body, cancellationToken);
            var outcome = await dispatcher.RunAsync(name, "", invocation.JsonOf(Input), cancellationToken);
            // Already a JSON text: a string that holds the envelope.
            return Results.Text($$"""{"ReturnValue":{{ActivityEnvelope.ToHost(outcome)}}}""", "application/json");
        });

    private static P.OrchestratorRequest RequestOf(string text)
    {
        try
        {
            return P.OrchestratorRequest.Parser.ParseFrom(Convert.FromBase64String(text));
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidProtocolBufferException)
        {
            throw new InvocationFormatException("the context is no request of an orchestrator");
        }
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, Func<Task<IResult>> run)
    {
        try
        {
            return await run();
        }
        catch (InvocationFormatException)
        {
            return Problems.From(context, new Rejection("request-invalid"), StatusCodes.Status400BadRequest);
        }
    }
}
