using System.Net.Http.Headers;
using System.Text.Json;
using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>The built program with a demo store of its own, and one browser for the tests of a collection.</summary>
public abstract class BrowserSite : IAsyncLifetime, IDisposable
{
    private ProgramUnderTest? program;
    private RunningServer? server;
    private IPlaywright? playwright;

    public Uri Address => server!.Address;

    public IBrowser Browser { get; private set; } = null!;

    private protected ProgramUnderTest Program => program!;

    public async Task InitializeAsync()
    {
        program = WithDemoData ? new ProgramUnderTest() : ProgramUnderTest.OverDemoStore();
        program.Put("scan.jpg", DrawnScans.Diploma(72));
        // Started in another folder than its own: pages and assets must be found all the same.
        server = await program.ServeAsync(WithDemoData);
        await PrepareAsync();
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
                // A camera that shows a test picture, and nobody to ask.
                "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
            ],
        });
    }

    /// <summary>Whether it begins like a first run, with the demo data.</summary>
    protected virtual bool WithDemoData => false;

    /// <summary>What the store holds before the first visit.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

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

    /// <summary>The API in the name of one of the demo's people.</summary>
    public HttpClient ApiAs(string userName)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Program.PathOf("keys/demo-accounts.json")));
        var account = file.RootElement.GetProperty("accounts").EnumerateArray().Single(one => one.GetProperty("userName").GetString() == userName);
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", account.GetProperty("token").GetString());
        return client;
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        playwright?.Dispose();
        server?.Dispose();
        program?.Dispose();
    }
}
