using System.Globalization;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Triggers;
using ECopy.Functions.Web;

namespace ECopy.Functions.Cli;

/// <summary>
/// The program as the custom handler of an Azure Functions app: what <c>serve</c> means where the Functions host has started it.
/// 0 stopped in order · 1 could not start.
/// </summary>
internal static class HandlerCommand
{
    public const string Port = "FUNCTIONS_CUSTOMHANDLER_PORT";
    public const string Kind = "Store:Kind";
    public const string Folder = "Data:Folder";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Where the Functions host has said on which port it will call; null: nobody has.</summary>
    public static string? GivenPort => Environment.GetEnvironmentVariable(Port) is { Length: > 0 } given ? given : null;

    public static async Task<int> RunAsync(Arguments arguments, string givenPort, Terminal terminal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(terminal);
        if (!int.TryParse(givenPort, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
            return Refused(terminal, new Rejection("usage-invalid-value", "option", Port));
        // Before anything that takes time: the host is already looking for it.
        using var server = await EarlyServer.OpenAsync(port, ECopyHost.SetLimits, EarlyServer.UsualPatience, TimeProvider.System, cancellationToken);
        var opened = await PatientlyAsync(() => OpenAsync(arguments, terminal, cancellationToken), terminal, cancellationToken);
        if (opened.IsRejected) return Refused(terminal, opened.Rejection!);
        using var data = opened.Value.Data;
        using var witness = opened.Value.Witness;
        await using var app = ECopyHost.BuildHandler(data, witness, opened.Value.Options, server);
        await PatientlyAsync(() => PrepareAsync(app.Services, data, terminal, cancellationToken), terminal, cancellationToken);
        await app.StartAsync(cancellationToken);
        terminal.Say("handler-ready", ("port", givenPort), ("url", opened.Value.Options.PublicUrl.ToString()));
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>
    /// A store that does not answer yet (a role that has not arrived, a moment's outage) is waited for: the host gives a handler up
    /// that ends three times.
    /// </summary>
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> run, Terminal terminal, CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await run();
            }
            catch (TransientException fault)
            {
                terminal.Say("store-unavailable", ("reason", fault.Message));
            }

            await Task.Delay(pause, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<Result<Opened>> OpenAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var settings = Settings.Read();
        var publicUrl = PublicUrlIn(settings);
        if (publicUrl.IsRejected) return publicUrl.Rejection!;
        var place = StorePlace.From(settings);
        if (place.IsRejected) return place.Rejection!;
        var queues = CommandQueue.ServiceOf(settings);
        if (queues.IsRejected) return queues.Rejection!;
        var kind = KindIn(settings);
        if (kind.IsRejected) return kind.Rejection!;

        var folder = FolderIn(arguments, settings);
        var data = await DataFolder.OpenSharedAsync(place.Value, folder, kind.Value.Value, TimeProvider.System, cancellationToken);
        if (data.IsRejected) return data.Rejection!;
        terminal.Say("data-folder", ("folder", folder));
        terminal.Say("store-place", ("place", place.Value.NameFor(folder)));
        var witness = await OpenWitnessAsync(arguments, settings, data.Value, cancellationToken);
        if (!witness.IsRejected) return new Opened(data.Value, witness.Value, new HandlerOptions(publicUrl.Value, queues.Value, KeysFolder.From(settings, data.Value)));
        data.Value.Dispose();
        // The second account's outage is one like the store's own.
        if (witness.Rejection!.Code == "witness-unusable") throw new TransientException($"{witness.Rejection.Details!["folder"]}: {witness.Rejection.Details["cause"]}");
        return witness.Rejection;
    }

    private static async Task<Result<Witness>> OpenWitnessAsync(Arguments arguments, IConfiguration settings, DataFolder data, CancellationToken cancellationToken)
    {
        var where = WitnessPlace.From(settings, arguments.Option("witness"));
        if (where.IsRejected) return where.Rejection!;
        try
        {
            return await Witness.OpenAsync(data, where.Value, adoptUnknownBooks: false, TimeProvider.System, cancellationToken);
        }
        catch
        {
            // The next try takes the folder anew.
            data.Dispose();
            throw;
        }
    }

    /// <summary>Before the first call is answered; may be repeated. A production store may be empty still: it is set up from the command line meanwhile.</summary>
    private static async Task<bool> PrepareAsync(IServiceProvider services, DataFolder data, Terminal terminal, CancellationToken cancellationToken)
    {
        if (data.Identity.Kind is StoreKind.Demo)
        {
            await services.GetRequiredService<DemoOffice>().EnsureAsync(cancellationToken);
            await services.GetRequiredService<DemoAccounts>().EnsureAsync(cancellationToken);
            terminal.Say("demo-store");
            terminal.Say("handler-no-demo-data");
        }
        else if ((await services.GetRequiredService<OfficeDirectory>().AgenciesAsync(cancellationToken)).Count == 0)
        {
            terminal.Say("production-empty");
        }

        return true;
    }

    /// <summary>No guess: what stands in a copy's QR code stands there for good, and the host hides what was asked for.</summary>
    private static Result<Uri> PublicUrlIn(IConfiguration settings) =>
        settings["PublicUrl"] is not { Length: > 0 } typed ? new Rejection("public-url-missing")
        : Uri.TryCreate(typed.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : new Rejection("usage-invalid-value", "option", "PublicUrl");

    private static Result<Wanted> KindIn(IConfiguration settings) => settings[Kind] switch
    {
        null or "" => new Wanted(null),
        "demo" => new Wanted(StoreKind.Demo),
        "production" => new Wanted(StoreKind.Production),
        _ => new Rejection("usage-invalid-value", "option", Kind),
    };

    /// <summary>On Azure the program's own folder cannot be written to; <c>HOME</c> can, and all machines of an app share it.</summary>
    private static string FolderIn(Arguments arguments, IConfiguration settings) =>
        arguments.Option("data") is not null ? arguments.DataFolder
        : settings[Folder] is { Length: > 0 } folder ? Path.GetFullPath(folder)
        : settings["WEBSITE_INSTANCE_ID"] is { Length: > 0 } && settings["HOME"] is { Length: > 0 } home ? Path.Combine(home, "data", "ecopy")
        : arguments.DataFolder;

    private static int Refused(Terminal terminal, Rejection rejection)
    {
        terminal.Say(rejection);
        return 1;
    }

    private sealed record Opened(DataFolder Data, Witness Witness, HandlerOptions Options);

    /// <param name="Value">Null: whichever there is.</param>
    private sealed record Wanted(StoreKind? Value);
}
