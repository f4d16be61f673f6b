using System.Text.Json.Nodes;
using Google.Protobuf;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>Turns and activities as the extension has the host call them.</summary>
internal sealed class DurableInvocations(FunctionsApp app, FunctionInvoker invoker) : IDurableFunctions
{
    public bool HasOrchestrator(string name) => app.Orchestrator(name) is not null;

    public bool HasActivity(string name) => app.Activity(name) is not null;

    public async Task<P.OrchestratorResponse> TurnAsync(string orchestrator, P.OrchestratorRequest request, CancellationToken cancellationToken)
    {
        var function = app.Orchestrator(orchestrator)!;
        var data = new JsonObject { [function.Trigger.Name] = JsonPayload.Text(Convert.ToBase64String(request.ToByteArray())) };
        var value = await invoker.InvokeAsync(function, data, [], cancellationToken);
        try
        {
            return P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(value!.GetValue<string>()));
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException or NullReferenceException or InvalidProtocolBufferException)
        {
            throw new FunctionFailedException(function.Name, null, lostConnection: false);
        }
    }

    public async Task<string?> ActAsync(string activity, string instanceId, string? input, CancellationToken cancellationToken)
    {
        var function = app.Activity(activity)!;
        var data = new JsonObject { [function.Trigger.Name] = JsonPayload.Raw(input) };
        var metadata = new JsonObject { ["instanceId"] = JsonPayload.Text(instanceId), ["data"] = JsonPayload.Raw(input) };
        JsonPayload.Flatten(input, metadata);
        return (await invoker.InvokeAsync(function, data, metadata, cancellationToken))?.ToJsonString();
    }
}
