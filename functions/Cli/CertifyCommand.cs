using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Functions.Texts;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Cli;

/// <summary><c>certify</c>: the whole job on a demo store. 0 certified · 1 refused · 2 could not be done now · 64 usage.</summary>
internal static class CertifyCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var address = PublicAddress.Of(arguments, 7071);
        var order = address.IsRejected ? address.Rejection! : ReadOrder(arguments);
        if (order.IsRejected)
        {
            terminal.Say(order.Rejection!);
            return order.Rejection!.Code.StartsWith("usage-", StringComparison.Ordinal) ? CommandLine.Usage : 1;
        }

        var place = Settings.Place();
        if (place.IsRejected)
        {
            terminal.Say(place.Rejection!);
            return 1;
        }

        terminal.SayPlace(arguments, place.Value);
        var certified = await RunWhereverAsync(arguments, place.Value, order.Value, new HostOptions(null, address.Value), terminal, cancellationToken);
        if (certified.IsRejected)
        {
            terminal.Say(certified.Rejection!);
            return certified.Rejection!.Code is "server-unreachable" or "data-folder-unusable" or "store-unavailable" or "stopped-midway" or "store-in-use" or "store-lost" ? 2 : 1;
        }

        return await ShowAsync(arguments, place.Value, certified.Value, terminal, cancellationToken);
    }

    /// <summary>
    /// Here if the folder is free, else through its owner. Owners come and go (each certify is one for a moment), so both are
    /// tried in turn; the order carries its CopyId, so that a second try goes on with the first.
    /// </summary>
    private static async Task<Result<CertifiedCopy>> RunWhereverAsync(
        Arguments arguments, StorePlace place, LocalCertifyOrder order, HostOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        void Show(ProgressLine line) => terminal.Say(line.Code, [.. line.Details.Select(detail => (detail.Key, detail.Value))]);
        var began = TimeProvider.System.GetTimestamp();
        var told = false;
        while (true)
        {
            var started = await OwnedStore.StartAsync(arguments, place, options, StoreKind.Demo, terminal.Say, cancellationToken);
            if (!started.IsRejected)
            {
                await using var owned = started.Value;
                return await RunHereAsync(owned, order, Show, cancellationToken);
            }

            if (started.Rejection!.Code != "data-folder-in-use") return started.Rejection;
            if (!told) terminal.Say("through-server");
            told = true;
            if (await AskOwnerAsync(arguments, order, Show, cancellationToken) is { } answer) return answer;
            if (TimeProvider.System.GetElapsedTime(began) > Patience) return new Rejection("server-unreachable");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    /// <summary>Ctrl-C ends the waiting at once and the program in order.</summary>
    private static async Task<Result<CertifiedCopy>> RunHereAsync(
        OwnedStore owned, LocalCertifyOrder order, Action<ProgressLine> show, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, owned.App.Lifetime.ApplicationStopping);
        try
        {
            return await owned.App.Services.GetRequiredService<CertifyJob>().RunAsync(CertifyEndpoint.OrderOf(order), show, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new Rejection(owned.IsLost ? "store-lost" : "stopped-midway");
        }
    }

    /// <summary>Null when the owner cannot be reached or went away in between.</summary>
    private static async Task<Result<CertifiedCopy>?> AskOwnerAsync(
        Arguments arguments, LocalCertifyOrder order, Action<ProgressLine> show, CancellationToken cancellationToken)
    {
        using var client = LocalSocket.Connect(arguments.DataFolder);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, CertifyEndpoint.Route) { Content = JsonContent.Create(order, options: CertifyEndpoint.Json) };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode) return null;
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await lines.ReadLineAsync(cancellationToken) is { } text)
            {
                var line = JsonSerializer.Deserialize<LocalCertifyLine>(text, CertifyEndpoint.Json)!;
                if (line.Progress is { } progress) show(progress);
                if (line.Rejection is { } rejection) return (Result<CertifiedCopy>)rejection;
                if (line.Copy is { } copy) return (Result<CertifiedCopy>)copy;
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // Tried again by the caller.
        }

        return null;
    }

    private static Result<LocalCertifyOrder> ReadOrder(Arguments arguments)
    {
        int? pages = null;
        if (arguments.Option("pages") is { } typed)
        {
            if (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 10_000) return new Rejection("pages-invalid");
            pages = count;
        }

        var files = new List<byte[]>(arguments.Plain.Count);
        var limits = new UploadLimits();
        var length = 0L;
        foreach (var path in arguments.Plain)
        {
            try
            {
                // Before reading: what is refused for its size need not fit into memory, nor through the socket.
                if (File.Exists(path) && (length += new FileInfo(path).Length) > limits.MostBytes)
                    return new Rejection("file-too-large", "most", (limits.MostBytes / 1_000_000).ToString(CultureInfo.InvariantCulture));
                files.Add(File.ReadAllBytes(path));
            }
            catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
            {
                return new Rejection("file-not-found", "file", path);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                return new Rejection("file-unreadable", "file", path);
            }
        }

        return new LocalCertifyOrder(Guid.CreateVersion7().ToString("N"), arguments.Option("title") ?? "", arguments.Option("requester"), pages, files);
    }

    private static async Task<int> ShowAsync(Arguments arguments, StorePlace place, CertifiedCopy copy, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = place.AddressOf(arguments.DataFolder, copy.Path);
        if (arguments.Option("out") is { } wanted)
        {
            var target = Path.GetFullPath(wanted);
            try
            {
                await WriteAsync(target, place.OpenReadOnly(arguments.DataFolder), copy.Path, cancellationToken);
                path = target;
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or TransientException)
            {
                terminal.Say("out-not-written", ("file", target), ("reason", failed.Message));
                Print(arguments, copy, path, terminal);
                return 2;
            }
        }

        Print(arguments, copy, path, terminal);
        return 0;
    }

    private static async Task WriteAsync(string target, IBlobStore store, string path, CancellationToken cancellationToken)
    {
        await using var stored = await store.OpenReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "is missing");
        await using var file = File.Create(target);
        await stored.CopyToAsync(file, cancellationToken);
    }

    private static void Print(Arguments arguments, CertifiedCopy copy, string path, Terminal terminal)
    {
        if (arguments.Json)
        {
            terminal.AnswerJson(copy with { Path = path });
            return;
        }

        (string Label, string Value)[] rows =
        [
            ("result-code", copy.VerificationCode),
            ("result-number", copy.RegisterNumber.ToString("0000", CultureInfo.InvariantCulture)),
            ("result-book", copy.Book),
            ("result-dossier", copy.DossierCode),
            ("result-sha256", copy.Sha256),
            ("result-path", path),
        ];
        var width = rows.Max(row => Sentences.Of(row.Label, terminal.Culture).Length);
        foreach (var (label, value) in rows) terminal.Answer($"{Sentences.Of(label, terminal.Culture).PadRight(width)}  {value}");
    }
}
