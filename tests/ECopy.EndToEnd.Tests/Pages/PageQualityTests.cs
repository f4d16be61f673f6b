using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Deque.AxeCore.Playwright;
using ECopy.Functions.Domain;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>Every public page for everybody: small screens, keyboard, both languages, no surprise for the browser.</summary>
[Collection(ThePublicSite.Name)]
public sealed class PageQualityTests(PublicSite site)
{
    [Theory]
    [InlineData("vi-VN", 1366, 768, true)]
    [InlineData("vi-VN", 360, 740, false)]
    [InlineData("en-GB", 1366, 768, false)]
    [InlineData("en-GB", 360, 740, true)]
    public async Task Every_page_fits_its_screen_and_hides_nothing_from_anybody(string language, int width, int height, bool accessible)
    {
        var faults = new List<string>();
        await using var visit = await site.VisitAsync(language, width, height);
        foreach (var (name, open) in EveryPage())
        {
            visit.Faults.Clear();
            await open(visit);
            await visit.PictureAsync($"{language[..2]}-{width}-{name}");
            var needed = await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (needed > width) faults.Add($"{name}: {needed} px wide");
            // A card hides what sticks out of it, so the page's width alone does not tell.
            faults.AddRange((await visit.Page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll(".verdict *, .card *")].filter((one) => {
                  if (![...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) return false;
                  const text = document.createRange();
                  text.selectNodeContents(one);
                  return one.checkVisibility() && text.getBoundingClientRect().right > one.closest(".verdict, .card").getBoundingClientRect().right - 8;
                }).map((one) => one.outerHTML)
                """)).Select(one => $"{name}: sticks out: {one}"));
            if (await visit.Page.EvaluateAsync<string>("document.documentElement.lang") != language[..2]) faults.Add($"{name}: another language");
            if (!await visit.Page.EvaluateAsync<bool>("document.fonts.ready.then(() => document.fonts.check('600 16px \"Be Vietnam Pro\"'))")) faults.Add($"{name}: the font is missing");
            // A page that is not there is a failed request to the browser's console too.
            faults.AddRange(visit.Faults.Where(fault => !(name == "nowhere" && fault.Contains("404", StringComparison.Ordinal))).Select(fault => $"{name}: {fault}"));
            if (!accessible) continue;
            var axe = await visit.Page.RunAxe();
            faults.AddRange(axe.Violations.Where(violation => violation.Impact is "serious" or "critical")
                .SelectMany(violation => violation.Nodes.Select(node => $"{name}: {violation.Id} at {node.Html}")));
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task The_language_is_the_browsers_until_somebody_chooses()
    {
        await using var visit = await site.VisitAsync("en-GB");
        await visit.GoAsync($"/v/{site.Good.Code}");
        await visit.RequireVerdictAsync("codeOnly", "The code is registered. Compare the PDF; a print may have been altered.");
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "VI: Tiếng Việt" }).ClickAsync();
        await visit.RequireVerdictAsync("codeOnly", "Mã này có trong sổ chứng thực. Hãy đối chiếu tệp PDF; bản in có thể đã bị sửa.");
        Assert.EndsWith($"/v/{site.Good.Code}", visit.Page.Url, StringComparison.Ordinal);
        await visit.GoAsync("/");
        Assert.Equal("vi", await visit.Page.EvaluateAsync<string>("document.documentElement.lang"));
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "EN: English" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Is this copy the one that was certified?" }).WaitForAsync();
        await visit.CompareAsync(site.Good.File);
        await visit.RequireVerdictAsync("unchanged", "This is the certified copy, unchanged.");
    }

    [Fact]
    public async Task Sample_codes_of_a_demo_store_work()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        var samples = await visit.Page.Locator(".samples a").AllInnerTextsAsync();
        // Neither what was withdrawn or replaced, nor what cannot be checked.
        Assert.Equal(new[] { site.Good.Code, site.Other.Code }.Order(StringComparer.Ordinal), samples.Order(StringComparer.Ordinal));
        await visit.Page.Locator(".samples a").First.ClickAsync();
        Assert.Equal("codeOnly", (await visit.VerdictAsync()).Kind);
        Assert.Equal("BẢN THỬ NGHIỆM: không có giá trị pháp lý", await visit.Page.Locator(".test-line").InnerTextAsync());
        Assert.Contains("1900 0000", await visit.Page.Locator("footer").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keyboard_alone_is_enough_and_shows_where_it_is()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/v/");
        foreach (var expected in (string[])["Tra cứu", "file", "file-send"])
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            Assert.Equal(expected, await visit.Page.EvaluateAsync<string>("document.activeElement.id || document.activeElement.textContent"));
            var ring = await visit.Page.EvaluateAsync<string>(
                "(() => { const at = document.activeElement; const shown = at.type === 'file' ? at.nextElementSibling : at; return getComputedStyle(shown).outline; })()");
            Assert.Contains("3px", ring, StringComparison.Ordinal);
        }

        await visit.Page.Keyboard.PressAsync("Shift+Tab");
        var chooser = await visit.Page.RunAndWaitForFileChooserAsync(() => visit.Page.Keyboard.PressAsync("Enter"));
        await chooser.SetFilesAsync(new FilePayload { Name = "ban-sao.pdf", MimeType = "application/pdf", Buffer = site.Good.File });
        await visit.Page.Locator("#verdict[data-kind=unchanged]").WaitForAsync();
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_file_dropped_anywhere_is_compared()
    {
        await using var visit = await site.VisitAsync(calm: false);
        await visit.GoAsync("/");
        var data = await visit.Page.EvaluateHandleAsync(
            "text => { const data = new DataTransfer(); data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], 'tha.pdf')); return data; }",
            Convert.ToBase64String(site.Good.File));
        await visit.Page.DispatchEventAsync("main", "drop", new { dataTransfer = data });
        await visit.Page.Locator("#verdict[data-kind=unchanged]").WaitForAsync();
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task The_scripts_own_SHA_256_agrees_with_the_platforms()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        int[] lengths = [.. Enumerable.Range(0, 130), 1_000, 1_000_003];
        var digests = await visit.Page.EvaluateAsync<string[]>(
            "async lengths => { const { sha256InScript } = await import('/static/sha256.js'); return lengths.map(n => sha256InScript(Uint8Array.from({ length: n }, (_, i) => (i * 31 + n) & 255))); }",
            lengths);
        for (var i = 0; i < lengths.Length; i++)
        {
            var bytes = Enumerable.Range(0, lengths[i]).Select(at => (byte)((at * 31) + lengths[i])).ToArray();
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), digests[i]);
        }

        // NIST's vectors.
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", digests[0]);
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            await visit.Page.EvaluateAsync<string>("async () => (await import('/static/sha256.js')).sha256InScript(new TextEncoder().encode('abc'))"));
    }

    [Fact]
    public async Task Where_the_browser_has_no_SHA_256_of_its_own_the_file_is_compared_all_the_same()
    {
        await using var visit = await site.VisitAsync();
        await visit.Page.AddInitScriptAsync("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })");
        await visit.GoAsync("/v/");
        await visit.CompareAsync(site.Good.File);
        await visit.RequireVerdictAsync("unchanged", "Đúng là bản sao đã chứng thực, chưa bị sửa đổi.");
    }

    [Fact]
    public async Task A_printed_verdict_is_one_page_without_forms()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync($"/v/{site.Good.Code}");
        await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        Assert.False(await visit.Page.Locator("#code").IsVisibleAsync());
        Assert.True(await visit.Page.Locator("#verdict-sentence").IsVisibleAsync());
        Assert.True(await visit.Page.Locator(".checked").IsVisibleAsync());
        var pdf = await visit.Page.PdfAsync(new PagePdfOptions { Format = "A4" });
        Assert.Equal(1, Encoding.Latin1.GetString(pdf).Split("/Type /Page\n").Length - 1);
    }

    [Fact]
    public async Task Answers_carry_what_keeps_a_browser_safe()
    {
        using var client = Client();
        foreach (var path in (string[])["", "v/", $"v/{site.Good.Code}", "static/site.css", "nowhere", $"api/verify/{site.Good.Code}"])
        {
            using var answer = await client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        }

        using var verdict = await client.GetAsync($"v/{site.Good.Code}");
        Assert.Equal("no-store", verdict.Headers.CacheControl!.ToString());
        Assert.Equal("noindex", Assert.Single(verdict.Headers.GetValues("X-Robots-Tag")));
        // Readable as it stands: Vietnamese letters are not spelt as numbers.
        Assert.Contains("Mã này có trong sổ chứng thực.", await verdict.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var file in (string[])["favicon.ico", "robots.txt", "static/favicon.svg", "static/fonts/BeVietnamPro_400Regular.ttf"])
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(file)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("static/../appsettings.json")).StatusCode);
    }

    [Fact]
    public async Task What_is_not_there_is_a_page_for_people_and_a_problem_for_programs()
    {
        using var client = Client();
        client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        using var page = await client.GetAsync("nowhere");
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("Không có trang này.", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var english = new HttpRequestMessage(HttpMethod.Get, "nowhere");
        english.Headers.Add("Cookie", "ecopy-language=en");
        using var translated = await client.SendAsync(english);
        Assert.Contains("<html lang=\"en\">", await translated.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var api = await client.GetAsync("api/nowhere");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (api.StatusCode, api.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Nobody_elses_page_and_no_address_can_bring_up_a_match()
    {
        using var client = Client();
        using var fingerprint = Form(site.Good.File);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "v/?handler=fingerprint") { Content = fingerprint };
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(foreign)).StatusCode);
        using var sameForm = Form(site.Good.File);
        using var older = new HttpRequestMessage(HttpMethod.Post, "v/?handler=fingerprint") { Content = sameForm };
        older.Headers.Add("Origin", "https://example.org");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(older)).StatusCode);
        var digest = Convert.ToHexStringLower(SHA256.HashData(site.Good.File));
        var page = await client.GetStringAsync($"v/{site.Good.Code}?handler=fingerprint&sha256={digest}");
        Assert.Contains("data-kind=\"codeOnly\"", page, StringComparison.Ordinal);
        using var nonsense = new FormUrlEncodedContent([new("sha256", "0123")]);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("v/?handler=fingerprint", nonsense)).StatusCode);
    }

    private static FormUrlEncodedContent Form(byte[] file) => new([new("sha256", Convert.ToHexStringLower(SHA256.HashData(file)))]);

    private HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = site.Address };

    private IEnumerable<(string Name, Func<Visit, Task> Open)> EveryPage()
    {
        byte[] changed = [.. site.Good.File];
        changed[changed.Length / 2] ^= 1;
        async Task CompareAsync(Visit visit, string path, byte[] file)
        {
            await visit.GoAsync(path);
            await visit.CompareAsync(file);
        }

        async Task SendAsync(Visit visit, byte[] file)
        {
            await visit.GoAsync("/v/");
            await visit.Page.SetInputFilesAsync("#file", new FilePayload { Name = "ban-sao.pdf", MimeType = "application/pdf", Buffer = file });
            await visit.Page.ClickAsync("#file-send");
            await visit.Page.Locator("#verdict").WaitForAsync();
        }

        yield return ("home", visit => visit.GoAsync("/"));
        yield return ("check", visit => visit.GoAsync("/v/"));
        yield return ("code-only", visit => visit.GoAsync($"/v/{site.Good.Code}"));
        yield return ("matched", visit => CompareAsync(visit, $"/v/{site.Good.Code}", site.Good.File));
        yield return ("matched-home", visit => CompareAsync(visit, "/", site.Good.File));
        yield return ("matched-signatures", visit => SendAsync(visit, site.Good.File));
        yield return ("changed", visit => CompareAsync(visit, "/v/", changed));
        yield return ("changed-signatures", visit => SendAsync(visit, changed));
        yield return ("appended", visit => CompareAsync(visit, "/v/", [.. site.Good.File, 10]));
        yield return ("other-copy", visit => CompareAsync(visit, $"/v/{site.Good.Code}", site.Other.File));
        yield return ("withdrawn", visit => visit.GoAsync($"/v/{site.Withdrawn.Code}"));
        yield return ("replaced", visit => visit.GoAsync($"/v/{site.Replaced.Code}"));
        yield return ("cannot-check", visit => visit.GoAsync($"/v/{site.Disputed.Code}"));
        yield return ("unknown", visit => visit.GoAsync($"/v/{VerificationCode.Format(VerificationCode.FromBits(new byte[10]))}"));
        yield return ("unknown-file", visit => SendAsync(visit, "%PDF-1.7 nothing"u8.ToArray()));
        yield return ("mistyped", visit => visit.GoAsync("/v/GW9H-KP7B-9Y6V"));
        yield return ("trust", visit => visit.GoAsync("/trust"));
        yield return ("nowhere", visit => visit.GoAsync("/nowhere"));
    }
}
