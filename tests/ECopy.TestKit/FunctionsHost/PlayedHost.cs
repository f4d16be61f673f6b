using System.Text.Json;
using System.Text.Json.Nodes;

namespace ECopy.TestKit.FunctionsHost;

/// <param name="Folder">What <c>dotnet publish</c> left.</param>
/// <param name="Settings">App settings: the handler's environment.</param>
/// <param name="Seed">Of repeats and orders.</param>
internal sealed record PlayedHostOptions(string Folder, IReadOnlyDictionary<string, string> Settings, int Seed, Disorder Disorder);

/// <summary>
/// Plays the Azure Functions host with the Durable Functions extension over a published folder: proxies, queue, timers,
/// orchestrations. The handler may be killed at any time; it comes back on another port.
/// </summary>
internal sealed class PlayedHost : IAsyncDisposable
{
    private readonly PlayedHostOptions options;
    private readonly Chance chance;
    private readonly FunctionInvoker invoker;
    private readonly List<QueueListener> listeners = [];
    private SidecarServer sidecar = null!;
    private HttpFront front = null!;

    private PlayedHost(PlayedHostOptions options, FunctionsApp app)
    {
        this.options = options;
        App = app;
        chance = new Chance(options.Seed);
        Handler = new HandlerKeeper(app, options.Settings);
        invoker = new FunctionInvoker(Handler.AddressAsync, app.Host.FunctionTimeout, Client);
        Engine = new DurableEngine(new DurableInvocations(app, invoker), app.Host, chance, options.Disorder);
    }

    public FunctionsApp App { get; }

    public HandlerKeeper Handler { get; }

    public DurableEngine Engine { get; }

    public IReadOnlyList<QueueListener> Queues => listeners;

    /// <summary>Where the world finds it.</summary>
    public Uri Address => front.Address;

    /// <summary>Starts the host and waits until the handler answers.</summary>
    public static async Task<PlayedHost> StartAsync(PlayedHostOptions options)
    {
        var host = new PlayedHost(options, FunctionsApp.Read(options.Folder, options.Settings));
        try
        {
            host.sidecar = await SidecarServer.StartAsync(host.Engine);
            host.front = await HttpFront.StartAsync(host.App, options.Settings, host.Handler);
            await host.Handler.AddressAsync(default);
            foreach (var function in host.App.Of("queueTrigger")) host.Listen(function);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>Lets a timer function run now, as its schedule would some time.</summary>
    /// <exception cref="FunctionFailedException">It did not succeed.</exception>
    public Task FireAsync(string timer)
    {
        var function = App.Of("timerTrigger").Single(one => one.Name == timer);
        var now = DateTimeOffset.UtcNow;
        var data = new JsonObject
        {
            [function.Trigger.Name] = new JsonObject
            {
                ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
                ["ScheduleStatus"] = new JsonObject { ["Last"] = now.AddMinutes(-1).ToString("O"), ["LastUpdated"] = now.AddMinutes(-1).ToString("O"), ["Next"] = now.ToString("O") },
                ["IsPastDue"] = false,
            },
        };
        return invoker.InvokeAsync(function, data, [], default);
    }

    /// <summary>The extension starts again: its address is another, and the old one answers nobody. The histories stay.</summary>
    public async Task MoveSidecarAsync()
    {
        var old = sidecar;
        sidecar = await SidecarServer.StartAsync(Engine);
        await old.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in listeners) await listener.DisposeAsync();
        await Engine.DisposeAsync();
        if (front is not null) await front.DisposeAsync();
        if (sidecar is not null) await sidecar.DisposeAsync();
        await Handler.DisposeAsync();
        invoker.Dispose();
    }

    private void Listen(FunctionEntry function)
    {
        var name = function.Trigger.Text("connection") ?? "AzureWebJobsStorage";
        var connection = options.Settings.GetValueOrDefault(name) ?? options.Settings[$"AzureWebJobs{name}"];
        listeners.Add(new QueueListener(connection, function.Trigger.Text("queueName")!, App.Host.Queues, RunAsync, chance, options.Disorder.RepeatMessage));

        Task RunAsync(string text, int taken, CancellationToken cancellationToken)
        {
            // Both forms have been seen: the text in a string, and the text's JSON in a string.
            var value = chance.Comes(0.5, "form " + text) ? JsonPayload.Text(text) : JsonPayload.Raw(text);
            return invoker.InvokeAsync(function, new JsonObject { [function.Trigger.Name] = value }, QueueListener.Metadata(text, taken), cancellationToken);
        }
    }

    /// <summary>The extension's present address, as a binding carries it.</summary>
    private string Client(FunctionBinding binding) => JsonSerializer.Serialize(new
    {
        taskHubName = binding.Text("taskHub") ?? App.Host.HubName,
        connectionName = binding.Text("connectionName") ?? "AzureWebJobsStorage",
        rpcBaseUrl = sidecar.Address.GetLeftPart(UriPartial.Authority),
        httpBaseUrl = new Uri(front.Address, "runtime/webhooks/durabletask").ToString(),
        requiredQueryStringParameters = $"taskHub={App.Host.HubName}&connection=AzureWebJobsStorage&code=played",
    });
}
