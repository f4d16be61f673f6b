using System.Text.Json.Nodes;
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
public sealed class PublicSite : IAsyncLifetime, IDisposable
{
    private readonly ProgramUnderTest program = new();
    private RunningServer? server;
    private IPlaywright? playwright;

    public Uri Address => server!.Address;

    public IBrowser Browser { get; private set; } = null!;

    public SiteCopy Good { get; private set; } = null!;

    public SiteCopy Withdrawn { get; private set; } = null!;

    public SiteCopy Replaced { get; private set; } = null!;

    /// <summary>Its file is the first version; a second one exists.</summary>
    public SiteCopy Other { get; private set; } = null!;

    /// <summary>Its public record disagrees with the register.</summary>
    public SiteCopy Disputed { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        program.Put("scan.jpg", DrawnScans.Diploma(72));
        // Started in another folder than its own: pages and assets must be found all the same.
        server = await program.ServeAsync();
        Good = Certify("Bằng tốt nghiệp trung học phổ thông");
        Withdrawn = Certify("Giấy chứng nhận đăng ký doanh nghiệp");
        Replaced = Certify("Chứng chỉ ngoại ngữ B1");
        Other = Certify("Giấy khai sinh");
        Disputed = Certify("Quyết định tuyển dụng");
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
    }

    public void Dispose()
    {
        playwright?.Dispose();
        server?.Dispose();
        program.Dispose();
    }

    private SiteCopy Certify(string title)
    {
        var copy = Certified.Of(program.Run("certify", "scan.jpg", "--title", title, "--json"));
        return new SiteCopy(copy.VerificationCode, File.ReadAllBytes(copy.Path));
    }

    private void Rewrite(SiteCopy copy, Action<JsonObject> change)
    {
        var path = program.PathOf($"public/{copy.StoredCode}.json");
        var record = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(record);
        File.WriteAllText(path, record.ToJsonString());
    }
}

[CollectionDefinition(Name)]
public sealed class ThePublicSite : ICollectionFixture<PublicSite>
{
    public const string Name = "the public site";
}
