using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ECopy.TestKit;

/// <summary>A real Azurite on free ports of 127.0.0.1, with nothing on disk that outlives it.</summary>
public sealed partial class Azurite : IDisposable
{
    /// <summary>Azurite's published account; it opens nothing but an emulator.</summary>
    private const string Account = "devstoreaccount1";
    private const string SecondAccount = "secondaccount";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process process;

    private Azurite(Process process, int blobPort, int queuePort)
    {
        this.process = process;
        string Connect(string account) => string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{blobPort}/{account};QueueEndpoint=http://127.0.0.1:{queuePort}/{account};");
        ConnectionString = Connect(Account);
        SecondConnectionString = Connect(SecondAccount);
    }

    public string ConnectionString { get; }

    /// <summary>Another account of the same emulator: where a witness is kept.</summary>
    public string SecondConnectionString { get; }

    public static async Task<Azurite> StartAsync()
    {
        var script = Path.Combine(SourceFolder.Root, "tests", "node_modules", "azurite", "dist", "src", "azurite.js");
        if (!File.Exists(script)) throw new FileNotFoundException("azurite is missing: build the tests, or run npm ci in tests/", script);
        var start = new ProcessStartInfo("node", [script, "--blobPort", "0", "--queuePort", "0", "--tablePort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{Key};{SecondAccount}:{Key}" },
        };
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        int? blob = null, queue = null;
        using var patience = new CancellationTokenSource(Patience);
        while (blob is null || queue is null)
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"azurite ended: {await errors}");
            if (Listening().Match(line) is not { Success: true } match) continue;
            var port = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            if (match.Groups[1].Value == "Blob") blob = port;
            else queue = port;
        }

        // Its access log would fill the pipe.
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return new Azurite(process, blob.Value, queue.Value);
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    [GeneratedRegex(@"Azurite (Blob|Queue) service is successfully listening at http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
