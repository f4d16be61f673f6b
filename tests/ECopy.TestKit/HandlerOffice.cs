using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using ECopy.Functions;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Storage;
using ECopy.Functions.Triggers;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using ECopy.TestKit.FunctionsHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ECopy.TestKit;

/// <summary>
/// The program as several handlers over one demo store, in this process, with the played Durable extension: for what concerns the
/// handlers themselves. The whole host over the published folder is <see cref="PlayedHost"/>.
/// </summary>
internal sealed class HandlerOffice : IAsyncDisposable
{
    public const string Agency = DemoOffice.AgencyCode;

    /// <summary>Port 1 of this machine: nobody is there.</summary>
    public const string NoQueues = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;QueueEndpoint=http://127.0.0.1:1/a;";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string folder = Directory.CreateTempSubdirectory("ecopy-handlers-").FullName;
    private readonly TestFolder package = new();
    private readonly List<(WebApplication App, EarlyServer Server, Uri Address)> handlers = [];
    private FunctionsApp functions = null!;
    private FunctionInvoker invoker = null!;
    private DurableEngine engine = null!;
    private SidecarServer sidecar = null!;
    private DataFolder data = null!;
    private Witness witness = null!;
    private int calls;

    private HandlerOffice()
    {
    }

    /// <summary>Turns that are answered by nobody, as if the handler had died.</summary>
    public int TurnsToLose { get; set; }

    public DurableEngine Engine => engine;

    public IBlobStore Store => data.Blobs;

    public static async Task<HandlerOffice> OpenAsync(int handlers, string queues = NoQueues, Action<IServiceCollection>? change = null)
    {
        var office = new HandlerOffice();
        await TestOffice.CopyTemplateAsync(office.DataPath);
        office.data = (await DataFolder.OpenAsync(office.DataPath, StoreKind.Demo, TimeProvider.System, default)).Value;
        office.witness = (await Witness.OpenAsync(office.data, Path.Combine(office.folder, "witness"), adoptUnknownBooks: false, TimeProvider.System, default)).Value;
        for (var i = 0; i < handlers; i++) office.handlers.Add(await office.StartAsync(queues, change));
        office.functions = FunctionsApp.Read(Package(office.package), PlayedApps.Settings);
        office.invoker = new FunctionInvoker(_ => Task.FromResult(office.Next()), office.functions.Host.FunctionTimeout, _ => office.Client());
        office.engine = new DurableEngine(new LosingTurns(office, new DurableInvocations(office.functions, office.invoker)), office.functions.Host, new Chance(20261122), Disorder.None);
        office.sidecar = await SidecarServer.StartAsync(office.engine);
        return office;
    }

    public string DataPath => Path.Combine(folder, "data");

    public T Get<T>(int handler = 0)
        where T : notnull => handlers[handler].App.Services.GetRequiredService<T>();

    public Uri AddressOf(int handler) => handlers[handler].Address;

    /// <summary>Puts host.json and the functions' folders together as publishing does.</summary>
    public static string Package(TestFolder into)
    {
        ArgumentNullException.ThrowIfNull(into);
        var source = Path.Combine(SourceFolder.Root, "functions");
        File.Copy(Path.Combine(source, "host.json"), into["host.json"]);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(source, "Triggers"), "function.json", SearchOption.AllDirectories))
            PlayedApps.Function(into, Path.GetFileName(Path.GetDirectoryName(file))!, File.ReadAllText(file));
        File.WriteAllText(into["ECopy"], "#!/bin/sh\n");
        File.SetUnixFileMode(into["ECopy"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return into.Path;
    }

    public async Task<string> SubmitAsync(int handler = 0)
    {
        var upload = new ScanUpload(Agency, TestOffice.NewCopyId(), DemoOffice.Clerk, "Bằng tốt nghiệp", "Nguyễn Thị Ví Dụ", null, [SmallScan.Png(1)]);
        return (await Get<CopyWorkflow>(handler).SubmitAsync(upload, default)).Value.CopyId;
    }

    public async Task ApproveAsync(string copyId, int handler = 0)
    {
        var request = (await Get<CopyRequests>(handler).FindAsync(Agency, copyId, default))!;
        var decided = await Get<CopyWorkflow>(handler).DecideAsync(new DecisionOrder(Agency, copyId, DemoOffice.Attestor, ReviewDecision.Approved, request.ScanDigest!, []), default);
        if (decided.IsRejected) throw new InvalidOperationException(decided.Rejection!.Code);
    }

    /// <summary>The timer function, now.</summary>
    public Task SweepAsync() => InvokeAsync(CommandEndpoints.SweepRequests, new JsonObject { ["timer"] = new JsonObject { ["IsPastDue"] = false } });

    /// <summary>The queue's function, with this message.</summary>
    public Task CommandAsync(string text) => InvokeAsync(CommandEndpoints.RunCommand, new JsonObject { ["item"] = JsonPayload.Text(text) });

    /// <summary>The extension starts again elsewhere; the histories stay.</summary>
    public async Task MoveExtensionAsync()
    {
        var old = sidecar;
        sidecar = await SidecarServer.StartAsync(engine);
        await old.DisposeAsync();
    }

    public async Task<CopyRequest> WhenAsync(string copyId, Func<CopyRequest, bool> wanted, Func<Task>? meanwhile = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var request = (await Get<CopyRequests>().FindAsync(Agency, copyId, default))!;
            if (wanted(request)) return request;
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException($"{copyId} stands at {request.State}, failure {request.Failure}, attempt {request.Attempt}");
            if (meanwhile is not null) await meanwhile();
            await Task.Delay(20);
        }
    }

    public Task<CopyRequest> WhenStateAsync(string copyId, CopyState state) => WhenAsync(copyId, request => request.State == state);

    public async ValueTask DisposeAsync()
    {
        if (engine is not null) await engine.DisposeAsync();
        if (sidecar is not null) await sidecar.DisposeAsync();
        invoker?.Dispose();
        foreach (var (app, server, _) in handlers)
        {
            await app.StopAsync();
            await app.DisposeAsync();
            server.Dispose();
        }

        witness?.Dispose();
        data?.Dispose();
        package.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<(WebApplication App, EarlyServer Server, Uri Address)> StartAsync(string queues, Action<IServiceCollection>? change)
    {
        var server = await EarlyServer.OpenAsync(0, ECopyHost.SetLimits, EarlyServer.UsualPatience, TimeProvider.System, default);
        var options = new HandlerOptions(new Uri("https://saoy.mauan.example/"), new QueueServiceClient(queues, CommandQueue.Options()), KeysFolder.In(data));
        var app = ECopyHost.BuildHandler(data, witness, options, server, services =>
        {
            services.Replace(ServiceDescriptor.Singleton(new GuardLimits(Off: true)));
            change?.Invoke(services);
        });
        await app.StartAsync();
        return (app, server, new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    /// <summary>Each call goes to another handler, as behind a host on several machines.</summary>
    private Uri Next() => handlers[(int)((uint)Interlocked.Increment(ref calls) % (uint)handlers.Count)].Address;

    private string Client() => JsonSerializer.Serialize(new { taskHubName = "ECopyHub", connectionName = "AzureWebJobsStorage", rpcBaseUrl = sidecar.Address.GetLeftPart(UriPartial.Authority) });

    private Task<JsonNode?> InvokeAsync(string name, JsonObject bindings) => invoker.InvokeAsync(functions.Functions.Single(function => function.Name == name), bindings, [], default);

    private sealed class LosingTurns(HandlerOffice office, DurableInvocations inner) : IDurableFunctions
    {
        public bool HasOrchestrator(string name) => inner.HasOrchestrator(name);

        public bool HasActivity(string name) => inner.HasActivity(name);

        public Task<Functions.Hub.Protocol.OrchestratorResponse> TurnAsync(string orchestrator, Functions.Hub.Protocol.OrchestratorRequest request, CancellationToken cancellationToken)
        {
            if (office.TurnsToLose-- > 0) throw new FunctionFailedException(orchestrator, null, lostConnection: true);
            return inner.TurnAsync(orchestrator, request, cancellationToken);
        }

        public Task<string?> ActAsync(string activity, string instanceId, string? input, CancellationToken cancellationToken) =>
            inner.ActAsync(activity, instanceId, input, cancellationToken);
    }
}
