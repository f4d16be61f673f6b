using System.Diagnostics;
using Azure.Storage.Blobs;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using ECopy.TestKit.FunctionsHost;
using Xunit.Abstractions;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>The published folder under the played Functions host, over a real Azurite; the witness in a second one's place, a folder.</summary>
public class HostedOffice : RunningOffice
{
    public const string Timer = "SweepRequests";
    private Azurite azurite = null!;

    internal PlayedHost Host { get; private set; } = null!;

    /// <summary>Keys, witness and what the command line would keep.</summary>
    internal TestFolder Folder { get; } = new();

    internal string Published { get; private set; } = "";

    public override Uri Address => Host.Address;

    public override string Log => Host.Handler.Log;

    internal override IBlobStore Store => new AzureBlobStore(new BlobServiceClient(azurite.ConnectionString));

    internal virtual int Seed => KillAtEachStepTests.Count("ECOPY_SEED", 20261122);

    protected override string AccountsFile => Path.Combine(Folder["keys"], "demo-accounts.json");

    public override ProgramAnswer Ask(params string[] arguments)
    {
        var start = new ProcessStartInfo(Host.App.Host.Executable, [.. arguments, "--data", Folder["data"]])
        {
            WorkingDirectory = Folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Settings()) start.Environment[name] = value;
        using var running = new RunningProgram(start);
        return running.Wait();
    }

    public override async Task DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
            // Whatever was sent to it, no handler fell over, and none answered what fails an instance.
            Assert.Empty(Host.Handler.Deaths);
            Assert.Empty(Host.Engine.Breaches);
        }

        azurite?.Dispose();
        Folder.Dispose();
    }

    protected override async Task StartAsync()
    {
        Published = await PublishedFolder.PathAsync();
        azurite = await Azurite.StartAsync();
        Host = await PlayedHost.StartAsync(new PlayedHostOptions(Published, Settings(), Seed, Disorder.Some));
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["FUNCTIONS_WORKER_RUNTIME"] = "custom",
        ["AzureWebJobsStorage"] = azurite.ConnectionString,
        ["AzureWebJobsDisableHomepage"] = "true",
        ["Storage__ConnectionString"] = azurite.ConnectionString,
        ["Store__Kind"] = "demo",
        ["PublicUrl"] = "https://saoy.mauan.example/",
        ["Register__Witness"] = Folder["witness"],
        ["Data__Folder"] = Folder["data"],
        ["Keys__Folder"] = Folder["keys"],
        ["XDG_STATE_HOME"] = Folder["state"],
        ["HOME"] = Folder["home"],
        // What a kill has failed for the second time would wait for a minute.
        ["Sweeper__Pause"] = "00:00:01",
        // Everything here comes from one address, and much faster than people.
        ["Limits__Off"] = "true",
    };
}
