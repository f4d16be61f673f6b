using System.Globalization;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>One window, and what went wrong in it: requests to other hosts, errors of scripts, whatever the policy stopped.</summary>
public sealed class Visit : IAsyncDisposable
{
    /// <summary>A folder for pictures of every page, for whoever wants to look at them.</summary>
    internal static readonly string? Pictures = Environment.GetEnvironmentVariable("ECOPY_PICTURES");
    private readonly IBrowserContext context;

    private Visit(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>What was sent with POST, in order.</summary>
    public List<(string Url, byte[] Body)> Sent { get; } = [];

    /// <summary>What went wrong so far; a blocked script or style, and a failed request, are errors of the console too.</summary>
    public List<string> Faults { get; } = [];

    public static async Task<Visit> OpenAsync(IBrowserContext context, Uri site)
    {
        ArgumentNullException.ThrowIfNull(context);
        var page = await context.NewPageAsync();
        var visit = new Visit(context, page);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Authority != site.Authority) visit.Faults.Add($"asked another host: {request.Url}");
            if (request.Method == "POST") visit.Sent.Add((request.Url, request.PostDataBuffer ?? []));
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") visit.Faults.Add($"console: {message.Text}");
        };
        page.PageError += (_, error) => visit.Faults.Add($"script: {error}");
        return visit;
    }

    /// <summary>Signs in with a demo person's button and waits for the office.</summary>
    public async Task SignInAsync(string userName)
    {
        await GoAsync("/account/sign-in");
        await Page.Locator($"form:has(input[name=user][value='{userName}']) button").ClickAsync();
        await Page.WaitForURLAsync("**/office/**");
    }

    public Task GoAsync(string path) => Page.GotoAsync(path);

    /// <summary>Signs out with the button in the head.</summary>
    public async Task SignOutAsync()
    {
        await Page.Locator("form[action='/account/sign-out'] button").FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Page.WaitForURLAsync("**/account/sign-in");
    }

    /// <summary>Chooses scans at the counter with the keyboard.</summary>
    public async Task ChooseScansAsync(params FilePayload[] files)
    {
        await Page.Locator("#choose").FocusAsync();
        var chooser = await Page.RunAndWaitForFileChooserAsync(() => Page.Keyboard.PressAsync("Enter"));
        await chooser.SetFilesAsync(files);
    }

    /// <summary>
    /// What every page holds: it fits its screen (the clerk's without any scrolling of the page), is accessible, and broke no rule
    /// of the browser.
    /// </summary>
    public async Task LookAsync(string name, bool faults = true)
    {
        await Page.EvaluateAsync("document.fonts.ready.then(() => undefined)");
        await PictureAsync(name);
        var size = Page.ViewportSize!;
        var needed = await Page.EvaluateAsync<int[]>(
            "(main => [document.documentElement.scrollWidth, document.documentElement.scrollHeight, main.scrollHeight - main.clientHeight])(document.getElementById('main'))");
        var fits = needed[0] <= size.Width && (size.Width < 1366 || (needed[1] <= size.Height && needed[2] <= 0));
        Assert.True(fits, string.Create(CultureInfo.InvariantCulture, $"{name}: {needed[0]} × {needed[1]} px, main {needed[2]} over"));
        var axe = await Page.RunAxe();
        Assert.Empty(axe.Violations.Where(violation => violation.Impact is "serious" or "critical").SelectMany(violation => violation.Nodes.Select(node => $"{name}: {violation.Id} at {node.Html}")));
        if (faults) Assert.Empty(Faults);
    }

    public async Task PictureAsync(string name)
    {
        if (Pictures is not null) await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true });
    }

    /// <summary>Chooses a file as a person does, and waits for the verdict.</summary>
    public async Task CompareAsync(byte[] file, string name = "ban-sao.pdf")
    {
        await Page.SetInputFilesAsync("#file", new FilePayload { Name = name, MimeType = "application/pdf", Buffer = file });
        await Page.Locator("#file-status").Filter(new LocatorFilterOptions { HasText = name }).WaitForAsync();
        await Page.Locator(".drop:not(.working)").WaitForAsync();
    }

    /// <summary>The kind of the verdict shown and its sentence.</summary>
    public async Task<(string? Kind, string Sentence)> VerdictAsync() =>
        (await Page.Locator("#verdict").GetAttributeAsync("data-kind"), (await Page.Locator("#verdict-sentence").InnerTextAsync()).Trim());

    public async Task RequireVerdictAsync(string kind, string sentence)
    {
        Assert.Equal((kind, sentence), await VerdictAsync());
        Assert.Empty(Faults);
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
