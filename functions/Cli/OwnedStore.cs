using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Cli;

/// <summary>The program running over a data folder that this process owns, from lock to lock.</summary>
internal sealed class OwnedStore : IAsyncDisposable
{
    private readonly DataFolder data;

    private OwnedStore(DataFolder data, WebApplication app)
    {
        this.data = data;
        App = app;
    }

    public WebApplication App { get; }

    /// <summary>The store is another process's by now: this one must end.</summary>
    public bool IsLost => data.Lost.IsCancellationRequested;

    public bool IsDemo => data.Identity.Kind is StoreKind.Demo;

    /// <summary>
    /// Takes the store (a new one becomes a demo store), sets the demo up, starts hub, sweeper and socket. Rejections:
    /// those of <see cref="DataFolder"/> and <see cref="Witness"/>, and <c>port-busy</c>.
    /// </summary>
    public static async Task<Result<OwnedStore>> StartAsync(
        Arguments arguments, StorePlace place, HostOptions options, StoreKind? wanted, Action<Rejection> waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(options);
        if (!LocalSocket.Fits(Path.GetFullPath(arguments.DataFolder))) return new Rejection("data-folder-too-deep", "folder", arguments.DataFolder);
        var existing = await DataFolder.OpenReadOnlyAsync(place, arguments.DataFolder, cancellationToken);
        var kind = wanted ?? (existing.IsRejected ? StoreKind.Demo : existing.Value.Identity.Kind);
        var opened = await DataFolder.OpenAsync(place, arguments.DataFolder, kind, TimeProvider.System, waiting, cancellationToken);
        if (opened.IsRejected) return opened.Rejection!;
        var data = opened.Value;
        // Asked before the host does: it would log the stack of what is one sentence.
        if (options.Port is { } port && IsBusy((options.Door ?? Door.Loopback).Address, port)) return Release(data, PortBusy(port));
        WebApplication? app = null;
        try
        {
            var witness = await arguments.OpenWitnessAsync(data, cancellationToken);
            if (witness.IsRejected) return Release(data, witness.Rejection!);
            LocalSocket.Clear(data.FullPath);
            app = ECopyHost.Build(data, witness.Value, options);
            if (kind is StoreKind.Demo) await app.Services.GetRequiredService<DemoOffice>().EnsureAsync(cancellationToken);
            await BeginAsync(app.Services, cancellationToken);
            await app.StartAsync(cancellationToken);
            LocalSocket.Restrict(data.FullPath);
            var lifetime = app.Lifetime;
            data.Lost.Register(lifetime.StopApplication);
            return new OwnedStore(data, app);
        }
        catch (IOException busy) when (options.Port is not null && busy.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            if (app is not null) await app.DisposeAsync();
            return Release(data, PortBusy(options.Port.Value));
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            data.Dispose();
            throw;
        }
    }

    /// <summary>Requests in flight are finished, the hub stops at a step's end, and only then is the lock given back.</summary>
    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(CancellationToken.None);
        await App.Services.GetRequiredService<EmbeddedHub>().StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        data.Dispose();
    }

    /// <summary>The hub stands before the sweeper and the addresses, which talk to it; where a past is to be made first, it takes orders only.</summary>
    private static async Task BeginAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var hub = services.GetRequiredService<EmbeddedHub>();
        if (services.GetService<DemoPast>() is not null)
        {
            services.GetRequiredService<WorkGate>().Hold();
            hub.Open();
        }
        else
        {
            await hub.StartAsync(cancellationToken);
        }
    }

    private static bool IsBusy(IPAddress address, int port)
    {
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
            return false;
        }
        catch (SocketException busy) when (busy.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }

    private static Rejection PortBusy(int port) => new("port-busy", "port", port.ToString(CultureInfo.InvariantCulture));

    private static Rejection Release(DataFolder data, Rejection rejection)
    {
        data.Dispose();
        return rejection;
    }
}
