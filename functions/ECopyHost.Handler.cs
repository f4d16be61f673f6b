using Azure.Storage.Queues;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using ECopy.Functions.KeyVault;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.RemoteSigning;
using ECopy.Functions.Storage;
using ECopy.Functions.TrustServices;
using ECopy.Functions.Triggers;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ECopy.Functions;

/// <param name="PublicUrl">What QR codes, links and cookies go by: the Functions host hides what was asked for.</param>
/// <param name="Queues">Of the account in which the commands' queue is.</param>
/// <param name="Keys">On this machine, or where all machines see it.</param>
internal sealed record HandlerOptions(Uri PublicUrl, QueueServiceClient Queues, KeysFolder Keys);

internal static partial class ECopyHost
{
    /// <summary>Behind the deadline that every step keeps by itself; still below the host's.</summary>
    public static readonly TimeSpan LongestActivity = StepDeadline.Default.Activity + TimeSpan.FromSeconds(30);

    /// <summary>
    /// The program behind the Functions host: the same pages, steps and orchestrator; the hub is the Durable extension's, and many
    /// processes may run over one store. Nothing works by itself here: whatever happens is a call of the host's.
    /// </summary>
    /// <param name="server">Listens already; answers from the program's start on.</param>
    public static WebApplication BuildHandler(DataFolder data, IWitness witness, HandlerOptions options, IServer server, Action<IServiceCollection>? change = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        var builder = Begin();
        var terms = new StoreTerms(data.Identity.Kind is StoreKind.Demo, options.PublicUrl);
        AddStore(builder.Services, data, witness, terms, options.Keys, KeyVaults.From(builder.Configuration), RemoteServices.From(builder.Configuration), TimeProvider.System);
        AddSteps(builder.Services, options.Keys);
        AddTrustServices(builder.Services, TrustServiceOptions.From(builder.Configuration), terms, options.Keys, FileBlobStore.OpenShared);
        AddExtension(builder.Services, options.Queues);
        builder.Services.AddSingleton<Sweeper>();
        AddDemo(builder.Services, options.Keys, FileBlobStore.OpenShared);
        AddWeb(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton(GuardLimits.From(builder.Configuration).BehindProxy()));
        builder.Services.Replace(ServiceDescriptor.Singleton(server));
        change?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapECopy();
        app.MapFunctions(app.Services.GetRequiredService<DurableTaskRegistry>(), LongestActivity);
        app.MapCommands();
        return app;
    }

    private static void AddExtension(IServiceCollection services, QueueServiceClient queues)
    {
        AddFlow(services);
        services.AddSingleton(new DataConverter(HubJson()));
        services.AddSingleton<ActivityDispatcher>();
        services.AddSingleton<OrchestrationExecutor>();
        services.AddSingleton<ExtensionAddress>();
        services.AddSingleton<IHubView>(provider => provider.GetRequiredService<ExtensionAddress>());
        services.AddSingleton(queues);
        services.AddSingleton<CommandQueue>();
        services.AddSingleton<ICopyCommands>(provider => provider.GetRequiredService<CommandQueue>());
    }
}
