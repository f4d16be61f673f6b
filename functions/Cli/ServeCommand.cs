using System.Globalization;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Cli;

/// <summary><c>serve</c>: 0 stopped in order · 1 could not start, or lost its store to another owner.</summary>
internal static class ServeCommand
{
    /// <summary>A line for so many copies.</summary>
    private const int SaidEvery = 6;

    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var options = ServeOptions.Of(arguments);
        if (options.IsRejected)
        {
            terminal.Say(options.Rejection!);
            return options.Rejection!.Code.StartsWith("usage-", StringComparison.Ordinal) ? CommandLine.Usage : 1;
        }

        var place = Settings.Place();
        if (place.IsRejected)
        {
            terminal.Say(place.Rejection!);
            return 1;
        }

        terminal.SayPlace(arguments, place.Value);
        var started = await OwnedStore.StartAsync(arguments, place.Value, options.Value, null, terminal.Say, cancellationToken);
        if (started.IsRejected)
        {
            terminal.Say(started.Rejection!);
            return 1;
        }

        await using var owned = started.Value;
        if (owned.IsDemo) await SayAccountsAsync(owned, terminal, cancellationToken);
        else if ((await owned.App.Services.GetRequiredService<OfficeDirectory>().AgenciesAsync(cancellationToken)).Count == 0)
        {
            terminal.Say("production-empty");
            return 1;
        }

        var address = owned.App.Urls.First(url => !url.Contains("unix", StringComparison.Ordinal));
        // What others reach has a name; 0.0.0.0 is none that a browser could open.
        var isLocal = options.Value.Door is not { } door || System.Net.IPAddress.IsLoopback(door.Address);
        var reached = isLocal ? address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) : options.Value.PublicUrl.ToString();
        terminal.Say("listening", ("url", reached));
        if (owned.IsDemo) terminal.Say("demo-open", ("url", $"{reached.TrimEnd('/')}/account/sign-in"));
        var progress = SayProgressAsync(owned.App.Services.GetRequiredService<DemoProgress>(), terminal, owned.App.Lifetime.ApplicationStopping);
        await owned.App.WaitForShutdownAsync(cancellationToken);
        await progress;
        if (!owned.IsLost) return 0;
        terminal.Say("store-lost");
        return 1;
    }

    /// <summary>How far the demo data are; nothing where none are made.</summary>
    private static async Task SayProgressAsync(DemoProgress progress, Terminal terminal, CancellationToken stopping)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            await foreach (var count in progress.ReadAllAsync(stopping))
            {
                (string, string) Number(string name, double number) => (name, number.ToString("0", CultureInfo.InvariantCulture));
                if (count.IsComplete) terminal.Say("demo-data-made", Number("total", count.Total), Number("seconds", TimeProvider.System.GetElapsedTime(began).TotalSeconds));
                else if (count.Made % SaidEvery == 0) terminal.Say("demo-data-making", Number("made", count.Made), Number("total", count.Total));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped in the middle: the next start goes on.
        }
    }

    /// <summary>At every start, since the first start's output is long gone when somebody wants to sign in.</summary>
    private static async Task SayAccountsAsync(OwnedStore owned, Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.Say("demo-store");
        foreach (var account in await owned.App.Services.GetRequiredService<DemoAccounts>().EnsureAsync(cancellationToken))
        {
            terminal.Say(
                "demo-account",
                ("agency", account.Agency), ("role", account.Role.ToString().PadRight(12)), ("user", account.UserName.PadRight(12)), ("password", account.Password), ("token", account.Token));
        }
    }
}

/// <summary>What links and QR codes say: <c>--public-url</c>, else this machine.</summary>
internal static class PublicAddress
{
    public static string? Given(Arguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Option("public-url") ?? Environment.GetEnvironmentVariable("PublicUrl");
    }

    public static Result<Uri> Of(Arguments arguments, int port, bool isTls = false)
    {
        var typed = Given(arguments) ?? FormattableString.Invariant($"{(isTls ? "https" : "http")}://localhost:{port}/");
        return Uri.TryCreate(typed.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : new Rejection("usage-invalid-value", "option", "--public-url");
    }
}
