using System.Text.Json;
using System.Text.Json.Serialization;
using ECopy.Functions.Compose;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hash;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.KeyVault;
using ECopy.Functions.Layout;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Pages;
using ECopy.Functions.Pages.Office;
using ECopy.Functions.Register;
using ECopy.Functions.RemoteSigning;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.Functions.TrustServices;
using ECopy.Functions.Upload;
using ECopy.Functions.Verify;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust.Revocation;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ECopy.Functions;

/// <param name="Port">TCP port on which pages and API are served; null for the command line, which serves its socket only.</param>
/// <param name="PublicUrl">What QR codes say.</param>
/// <param name="MakesDemoData">A demo store is filled with the demo data.</param>
/// <param name="Door">Null: this machine only, without TLS.</param>
internal sealed record HostOptions(int? Port, Uri PublicUrl, bool MakesDemoData = false, Door? Door = null);

/// <summary>Puts the program together: with <see cref="CopyOrchestrator"/> the only place that sees all steps.</summary>
internal static partial class ECopyHost
{
    public const string SocketName = "ecopy.sock";

    /// <summary>The whole program over an owned data folder. Start it, then <see cref="PrepareAsync"/> has been run by it.</summary>
    public static WebApplication Build(DataFolder data, IWitness witness, HostOptions options, Action<IServiceCollection>? change = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        var builder = Begin();
        var terms = new StoreTerms(data.Identity.Kind is StoreKind.Demo, options.PublicUrl);
        var keys = KeysFolder.From(builder.Configuration, data);
        AddStore(builder.Services, data, witness, terms, keys, KeyVaults.From(builder.Configuration), RemoteServices.From(builder.Configuration), TimeProvider.System);
        AddSteps(builder.Services, keys);
        AddTrustServices(builder.Services, TrustServiceOptions.From(builder.Configuration), terms, keys, folder => FileBlobStore.Open(folder));
        AddHub(builder.Services, data.HubFile("hub"));
        AddWork(builder.Services);
        AddDemo(builder.Services, keys, folder => FileBlobStore.Open(folder));
        if (terms.IsTest && options.MakesDemoData) AddDemoPast(builder.Services, data, witness, terms, keys);
        AddWeb(builder);
        change?.Invoke(builder.Services);

        var socket = LocalSocket.PathIn(data.FullPath);
        var door = options.Door ?? Door.Loopback;
        if (door.IsTls)
        {
            TlsCertificate.MakeAbsolute(builder.Configuration);
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            SetLimits(kestrel);
            kestrel.ListenUnixSocket(socket);
            if (options.Port is not { } port) return;
            kestrel.Listen(door.Address, port, listen =>
            {
                if (door.IsTls) listen.UseHttps();
            });
        });
        var app = builder.Build();
        app.UseProxies(door);
        app.MapECopy();
        app.MapLocalCertify();
        return app;
    }

    /// <summary>What the command line needs beside serving: verifying, auditing, and (over an owned folder) the office's records. No hub.</summary>
    public static ServiceProvider BuildReader(DataFolder data, IWitness witness, Uri publicUrl)
    {
        ArgumentNullException.ThrowIfNull(data);
        var settings = Cli.Settings.Read();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning));
        services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        AddStore(services, data, witness, new StoreTerms(data.Identity.Kind is StoreKind.Demo, publicUrl), KeysFolder.From(settings, data), KeyVaults.From(settings), RemoteServices.From(settings), TimeProvider.System);
        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>The flow once more over the same store, for the past of a demo: its own clock, its own hub, no pages.</summary>
    private static ServiceProvider BuildPast(DataFolder data, IWitness witness, StoreTerms terms, KeysFolder keys, DemoClock clock)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning));
        services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        AddStore(services, data, witness, terms, keys, new KeyVaults(new KeyVaultOptions([])), new RemoteServices([]), clock);
        AddSteps(services, keys);
        AddTrustServices(services, new TrustServiceOptions(null, null, []), terms, keys, folder => FileBlobStore.Open(folder));
        AddHub(services, data.HubFile("demo-hub"));
        services.AddSingleton(clock);
        services.AddSingleton(provider => new DemoKeyRing(new KeyRing(keys.Keys)));
        services.AddSingleton<IKeyRing>(provider => provider.GetRequiredService<DemoKeyRing>());
        services.AddSingleton<DemoMaker>();
        // Every step is asked for by its name only when a copy comes there: what is missing is found here.
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private static void AddStore(
        IServiceCollection services, DataFolder data, IWitness witness, StoreTerms terms, KeysFolder keys, KeyVaults vaults, RemoteServices remote, TimeProvider clock)
    {
        var store = data.Blobs;
        services.AddSingleton(store);
        services.AddSingleton(vaults);
        services.AddSingleton(remote);
        services.AddOfficeChanges(keys);
        services.AddSingleton(witness);
        services.AddSingleton(terms);
        services.AddSingleton(clock);
        services.AddSingleton(new LedgerOptions());
        services.AddSingleton<CertificationRegister>();
        services.AddSingleton<IssuedFiles>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<DailySequence>();
        services.AddSingleton<CopyRequests>();
        services.AddSingleton<Dossiers>();
        services.AddSingleton<AccessLinks>();
        services.AddSingleton<OfficeDirectory>();
        services.AddSingleton<OfficeImages>();
        services.AddSingleton<CopyListing>();
        services.AddSingleton<ScanSizes>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<PublishedCopies>();
        services.AddSingleton<VerifyCopy>();
        services.AddSingleton<IExpectedRecords, CopyRecords>();
        services.AddSingleton<StoreAudit>(provider => new StoreAudit(store, witness, provider.GetRequiredService<LedgerOptions>(), [.. provider.GetServices<IExpectedRecords>()]));
    }

    private static void AddSteps(IServiceCollection services, KeysFolder keys)
    {
        services.AddSingleton(new UploadLimits());
        services.AddSingleton<SignerCertificates>();
        services.AddSingleton<SharedConfirmations>();
        services.AddSingleton<RemoteKeys>();
        services.AddSingleton<IKeyRing>(provider => new KeyRing(keys.Keys, provider.GetRequiredService<KeyVaults>(), provider.GetRequiredService<RemoteKeys>()));
        services.AddSingleton(CopyFonts.Load());
        services.AddSingleton<CopyComposer>();
        services.AddSingleton<ReceiveScan>();
        services.AddSingleton<UploadKeys>();
        services.AddSingleton<Drafts>();
        services.AddSingleton<SubmitDraft>();
        services.AddSingleton<HashScan>();
        services.AddSingleton<DecideCopy>();
        services.AddSingleton<StopCopy>();
        services.AddSingleton<LookForDecision>();
        services.AddSingleton<MarkOverdue>();
        services.AddSingleton<CloseRequest>();
        services.AddSingleton<ReserveNumber>();
        services.AddSingleton<NumberRelease>();
        services.AddSingleton<VoidNumber>();
        services.AddSingleton<RaiseAlarm>();
        services.AddSingleton<ComposeCopy>();
        services.AddSingleton<SigningWork>();
        services.AddSingleton(RunIdentity.New());
        services.AddSingleton(provider => OutsideLimits.From(provider.GetService<IConfiguration>()));
        services.AddSingleton<OutsideSigning>();
        services.AddSingleton<TakeReturnedFile>();
        services.AddSingleton<PrepareSignature>();
        services.AddSingleton<CreateSignature>();
        services.AddSingleton<TimestampSignature>();
        services.AddSingleton<AssembleSignature>();
        services.AddSingleton<PreserveCopy>();
        services.AddSingleton<LookForSeal>();
        services.AddSingleton<ReleaseSeal>();
        services.AddSingleton<Preservation>();
        services.AddSingleton<CopyCheck>();
        services.AddSingleton<RenewalPlan>();
        services.AddSingleton<RegisterCopy>();
        services.AddSingleton<RenewTimestamp>();
        services.AddSingleton<RegisterRenewal>();
    }

    /// <summary>Whom the flow asks about time and revocation: a demo its own authority, unless the settings name another.</summary>
    private static void AddTrustServices(IServiceCollection services, TrustServiceOptions options, StoreTerms terms, KeysFolder keys, Func<string, FileBlobStore> open)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => TrustServiceDoor.Open());
        services.AddSingleton<Timestamps>();
        services.AddSingleton<Revocations>();
        if (terms.IsTest)
        {
            services.AddSingleton(provider => new DemoTrust(open(keys.Authority), provider.GetRequiredService<IBlobStore>(), provider.GetRequiredService<TimeProvider>()));
        }

        var own = terms.IsTest && options is { Timestamp: null, Revocation.Count: 0 };
        services.AddSingleton<IRevocationTransport>(provider => own ? provider.GetRequiredService<DemoTrust>() : ActivatorUtilities.CreateInstance<HttpRevocationTransport>(provider));
        if (own) services.AddSingleton<ITimestampTransport>(provider => provider.GetRequiredService<DemoTrust>());
        else if (options.Timestamp is { } address)
            services.AddSingleton<ITimestampTransport>(provider => new HttpTimestampTransport(provider.GetRequiredService<TrustServiceDoor>(), address, options.TimestampPatience));
    }

    /// <param name="open">How the folders are opened: by their one owner, or beside others.</param>
    private static void AddDemo(IServiceCollection services, KeysFolder keys, Func<string, FileBlobStore> open)
    {
        services.AddSingleton(provider => new DemoOffice(
            provider.GetRequiredService<IBlobStore>(), new KeyFiles(open(keys.Authority)), new KeyFiles(open(keys.Keys)), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DemoAccounts(
            open(keys.Keys),
            provider.GetRequiredService<OfficeDirectory>(),
            provider.GetRequiredService<Accounts>(),
            provider.GetRequiredService<ApiTokens>(),
            provider.GetRequiredService<StoreTerms>()));
        services.AddSingleton<DemoProgress>();
        services.AddSingleton<DemoSamples>();
    }

    private static void AddDemoPast(IServiceCollection services, DataFolder data, IWitness witness, StoreTerms terms, KeysFolder keys)
    {
        services.AddSingleton(new DemoGraph(clock => BuildPast(data, witness, terms, keys, clock), data.HubFile("demo-hub")));
        services.AddSingleton<DemoPast>();
        services.AddHostedService(provider => provider.GetRequiredService<DemoPast>());
    }

    private static void AddWeb(WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        builder.Services.AddECopyAccess().AddECopyLimits(builder.Configuration).AddECopyDescription();
        builder.Services.AddPublicPages();
        builder.Services.AddSingleton<ReviewDesk>();
    }

    private static void AddFlow(IServiceCollection services)
    {
        services.AddSingleton(provider => StepDeadline.From(provider.GetService<IConfiguration>()));
        services.AddSingleton(new DurableTaskRegistry().AddCopyFlow());
        services.AddSingleton<CopyWorkflow>();
        services.AddSingleton<ProgressReader>();
        services.AddSingleton<RenewalRounds>();
    }

    private static void AddHub(IServiceCollection services, string file)
    {
        AddFlow(services);
        services.AddSingleton(new EmbeddedHubOptions { Path = file, SerializerOptions = HubJson() });
        services.AddSingleton<EmbeddedHub>();
        services.AddSingleton(provider => provider.GetRequiredService<EmbeddedHub>().Client);
        services.AddSingleton<ICopyCommands, DirectCommands>();
        services.AddSingleton<IHubView, OwnHubView>();
    }

    /// <summary>What goes on without anybody's asking.</summary>
    private static void AddWork(IServiceCollection services)
    {
        services.AddSingleton<WorkGate>();
        services.AddSingleton<Sweeper>();
        services.AddSingleton<CertifyJob>();
        services.AddHostedService<SweepRounds>();
    }

    private static WebApplicationBuilder Begin()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            // Pages are looked for in this assembly, whoever starts it.
            ApplicationName = typeof(ECopyHost).Assembly.GetName().Name,
        });
        builder.Logging.ClearProviders();
        // Answers own stdout.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("ECopy", LogLevel.Information)
            // Both warn of what is meant so: keys lie in the store, and every page of the office is no-store already.
            .AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error);
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateOnBuild = provider.ValidateScopes = true);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        return builder;
    }

    /// <summary>Of whatever listens.</summary>
    public static void SetLimits(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestBodySize = new UploadLimits().MostBytes + 1_000_000;
        kestrel.AddServerHeader = false;
    }

    /// <summary>Names instead of numbers in inputs and custom status: a renamed step must not change an old history's meaning.</summary>
    private static JsonSerializerOptions HubJson()
    {
        var options = DataConverter.DefaultOptions();
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }
}
