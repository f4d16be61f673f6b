using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>A copy made for these tests.</summary>
/// <param name="Code">4-4-4-5.</param>
public sealed record SiteCopy(string Code, byte[] File)
{
    public string StoredCode => Code.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>The built program with a demo store of its own and a copy for each verdict, and one browser for all tests of pages.</summary>
public sealed partial class PublicSite : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StringBuilder said = new();
    private Process? server;
    private Task? drained;
    private IPlaywright? playwright;

    public Uri Address { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public SiteCopy Good { get; private set; } = null!;

    public SiteCopy Withdrawn { get; private set; } = null!;

    public SiteCopy Replaced { get; private set; } = null!;

    /// <summary>Its file is the first version; a second one exists.</summary>
    public SiteCopy Renewed { get; private set; } = null!;

    /// <summary>Its public record disagrees with the register.</summary>
    public SiteCopy Disputed { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllBytesAsync(folder.Below("scan.jpg"), DrawnScans.Diploma(72));
        await ServeAsync();
        Good = await CertifyAsync("Bằng tốt nghiệp trung học phổ thông");
        Withdrawn = await CertifyAsync("Giấy chứng nhận đăng ký doanh nghiệp");
        Replaced = await CertifyAsync("Chứng chỉ ngoại ngữ B1");
        Renewed = await CertifyAsync("Giấy khai sinh");
        Disputed = await CertifyAsync("Quyết định tuyển dụng");
        Rewrite(Withdrawn, record =>
        {
            record["status"] = "withdrawn";
            record["endedOn"] = "2026-03-05";
            record["endReason"] = "bản chính ghi sai mã số doanh nghiệp";
        });
        Rewrite(Replaced, record =>
        {
            record["status"] = "replaced";
            record["endedOn"] = "2026-03-05";
            record["replacedBy"] = Good.StoredCode;
        });
        Rewrite(Renewed, record => record["versions"]!.AsArray().Add(new JsonObject
        {
            ["version"] = 2, ["sha256"] = new string('a', 64), ["length"] = 1_000_000, ["pages"] = 2,
        }));
        Rewrite(Disputed, record => record["registerNumber"] = 9_999);

        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>A browser window that has never been here.</summary>
    public async Task<Visit> VisitAsync(string language = "vi-VN", int width = 1366, int height = 768, bool scripts = true, bool calm = true)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            Locale = language,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            JavaScriptEnabled = scripts,
            ReducedMotion = calm ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
        });
        context.SetDefaultTimeout(60_000);
        return await Visit.OpenAsync(context, Address);
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        if (server is null) return;
        if (!server.HasExited) server.Kill();
        await server.WaitForExitAsync();
        if (drained is not null) await drained;
    }

    public void Dispose()
    {
        playwright?.Dispose();
        server?.Dispose();
        folder.Dispose();
    }

    private async Task ServeAsync()
    {
        server = Start("serve", "--port", "0", "--lang", "en");
        while (await server.StandardError.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            if (Listening().Match(line) is not { Success: true } match) continue;
            Address = new Uri($"http://127.0.0.1:{match.Groups[1].Value}/");
            // Read on, or the program would stand still at a full pipe.
            drained = Task.WhenAll(server.StandardError.ReadToEndAsync(), server.StandardOutput.ReadToEndAsync());
            return;
        }

        throw new InvalidOperationException($"the program did not come up:\n{said}");
    }

    private async Task<SiteCopy> CertifyAsync(string title)
    {
        using var running = Start("certify", "scan.jpg", "--title", title, "--json");
        var error = running.StandardError.ReadToEndAsync();
        var answer = await running.StandardOutput.ReadToEndAsync();
        await running.WaitForExitAsync();
        Assert.True(running.ExitCode == 0, $"{answer}\n{await error}");
        var copy = JsonNode.Parse(answer)!;
        return new SiteCopy((string)copy["verificationCode"]!, await File.ReadAllBytesAsync((string)copy["path"]!));
    }

    private void Rewrite(SiteCopy copy, Action<JsonObject> change)
    {
        var path = folder.Below(".data", "public", copy.StoredCode + ".json");
        var record = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(record);
        File.WriteAllText(path, record.ToJsonString());
    }

    /// <summary>From another folder than its own: pages and assets must be found all the same.</summary>
    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ECopy"), arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var inherited in (string[])["Register__Witness", "PublicUrl", "Storage__ConnectionString", "FUNCTIONS_CUSTOMHANDLER_PORT"]) start.Environment.Remove(inherited);
        start.Environment["XDG_STATE_HOME"] = folder.Below("state");
        start.Environment["Limits__Off"] = "true";
        return Process.Start(start)!;
    }

    [GeneratedRegex("http://localhost:([0-9]+)")]
    private static partial Regex Listening();
}

[CollectionDefinition(Name)]
public sealed class ThePublicSite : ICollectionFixture<PublicSite>
{
    public const string Name = "the public site";
}
