using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using ECopy.Functions.Web;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Triggers;

/// <summary>
/// The addresses at which the Functions host calls orchestrators and activities, one for each name. They stand only behind the
/// host, which routes nothing from outside to them: the prefixes in the folders beside this file name no function.
/// </summary>
internal static class FunctionEndpoints
{
    /// <summary>The binding that carries the extension's address, in every function but orchestrators and pages.</summary>
    public const string Client = "client";
    private const string Context = "context";
    private const string Input = "input";

    /// <param name="longest">No activity is waited for any longer: the host would end this process, and every other call with it.</param>
    public static void MapFunctions(this IEndpointRouteBuilder routes, DurableTaskRegistry registry, TimeSpan longest)
    {
        ArgumentNullException.ThrowIfNull(registry);
        foreach (var name in registry.OrchestratorNames) routes.MapFunction(name, OrchestrateAsync);
        foreach (var name in registry.ActivityNames) routes.MapFunction(name, (context, invocation, stop) => RunAsync(context, name, invocation, longest, stop));
    }

    /// <summary>
    /// An address that only the host calls, and only as it stands: one that becomes a function's name when dots and escapes in it are
    /// resolved has come through a prefix. What is no invocation is a 400.
    /// </summary>
    public static void MapFunction(this IEndpointRouteBuilder routes, string name, Func<HttpContext, Invocation, CancellationToken, Task<IResult>> run) =>
        routes.MapPost($"/{name}", async (HttpContext context, CancellationToken cancellationToken) =>
        {
            if (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget != $"/{name}") return Results.NotFound();
            try
            {
                return await run(context, await Invocation.ReadAsync(context.Request.Body, cancellationToken), cancellationToken);
            }
            catch (InvocationFormatException)
            {
                return Problems.From(context, new Rejection("request-invalid"), StatusCodes.Status400BadRequest);
            }
        }).AllowAnonymous().ExcludeFromDescription();

    /// <summary>A good answer; for functions without a result, null.</summary>
    /// <param name="json">JSON text.</param>
    public static IResult Answer(string json = "null") => Results.Text($$"""{"Outputs":{},"Logs":[],"ReturnValue":{{json}}}""", "application/json");

    /// <summary>
    /// A turn. Whatever is wrong with the code or the history is an action in a good answer: any other answer would fail the
    /// instance for good, and leave no word of why.
    /// </summary>
    private static Task<IResult> OrchestrateAsync(HttpContext context, Invocation invocation, CancellationToken cancellationToken)
    {
        var executor = context.RequestServices.GetRequiredService<OrchestrationExecutor>();
        var response = executor.Execute(RequestOf(invocation.StringOf(Context)));
        return Task.FromResult(Answer($"\"{Convert.ToBase64String(response.ToByteArray())}\""));
    }

    /// <summary>An activity. Its failure travels as data, since the host throws the text of a failed call away.</summary>
    private static async Task<IResult> RunAsync(HttpContext context, string name, Invocation invocation, TimeSpan longest, CancellationToken cancellationToken)
    {
        var services = context.RequestServices;
        if (invocation.Has(Client)) services.GetService<ExtensionAddress>()?.Note(invocation.StringOf(Client));
        var running = services.GetRequiredService<ActivityDispatcher>().RunAsync(name, "", invocation.JsonOf(Input), cancellationToken);
        ActivityOutcome outcome;
        try
        {
            outcome = await running.WaitAsync(longest, services.GetRequiredService<TimeProvider>(), cancellationToken);
        }
        catch (TimeoutException)
        {
            // What still runs is fenced off like any late delivery.
            outcome = ActivityOutcome.Failed(new TaskFailureDetails(typeof(TimeoutException).FullName!, $"{name} did not end within {longest}"));
        }

        // Already a JSON text: a string that holds the envelope.
        return Answer(ActivityEnvelope.ToHost(outcome));
    }

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
}
