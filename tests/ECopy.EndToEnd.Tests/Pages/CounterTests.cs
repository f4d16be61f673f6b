using System.Text;
using System.Text.Json;
using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

public sealed class CounterSite : BrowserSite;

/// <summary>A visit at the counter from the first page to the requester's telephone.</summary>
public sealed class CounterTests(CounterSite site) : IClassFixture<CounterSite>
{
    private const string Clerk = "motcua.linh";

    [Fact]
    public async Task A_visit_with_two_originals_is_taken_in_by_keyboard_and_its_requester_follows_the_QR()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        // Somebody listens all the time: told to only when the key is pressed, the browser may open its own dialogue first.
        page.FileChooser += (_, _) => { };
        await visit.SignInAsync(Clerk);
        await visit.LookAsync("counter-empty");
        // The only thing to do has the focus.
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#requester").WaitForAsync();
        await visit.LookAsync("visit-new");

        await page.Keyboard.TypeAsync("Nguyễn Thị Ví Dụ");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("096200000001");
        await visit.ChooseScansAsync(File("trang-1.jpg", DrawnScans.Diploma(72)), File("trang-2.jpg", DrawnScans.Marks(2)), File("ngang.jpg", DrawnScans.Wide(72)));
        await page.Locator("#thumbs li:not(.busy)").Nth(2).WaitForAsync();

        // The last page is turned, moved to the front, and the second one dropped: keys only.
        await page.Locator("#thumbs [aria-current] button").FocusAsync();
        await page.Keyboard.PressAsync("r");
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Delete");
        await page.Locator("#ask").WaitForAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#thumbs li")).ToHaveCountAsync(2);
        await page.Locator("#kind").FocusAsync();
        await page.Keyboard.TypeAsync("Bằng tốt nghiệp");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Bằng tốt nghiệp trung học phổ thông");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("4");
        await Assertions.Expect(page.Locator("#fee")).ToHaveTextAsync("6.000 đồng");

        // A second original on the same form.
        await page.Locator("#add").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("Giấy khai sinh");
        // Away from the list of types, which takes the next Enter for itself.
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Giấy khai sinh");
        await visit.ChooseScansAsync(File("khai-sinh.png", SmallScan.Png(5)));
        await Assertions.Expect(page.Locator("#thumbs li:not(.busy)")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#total")).ToHaveTextAsync("8.000 đồng");
        await Assertions.Expect(page.Locator("#saved")).ToContainTextAsync("Đã lưu");

        // The browser is gone; the draft is not.
        await page.GotoAsync("/office/counter");
        await visit.LookAsync("counter-drafts");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Nguyễn Thị Ví Dụ" }).ClickAsync();
        await Assertions.Expect(page.Locator("#personalId")).ToHaveValueAsync("0962••••••01");
        await Assertions.Expect(page.Locator("#thumbs li")).ToHaveCountAsync(2);
        Assert.Equal("turn-90", await page.Locator("#thumbs img").First.GetAttributeAsync("class"));
        await visit.LookAsync("visit-filled");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForURLAsync("**/office/dossiers/**");
        await visit.LookAsync("dossier");
        Assert.Empty(visit.Faults);

        var code = await page.Locator("#dossier-code").InnerTextAsync();
        var address = await page.Locator("#access-address").InnerTextAsync();
        Assert.Equal(address, Decoded(await page.ScreenshotAsync()));
        // Printed on A5 it is still read.
        Assert.Contains(address, DecodedPrint(await page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true })), StringComparison.Ordinal);
        await page.ReloadAsync();
        Assert.Equal(address, await page.Locator("#access-address").InnerTextAsync());

        await FollowAsync(new Uri(address).AbsolutePath, code);

        // A new link ends the old one, and another browser never sees a token.
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cấp lại đường dẫn" }).ClickAsync();
        await page.WaitForFunctionAsync("old => document.getElementById('access-address').textContent !== old", address);
        await using var later = await site.VisitAsync();
        await later.SignInAsync(Clerk);
        await later.GoAsync($"/office/dossiers/{code}");
        Assert.Equal(0, await later.Page.Locator("#access-address").CountAsync());
        await later.LookAsync("dossier-later");
        await using var citizen = await site.VisitAsync(width: 360, height: 740);
        var ended = await citizen.Page.GotoAsync(new Uri(address).AbsolutePath);
        var never = await citizen.Page.APIRequest.GetAsync(new Uri(site.Address, "/c/AAAAAAAAAAAAAAAAAAAAAA").AbsoluteUri, new APIRequestContextOptions { Headers = [new("Accept", "text/html")] });
        Assert.Equal((404, 404), (ended!.Status, never.Status));
        Assert.Equal(await ended.TextAsync(), (await never.TextAsync()).Replace("AAAAAAAAAAAAAAAAAAAAAA", new Uri(address).AbsolutePath[3..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_cannot_be_taken_is_refused_with_its_name_and_a_way_out()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.SignInAsync(Clerk);
        await visit.GoAsync("/office/counter/new");
        await page.SetInputFilesAsync("#files",
        [
            File("cai-dat.exe", [.. "MZ"u8, .. new byte[200]]), File("rong.jpg", []), File("to-khai.pdf", Encoding.ASCII.GetBytes("%PDF-1.7\n%%EOF\n")), File("tot.png", SmallScan.Png(1)),
        ]);
        await page.Locator("#thumbs li:not(.busy)").WaitForAsync();
        await Assertions.Expect(page.Locator("#refusals li")).ToHaveCountAsync(3);
        var said = await page.Locator("#refusals li > span").AllInnerTextsAsync();
        Assert.Equal(
            [
                "cai-dat.exe: Tệp thứ 1 không phải ảnh JPEG hoặc PNG. Hãy quét lại và lưu thành JPEG hoặc PNG.",
                "rong.jpg: Tệp thứ 2 rỗng.",
                "to-khai.pdf: Tệp thứ 3 là PDF; hiện chỉ nhận ảnh. Hãy lưu từng trang thành JPEG hoặc PNG rồi tải lên.",
            ],
            said);
        await visit.LookAsync("visit-refused", faults: false);

        // By camera, keys only; and dropped anywhere on the page.
        await page.Locator("#snap").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("() => document.activeElement.id === 'take'");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#camera-status")).ToHaveTextAsync("Đã chụp 1 ảnh");
        await visit.LookAsync("visit-camera", faults: false);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#thumbs li:not(.busy)")).ToHaveCountAsync(2);
        // The test picture is green; a picture taken before the camera's first frame would be black.
        Assert.True(await page.EvaluateAsync<int>(
            """
            async () => {
              const image = document.querySelectorAll("#thumbs img")[1];
              await image.decode();
              const one = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
              one.drawImage(image, 0, 0, 1, 1);
              return one.getImageData(0, 0, 1, 1).data[1];
            }
            """) > 60);
        var data = await page.EvaluateHandleAsync(
            "text => { const data = new DataTransfer(); data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], 'tha.png')); return data; }",
            Convert.ToBase64String(SmallScan.Png(7)));
        await page.DispatchEventAsync("#title", "drop", new { dataTransfer = data });
        await Assertions.Expect(page.Locator("#thumbs li:not(.busy)")).ToHaveCountAsync(3);
        // The mouse arranges too: the third page before the first.
        var third = await page.Locator("#thumbs img").Nth(2).GetAttributeAsync("src");
        await page.Locator("#thumbs li").Nth(2).DragToAsync(page.Locator("#thumbs li").First);
        await Assertions.Expect(page.Locator("#thumbs img").First).ToHaveAttributeAsync("src", third!);

        // What is missing is said, and the cursor stands where it is typed.
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#problem")).ToHaveTextAsync("Chưa ghi họ tên người yêu cầu chứng thực.");
        Assert.Equal("requester", await page.EvaluateAsync<string>("document.activeElement.id"));
        // A reader at the counter types what the ID card's QR says.
        await page.Keyboard.TypeAsync("096200000001|123456789|Nguyễn Thị Ví Dụ|05031990|Nữ|Xã Mẫu An|12062022");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#requester")).ToHaveValueAsync("Nguyễn Thị Ví Dụ");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#problem")).ToHaveTextAsync("Giấy tờ 1 chưa ghi loại hoặc tên.");

        // Given up: nothing of it stays.
        await page.Locator("#discard").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/office/counter");
    }

    [Fact]
    public async Task Whoever_is_signed_out_in_the_middle_of_a_visit_is_told_once_signs_in_beside_it_and_loses_nothing()
    {
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.SignInAsync(Clerk);
        await visit.GoAsync("/office/counter/new");
        await page.Locator("#requester").FillAsync("Nguyễn Thị Ví Dụ");
        await Assertions.Expect(page.Locator("#saved")).ToContainTextAsync("Đã lưu");
        await page.Context.ClearCookiesAsync(new BrowserContextClearCookiesOptions { Name = "ecopy" });
        await page.Locator("#title").FillAsync("Bằng tốt nghiệp");
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("Chưa lưu");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("Phiên làm việc đã hết");
        await Assertions.Expect(page.Locator("#saved")).ToHaveTextAsync("Chưa lưu");
        await Assertions.Expect(page.Locator("#refusals li")).ToHaveCountAsync(1);

        var door = await page.RunAndWaitForPopupAsync(() => page.Locator("#refusals a").ClickAsync());
        await door.Locator($"form:has(input[name=user][value='{Clerk}']) button").ClickAsync();
        await door.WaitForURLAsync("**/office/**");
        await page.Locator("#refusals button").ClickAsync();
        await Assertions.Expect(page.Locator("#saved")).ToContainTextAsync("Đã lưu");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#title")).ToHaveValueAsync("Bằng tốt nghiệp");
    }

    /// <summary>What the requester sees on a telephone, from waiting to the file in hand, without pressing anything to refresh.</summary>
    private async Task FollowAsync(string path, string code)
    {
        await using var citizen = await site.VisitAsync(width: 360, height: 740);
        var page = citizen.Page;
        var answer = await page.GotoAsync(path);
        var headers = await answer!.AllHeadersAsync();
        Assert.Equal(("no-referrer", "no-store"), (headers["referrer-policy"], headers["cache-control"]));
        Assert.Contains("noindex", headers["x-robots-tag"], StringComparison.Ordinal);
        Assert.Equal(code, await page.Locator("#dossier-code").InnerTextAsync());
        Assert.Equal(["Bằng tốt nghiệp trung học phổ thông", "Giấy khai sinh"], await page.Locator(".paper h2").AllInnerTextsAsync());
        Assert.DoesNotContain("096200000001", await page.ContentAsync(), StringComparison.Ordinal);
        await citizen.LookAsync("citizen-waiting");

        using var official = site.ApiAs("lanhdao.binh");
        using var list = JsonDocument.Parse(await official.GetStringAsync("/api/copies?state=waitingForReview"));
        var copies = list.RootElement.GetProperty("copies").EnumerateArray().Where(copy => copy.GetProperty("dossierCode").GetString() == code).ToList();
        Assert.Equal(2, copies.Count);
        await DecideAsync(official, copies[0], """{"decision":"approved","digestSeen":"$"}""");
        await DecideAsync(official, copies[1], """{"decision":"returnedForCorrection","digestSeen":"$","reasons":["Thiếu trang 2"]}""");
        await page.Locator(".paper[data-state=Registered]").WaitForAsync();
        await page.Locator(".paper[data-state=Returned]").WaitForAsync();
        Assert.Contains("Thiếu trang 2", await page.Locator(".paper[data-state=Returned]").InnerTextAsync(), StringComparison.Ordinal);
        await citizen.LookAsync("citizen-done");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".paper[data-state=Registered] a[download]").ClickAsync());
        var file = await System.IO.File.ReadAllBytesAsync(await download.PathAsync());
        Assert.Equal("%PDF-"u8, file.AsSpan(0, 5));
        Assert.StartsWith(await page.Locator(".code").InnerTextAsync(), download.SuggestedFilename, StringComparison.Ordinal);
        // Not a copy of this dossier, though it may exist.
        var other = await page.APIRequest.GetAsync(new Uri(site.Address, $"{path}/{copies[1].GetProperty("copyId").GetString()}.pdf").AbsoluteUri);
        Assert.Equal(409, other.Status);
        Assert.Equal(404, (await page.APIRequest.GetAsync(new Uri(site.Address, $"{path}/{new string('0', 32)}.pdf").AbsoluteUri)).Status);
        Assert.Empty(citizen.Faults);

        await using var english = await site.VisitAsync("en-GB", 360, 740, scripts: false);
        await english.GoAsync(path);
        Assert.Contains("Download the copy (PDF)", await english.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await english.Page.GetByText("Reload the page").IsVisibleAsync());
    }

    private static async Task DecideAsync(HttpClient official, JsonElement copy, string body)
    {
        using var content = new StringContent(body.Replace("$", copy.GetProperty("scanDigest").GetString(), StringComparison.Ordinal), Encoding.UTF8, "application/json");
        var answer = await official.PostAsync($"/api/copies/{copy.GetProperty("copyId").GetString()}/decision", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Opens the file dialogue with the button's key, as somebody without a mouse does.</summary>
    private static string Decoded(byte[] picture) => OutsideTool.RunOn(picture, ".png", "zbarimg", "--quiet", "--raw", "{}").Output.Trim();

    private static string DecodedPrint(byte[] pdf)
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder.Below("slip.pdf"), pdf);
        Assert.Equal(0, OutsideTool.Run("pdftoppm", "-r", "150", "-png", folder.Below("slip.pdf"), folder.Below("slip")).ExitCode);
        if (Visit.Pictures is not null) System.IO.File.Copy(Directory.GetFiles(folder.Path, "*.png")[0], Path.Combine(Visit.Pictures, "slip.png"), overwrite: true);
        return OutsideTool.Run("zbarimg", "--quiet", "--raw", Assert.Single(Directory.GetFiles(folder.Path, "*.png"))).Output;
    }

    private static FilePayload File(string name, byte[] content) => new() { Name = name, MimeType = "application/octet-stream", Buffer = content };
}
