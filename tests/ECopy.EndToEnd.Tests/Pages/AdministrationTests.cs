using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Deque.AxeCore.Playwright;
using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>An office of its own for the administrator: what is changed here, others must not meet.</summary>
public sealed class AdministeredSite : BrowserSite;

/// <summary>The administrator's pages, as the administrator uses them, and as everybody else does not.</summary>
public sealed class AdministrationTests(AdministeredSite site) : IClassFixture<AdministeredSite>
{
    private const string Admin = "quantri.mau";
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("ECOPY_PICTURES");

    private static byte[] Seal => DrawnScans.Make("png", "-size", "500x500", "xc:none", "-stroke", "#D01818", "-strokewidth", "18", "-fill", "none", "-draw", "circle 250,250 250,20");

    private static byte[] Hand => DrawnScans.Make("png", "-size", "700x300", "xc:none", "-stroke", "#1030D0", "-strokewidth", "14", "-fill", "none", "-draw", "bezier 20,260 200,-120 420,460 680,40");

    [Fact]
    public async Task The_agency_is_changed_by_keyboard_and_nobody_overwrites_anybody()
    {
        await using var visit = await site.VisitAsync();
        await visit.SignInAsync(Admin);
        var page = visit.Page;
        await page.WaitForURLAsync("**/office/agency");
        await RequireQualityAsync(visit, "agency");

        await using var other = await site.VisitAsync();
        await other.SignInAsync(Admin);
        await page.FocusAsync("#hotline");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("1900 1111");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".notice.ok").WaitForAsync();
        Assert.Equal("1900 1111", await page.InputValueAsync("#hotline"));

        // The other window still shows what was there before.
        await other.Page.FillAsync("#hotline", "1900 2222");
        await other.Page.Keyboard.PressAsync("Enter");
        await other.Page.Locator(".notice.bad").WaitForAsync();
        Assert.Equal("1900 1111", await other.Page.InputValueAsync("#hotline"));

        // A slip stays as typed, with its reason.
        await page.FillAsync("#hotline", "gọi văn thư");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".notice.bad").Filter(new LocatorFilterOptions { HasText = "Đường dây nóng" }).WaitForAsync();
        Assert.Equal("gọi văn thư", await page.InputValueAsync("#hotline"));
        visit.Faults.RemoveAll(fault => fault.Contains("422", StringComparison.Ordinal));

        await UploadAsync(page, DrawnScans.Make("jpg", "-size", "300x300", "xc:white"), "dau.jpg");
        await page.Locator(".notice.bad").Filter(new LocatorFilterOptions { HasText = "trong suốt" }).WaitForAsync();
        visit.Faults.RemoveAll(fault => fault.Contains("422", StringComparison.Ordinal));
        await UploadAsync(page, Seal, "dau.png");
        await page.Locator(".notice.ok").WaitForAsync();
        await page.WaitForFunctionAsync("[...document.querySelectorAll('.shown img')].some(one => one.complete && one.naturalWidth === 500)");
        await RequireQualityAsync(visit, "agency-seal");
    }

    [Fact]
    public async Task A_clerk_is_added_gets_an_account_and_a_token_and_leaves()
    {
        await using var visit = await site.VisitAsync();
        await visit.SignInAsync(Admin);
        var page = visit.Page;
        await visit.GoAsync("/office/people");
        await RequireQualityAsync(visit, "people", tall: true);
        await page.ClickAsync("a[href='/office/people/new']");
        await RequireQualityAsync(visit, "person-new");
        await page.FillAsync("#id", "motcua.moi");
        await page.FillAsync("#name", "Lý Thị Mới Mẫu");
        await page.CheckAsync("input[value=OneStopClerk]");
        await page.PressAsync("#name", "Enter");
        await page.WaitForURLAsync("**/office/people/motcua.moi?saved=1");

        await page.FillAsync("#password", "mật khẩu một cửa");
        await page.PressAsync("#password", "Enter");
        await page.Locator(".side .chip.ok").First.WaitForAsync();
        await page.SetInputFilesAsync("#image", new FilePayload { Name = "ky.png", MimeType = "image/png", Buffer = Hand });
        await page.ClickAsync("form[action$='handler=signature'] button");
        await page.Locator(".shown img").WaitForAsync();
        await RequireQualityAsync(visit, "person");

        // A token works at once, is shown once, and ends at once.
        await visit.GoAsync("/office/tokens");
        await page.SelectOptionAsync("#user", "motcua.moi");
        await page.FillAsync("#name", "Máy quét");
        await page.PressAsync("#name", "Enter");
        var token = await page.InputValueAsync("#made");
        await RequireQualityAsync(visit, "tokens", tall: true);
        using var api = new HttpClient { BaseAddress = site.Address };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        async Task<HttpStatusCode> AskAsync() => (await api.GetAsync(new Uri("api/copies", UriKind.Relative))).StatusCode;
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        await visit.GoAsync("/office/tokens");
        Assert.DoesNotContain(token, await page.ContentAsync(), StringComparison.Ordinal);

        // Who leaves cannot do anything any more, and is still in the list.
        await visit.GoAsync("/office/people/motcua.moi");
        await page.CheckAsync("input[name=left]");
        await page.PressAsync("#name", "Enter");
        await page.Locator(".notice.ok").WaitForAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync());
        await visit.GoAsync("/office/people");
        await page.Locator("tr.left").Filter(new LocatorFilterOptions { HasText = "Lý Thị Mới Mẫu" }).WaitForAsync();

        // The last administrator stays, whatever is tried.
        await visit.GoAsync($"/office/people/{Admin}");
        Assert.Equal(0, await page.Locator("input[name=left]").CountAsync());
        await page.UncheckAsync("input[value=AgencyAdmin]");
        await page.CheckAsync("input[value=Inspector]");
        await page.PressAsync("#name", "Enter");
        await page.Locator(".notice.bad").Filter(new LocatorFilterOptions { HasText = "quản trị cuối cùng" }).WaitForAsync();
        visit.Faults.RemoveAll(fault => fault.Contains("409", StringComparison.Ordinal));
        await visit.GoAsync("/office/people/nobody.here");
        await page.Locator("text=Đơn vị không có người này").WaitForAsync();
    }

    [Fact]
    public async Task Certificates_say_how_long_they_last_and_a_wrong_key_file_is_refused()
    {
        await using var visit = await site.VisitAsync("en");
        await visit.SignInAsync(Admin);
        var page = visit.Page;
        await visit.GoAsync("/office/certificates");
        Assert.True(await page.Locator(".rows tbody .chip").CountAsync() >= 3);
        await page.Locator(".chip", new PageLocatorOptions { HasText = "days left" }).First.WaitForAsync();
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "khoa.p12", MimeType = "application/x-pkcs12", Buffer = TestPki.Instance.Person(TestKey.P256).Pkcs12() });
        await page.FillAsync("#password", "not the password");
        await page.PressAsync("#password", "Enter");
        await page.Locator(".notice.bad", new PageLocatorOptions { HasText = "does not open the key file" }).WaitForAsync();
        Assert.Equal("", await page.InputValueAsync("#password"));
        Assert.DoesNotContain("not the password", await page.ContentAsync(), StringComparison.Ordinal);
        visit.Faults.RemoveAll(fault => fault.Contains("409", StringComparison.Ordinal));
        await RequireQualityAsync(visit, "certificates", tall: true);
    }

    [Theory]
    [InlineData("motcua.linh")]
    [InlineData("lanhdao.binh")]
    [InlineData("vanthu.ha")]
    public async Task Nobody_else_comes_in(string user)
    {
        await using var visit = await site.VisitAsync();
        await visit.SignInAsync(user);
        foreach (var address in (string[])["/office/agency", "/office/people", $"/office/people/{Admin}", "/office/certificates", "/office/tokens"])
            Assert.Equal(403, (await visit.Page.GotoAsync(address))!.Status);
        Assert.Equal(0, await visit.Page.Locator("a[href='/office/agency']").CountAsync());
    }

    private static async Task UploadAsync(IPage page, byte[] file, string name)
    {
        await page.SetInputFilesAsync("#image", new FilePayload { Name = name, MimeType = "image/png", Buffer = file });
        await page.FocusAsync("form[action$='handler=seal'] button");
        await page.Keyboard.PressAsync("Enter");
    }

    /// <param name="tall">A list may be as long as the agency is large.</param>
    private static async Task RequireQualityAsync(Visit visit, string name, bool tall = false)
    {
        if (Pictures is not null) await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"admin-{name}.png") });
        var size = await visit.Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]");
        Assert.True(size[0] <= 1366 && (tall || size[1] <= 768), string.Create(CultureInfo.InvariantCulture, $"{name}: {size[0]} × {size[1]}"));
        var axe = await visit.Page.RunAxe();
        Assert.Empty(axe.Violations.Where(violation => violation.Impact is "serious" or "critical").SelectMany(violation => violation.Nodes.Select(node => $"{name}: {violation.Id} at {node.Html}")));
        Assert.Empty(visit.Faults);
    }
}
