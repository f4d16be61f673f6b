using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>The official and the clerical officer at their desks, with the keyboard alone.</summary>
[Collection(TheDesks.Name)]
public sealed class ReviewTests(DeskSite site)
{
    private const string Official = "lanhdao.binh";

    [Fact]
    public async Task Three_dossiers_are_decided_by_keyboard_and_what_fails_behind_comes_back_as_a_row()
    {
        var diploma = await site.ReceiveAsync("Bằng tốt nghiệp trung học phổ thông", DrawnScans.Diploma(), DrawnScans.Wide());
        var licence = await site.ReceiveAsync("Giấy phép lái xe hạng A1", DrawnScans.Card(back: false), DrawnScans.Card(back: true));
        var marks = await site.ReceiveAsync("Bảng điểm đại học", DrawnScans.Marks(1));
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.SignInAsync(Official);
        await page.WaitForURLAsync("**/office/review");
        Assert.Equal(3, await page.Locator("[data-queue] tbody tr").CountAsync());
        await visit.LookAsync("desk-queue");

        // From the list into the oldest: J, Enter.
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/office/review/{diploma}");
        await page.Locator("#scan-pages.laid-out img").First.WaitForAsync();
        await page.WaitForFunctionAsync("[...document.querySelectorAll('#scan-pages img')].every(one => one.complete && one.naturalWidth > 0)");
        await visit.LookAsync("desk-review");

        Assert.False(await page.IsVisibleAsync("#scan-dpi"));
        // 1:1 is the paper's own size: A4 is 210 mm wide, at 96 pixels to the inch.
        await page.Keyboard.PressAsync("1");
        var width = await page.EvaluateAsync<double>("document.querySelector('#scan-pages img').getBoundingClientRect().width");
        Assert.Equal(210 * 96 / 25.4, width, 1.5);
        Assert.Equal("100 %", await page.InnerTextAsync("#scan-scale"));
        await page.Keyboard.PressAsync("r");
        Assert.True(await page.EvaluateAsync<bool>("(f => f.offsetWidth > f.offsetHeight)(document.querySelector('#scan-pages figure'))"));
        await page.Keyboard.PressAsync("0");

        // J and K walk, and decide nothing.
        await page.Keyboard.PressAsync("j");
        await page.WaitForURLAsync($"**/office/review/{licence}");
        // Its pictures were fetched while the one before was being read.
        await page.WaitForFunctionAsync("document.readyState === 'complete'");
        Assert.Equal(0, await page.EvaluateAsync<int>("performance.getEntriesByType('resource').filter(one => one.name.includes('/pages/'))[0].transferSize"));
        await page.Keyboard.PressAsync("k");
        await page.WaitForURLAsync($"**/office/review/{diploma}");

        // Never without the box; the page says so beside it.
        await page.Keyboard.PressAsync("F2");
        Assert.Equal("compared", await ActiveAsync(page));
        Assert.NotEqual("", await page.InnerTextAsync("#compared-missing"));
        Assert.Equal("waitingForReview", (await site.CopyAsync(diploma)).GetProperty("state").GetString());
        using (site.WithoutSealKey())
        {
            await page.Keyboard.PressAsync("Space");
            await page.Keyboard.PressAsync("F2");
            await page.WaitForURLAsync($"**/office/review/{licence}?after={diploma}");
            // The box of the next one is empty.
            Assert.False(await page.IsCheckedAsync("#compared"));
            // The agency's key is gone: a row, while the next dossier is being read.
            await page.Locator(".desk-rows .notice.bad").WaitForAsync();
            await visit.PictureAsync("desk-failed-row");
        }

        var row = await page.InnerTextAsync(".desk-rows .notice.bad");
        Assert.Contains("Khóa ký số không ký được.", row, StringComparison.Ordinal);
        Assert.Contains("0001", row, StringComparison.Ordinal);
        Assert.Contains("phê duyệt lại", row, StringComparison.Ordinal);

        // F4 opens the reasons, and sends nothing without one.
        await page.Keyboard.PressAsync("F4");
        await page.Keyboard.PressAsync("F4");
        Assert.NotEqual("", await page.InnerTextAsync("#return .missing"));
        await page.Keyboard.PressAsync("Space");
        await visit.PictureAsync("desk-return");
        await visit.LookAsync("desk-return-open");
        await page.Keyboard.PressAsync("F4");
        await page.WaitForURLAsync($"**/office/review/{marks}?after={licence}");
        Assert.Equal("Bản quét thiếu trang so với bản chính", (await site.WhenAsync(licence, "returned")).GetProperty("decision").GetProperty("reasons")[0].GetString());

        // F8 with own words; letters typed there are letters, and F8 sends from there.
        await page.Keyboard.PressAsync("F8");
        await page.FocusAsync("#own-refuse");
        await page.Keyboard.TypeAsync("Khắc dấu jk r1");
        await visit.PictureAsync("desk-refuse");
        await page.Keyboard.PressAsync("F8");
        // Round again to the one that came back.
        await page.WaitForURLAsync($"**/office/review/{diploma}?after={marks}");
        Assert.Equal("Khắc dấu jk r1", (await site.WhenAsync(marks, "refused")).GetProperty("decision").GetProperty("reasons")[0].GetString());

        await page.Keyboard.PressAsync("F2");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("F2");
        await page.WaitForURLAsync($"**/office/review?after={diploma}");
        await page.Locator(".empty").WaitForAsync();
        await visit.LookAsync("desk-empty");

        await FollowToThePaperAsync(visit, diploma);
    }

    [Fact]
    public async Task The_agency_seals_by_hand_and_returns()
    {
        site.SealAutomatically(false);
        var first = await site.ReceiveAsync("Giấy khai sinh", DrawnScans.Diploma(72));
        var second = await site.ReceiveAsync("Giấy chứng nhận kết hôn", SmallScan.Png(5));
        foreach (var copy in (string[])[first, second])
        {
            await site.ApproveAsync(copy, Official);
            await site.WhenAsync(copy, "waitingForSeal");
        }

        await using var visit = await site.VisitAsync("en-GB");
        var page = visit.Page;
        await visit.SignInAsync("vanthu.ha");
        await page.WaitForURLAsync("**/office/seal");
        await visit.LookAsync("desk-seal-queue");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/office/seal/{first}");
        Assert.Contains("Trần Văn Mẫu", await page.InnerTextAsync(".desk dl"), StringComparison.Ordinal);
        Assert.Contains("-TEST", await page.InnerTextAsync(".desk dl"), StringComparison.Ordinal);
        await visit.LookAsync("desk-seal");
        await page.Keyboard.PressAsync("F2");
        await page.WaitForURLAsync($"**/office/seal/{second}?after={first}");
        await page.Locator(".desk-rows .notice.ok").WaitForAsync();
        await site.WhenAsync(first, "registered");

        // No resolution in the file: said, and the official picks.
        await page.Keyboard.PressAsync("1");
        Assert.True(await page.IsVisibleAsync("#scan-dpi"));
        await page.ClickAsync("[data-dpi='200']");
        Assert.Equal(40 / 200.0 * 96, await page.EvaluateAsync<double>("document.querySelector('#scan-pages img').getBoundingClientRect().width"), 1.0);
        await page.Keyboard.PressAsync("F4");
        await page.Keyboard.TypeAsync("Thiếu trang 2");
        await visit.PictureAsync("desk-seal-return");
        await page.Keyboard.PressAsync("F4");
        await page.WaitForURLAsync($"**/office/seal?after={second}");
        Assert.Equal("Thiếu trang 2", (await site.WhenAsync(second, "returned")).GetProperty("stop").GetProperty("reason").GetString());
        site.SealAutomatically(true);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Who_decides_second_is_told_who_was_first_and_goes_on()
    {
        var copy = await site.ReceiveAsync("Quyết định tuyển dụng", DrawnScans.Marks(2));
        await RequirePatienceAsync(copy);
        await using var visit = await site.VisitAsync();
        await visit.SignInAsync(Official);
        await visit.GoAsync($"/office/review/{copy}");
        await site.ApproveAsync(copy, "chutich.an");
        await visit.Page.Keyboard.PressAsync("F2");
        await visit.Page.Keyboard.PressAsync("Space");
        await visit.Page.Keyboard.PressAsync("F2");
        await visit.Page.WaitForURLAsync($"**/office/review?after={copy}");
        Assert.Contains("Lê Thị An Mẫu đã quyết định trước", await visit.Page.InnerTextAsync(".desk-rows .notice.warning"), StringComparison.Ordinal);
        await visit.PictureAsync("desk-second");
        await site.WhenAsync(copy, "registered");
        Assert.Empty(visit.Faults);
    }

    /// <summary>Under 0.3 s nothing, then a bar with the step's name, after ten seconds why nothing is lost; by the page's own clock.</summary>
    private async Task RequirePatienceAsync(string copyId)
    {
        await using var visit = await site.VisitAsync();
        await visit.SignInAsync("doankt.son");
        await visit.Page.Clock.InstallAsync();
        await visit.GoAsync($"/office/copies/{copyId}");
        await visit.Page.Clock.PauseAtAsync(DateTime.UtcNow.AddMinutes(1));
        await visit.Page.EvaluateAsync("document.getElementById('copy-status').dataset.step = 'Lập bản sao'");
        await visit.Page.Clock.RunForAsync(300);
        Assert.False(await visit.Page.IsVisibleAsync("#moving"));
        await visit.Page.Clock.RunForAsync(600);
        Assert.Equal("Lập bản sao", (await visit.Page.InnerTextAsync("#moving")).Trim());
        await visit.Page.Clock.RunForAsync(10_000);
        Assert.Contains("bản sao vẫn được giữ, không cần làm lại", await visit.Page.InnerTextAsync("#moving"), StringComparison.Ordinal);
        await visit.PictureAsync("desk-slow");
        Assert.Empty(visit.Faults);
    }

    /// <summary>The status page shows how it goes, gives the PDF out, and anyone can check it.</summary>
    private static async Task FollowToThePaperAsync(Visit visit, string copyId)
    {
        var page = visit.Page;
        await page.ClickAsync(".desk-rows a");
        await page.WaitForURLAsync($"**/office/copies/{copyId}");
        await page.Locator("#copy-status:not([data-moving=true]) li[data-step=Registered][data-phase=Done]").WaitForAsync();
        Assert.Contains("0002", await page.InnerTextAsync("#copy-status"), StringComparison.Ordinal);
        await visit.LookAsync("desk-status");
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("a[href$='/pdf?save']"));
        var file = await File.ReadAllBytesAsync(await download.PathAsync());
        var code = (await page.InnerTextAsync("#copy-code")).Trim();
        Assert.Equal($"{code}.pdf", download.SuggestedFilename);

        await visit.GoAsync("/office/copies");
        Assert.Equal(3, await page.Locator("tbody tr").CountAsync());
        await visit.LookAsync("desk-list");
        await page.ClickAsync(".choices a[href='/office/copies?state=Refused']");
        Assert.Equal("Bảng điểm đại học", (await page.InnerTextAsync("tbody .paper a")).Trim());
        await visit.GoAsync("/office/copies?state=Withdrawn");
        await page.Locator(".empty").WaitForAsync();

        await visit.GoAsync("/v/");
        await visit.CompareAsync(file);
        await visit.RequireVerdictAsync("unchanged", "Đúng là bản sao đã chứng thực, chưa bị sửa đổi.");
    }

    /// <summary>Fits 1366×768 without scrolling the page, nothing serious for axe, no fault of the browser.</summary>
    private static Task<string> ActiveAsync(IPage page) => page.EvaluateAsync<string>("document.activeElement.id");
}
