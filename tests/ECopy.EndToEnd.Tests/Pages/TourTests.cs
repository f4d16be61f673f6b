using System.Text.Json.Nodes;
using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>The program as a first visitor finds it: with the demo data, made to the end.</summary>
public sealed class FirstRun : BrowserSite
{
    protected override bool WithDemoData => true;

    /// <summary>The scan of one of the demo's papers.</summary>
    public byte[] ScanOf(string title)
    {
        var request = Directory.GetFiles(Program.PathOf("requests/H99.9.1"), "*.json")
            .Select(path => JsonNode.Parse(File.ReadAllText(path))!)
            .First(request => request["title"]!.GetValue<string>().StartsWith(title, StringComparison.Ordinal));
        return File.ReadAllBytes(Program.PathOf(request["files"]![0]!["path"]!.GetValue<string>()));
    }

    protected override Task PrepareAsync() =>
        Until.TrueAsync(() => File.Exists(Program.PathOf("demo/past.json")) && JsonNode.Parse(File.ReadAllText(Program.PathOf("demo/past.json")))?["completedAt"] is not null, () => "the demo data were not made");
}

/// <summary>
/// One paper on its whole way through the pages, from the counter to a stranger, with the keyboard alone; and the pictures of the
/// README, which are taken here (ECOPY_RENEW=1 writes them anew).
/// </summary>
public sealed class TourTests(FirstRun site) : IClassFixture<FirstRun>
{
    private const string Title = "Bằng tốt nghiệp THPT";

    [Fact]
    public async Task A_paper_goes_from_the_counter_through_review_and_seal_to_the_citizen_and_a_stranger()
    {
        // The neighbouring ward seals by hand, so that every desk has its part.
        var address = await ReceiveAsync();
        await DecideAsync("chutich.phuc", "review", official =>
        {
            Assert.False(official.Page.Locator("#compared").IsCheckedAsync().GetAwaiter().GetResult());
            return official.Page.Keyboard.PressAsync("Space");
        });
        await DecideAsync("vanthu.lan", "seal", _ => Task.CompletedTask);
        var file = await CollectAsync(address);
        await CheckAsync(file);
    }

    [Fact]
    public async Task The_front_page_has_the_cursor_in_the_code_and_three_codes_that_work()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        Assert.Equal("code", await visit.Page.EvaluateAsync<string>("document.activeElement.id"));
        await RequirePictureAsync(visit, "home");
        var codes = await visit.Page.Locator(".samples a").AllInnerTextsAsync();
        Assert.Equal(3, codes.Count);
        foreach (var code in codes)
        {
            await visit.GoAsync("/");
            await visit.Page.Keyboard.TypeAsync(code.ToLowerInvariant());
            await visit.Page.Keyboard.PressAsync("Enter");
            await visit.Page.Locator("#verdict").WaitForAsync();
            Assert.Equal("codeOnly", (await visit.VerdictAsync()).Kind);
        }
    }

    private async Task<string> ReceiveAsync()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        page.FileChooser += (_, _) => { };
        await visit.SignInAsync("motcua.mai");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#requester").WaitForAsync();
        await page.Keyboard.TypeAsync("Nguyễn Thị Ví Dụ");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("096200000001");
        await page.Locator("#title").FocusAsync();
        await page.Keyboard.TypeAsync(Title);
        await visit.ChooseScansAsync(new FilePayload { Name = "bang-tot-nghiep.jpg", MimeType = "image/jpeg", Buffer = site.ScanOf(Title) });
        await page.Locator("#thumbs li:not(.busy)").WaitForAsync();
        await Assertions.Expect(page.Locator("#saved")).ToContainTextAsync("Đã lưu");
        await RequirePictureAsync(visit, "counter");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForURLAsync("**/office/dossiers/**");
        var address = new Uri(await page.Locator("#access-address").InnerTextAsync()).AbsolutePath;
        Assert.Empty(visit.Faults);
        await visit.SignOutAsync();
        return address;
    }

    private async Task DecideAsync(string user, string desk, Func<Visit, Task> before)
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.SignInAsync(user);
        // It came last; the oldest stands on top. What was pressed a moment ago may still be on its way here.
        await Until.TrueAsync(async () =>
        {
            await visit.GoAsync($"/office/{desk}");
            return await page.Locator("[data-queue] tbody .paper a").Filter(new LocatorFilterOptions { HasText = Title }).CountAsync() > 0;
        });
        await page.Locator("[data-queue] tbody .paper a").Filter(new LocatorFilterOptions { HasText = Title }).Last.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/office/{desk}/*");
        await page.WaitForFunctionAsync("[...document.querySelectorAll('#scan-pages img')].every(one => one.complete && one.naturalWidth > 0)");
        if (desk == "review")
        {
            await RequirePictureAsync(visit, "review");
            await page.Locator("#compared").FocusAsync();
        }

        await before(visit);
        await page.Keyboard.PressAsync("F2");
        // The next dossier, or the list: this one is out of the way at once.
        await page.WaitForURLAsync("**after=*");
        Assert.Empty(visit.Faults);
    }

    private async Task<byte[]> CollectAsync(string address)
    {
        await using var visit = await site.VisitAsync(width: 360, height: 740);
        await visit.GoAsync(address);
        var link = visit.Page.Locator("a[href$='.pdf']").First;
        await link.WaitForAsync(new LocatorWaitForOptions { Timeout = 120_000 });
        await RequirePictureAsync(visit, "citizen");
        await link.FocusAsync();
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Keyboard.PressAsync("Enter"));
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    private async Task CheckAsync(byte[] file)
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/v/");
        await visit.CompareAsync(file);
        await visit.RequireVerdictAsync("unchanged", "Đúng là bản sao đã chứng thực, chưa bị sửa đổi.");
        await RequirePictureAsync(visit, "verdict");
        var changed = file.ToArray();
        changed[changed.Length / 2] ^= 1;
        await visit.CompareAsync(changed, "bi-sua.pdf");
        Assert.Equal("changed", (await visit.VerdictAsync()).Kind);
    }

    /// <summary>What the README shows is this page, in this size.</summary>
    private static async Task RequirePictureAsync(Visit visit, string name)
    {
        await visit.Page.EvaluateAsync("document.fonts.ready.then(() => undefined)");
        var taken = await visit.Page.ScreenshotAsync();
        var shown = $"tests/pictures/{name}.png";
        var path = Path.Combine(SourceFolder.Root, shown);
        if (Environment.GetEnvironmentVariable("ECOPY_RENEW") == "1") await File.WriteAllBytesAsync(path, taken);
        Assert.Contains(shown, await File.ReadAllTextAsync(Path.Combine(SourceFolder.Root, "README.md")), StringComparison.Ordinal);
        Assert.Equal(SizeOf(taken), SizeOf(await File.ReadAllBytesAsync(path)));
    }

    /// <summary>Width and height as the PNG says (ISO/IEC 15948, 11.2.2).</summary>
    private static string SizeOf(byte[] png) => Convert.ToHexString(png.AsSpan(16, 8));
}
