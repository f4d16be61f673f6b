using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.Functions.Demo;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>A production store set up by the very commands of the README, and a copy that comes out of it.</summary>
public sealed partial class ProductionStoreTests : IDisposable
{
    private const string Chapter = "## Một kho chính thức, từ đầu / A production store from nothing";
    private readonly ProgramUnderTest program = new();

    [Fact]
    public async Task The_commands_of_the_readme_make_a_store_whose_copies_are_real()
    {
        program.Put("seal.png", DrawnScans.Make("png", "-size", "600x600", "xc:none", "-stroke", "#D01818", "-strokewidth", "20", "-fill", "none", "-draw", "circle 300,300 300,20"));
        program.Put("signature.png", DrawnScans.Make("png", "-size", "700x300", "xc:none", "-stroke", "#1030D0", "-strokewidth", "14", "-fill", "none", "-draw", "bezier 20,260 200,-120 420,460 680,40"));
        var steps = Steps();
        var serve = Assert.Single(steps, step => step.Contains("ecopy serve", StringComparison.Ordinal));
        foreach (var step in steps.TakeWhile(step => step != serve)) Require(0, RunScript(step));
        Require(1, program.Run("init", "--kind", "demo"));

        var port = FreePort();
        using var server = program.StartScript(serve.Replace("8443", $"{port}", StringComparison.Ordinal).Replace("ecopy serve", "exec ecopy serve", StringComparison.Ordinal));
        await Until.TrueAsync(() => server.Error.Contains("ECopy is running", StringComparison.Ordinal) || !server.IsRunning, () => server.Error);
        Assert.True(server.IsRunning, server.Error);
        Assert.DoesNotContain("BẢN THỬ NGHIỆM", server.Error, StringComparison.Ordinal);
        var address = new Uri($"https://localhost:{port}/");

        // While a server owns the store, its pages are the way.
        Assert.Contains("administration pages", Require(2, program.Run("user", "lock", "motcua.lan", "--lang", "en")).Error, StringComparison.Ordinal);
        Require(0, program.Run("person", "list"));

        using var api = Api(address);
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(program.Folder, "scanner.token"))).Trim());
        using var form = new MultipartFormDataContent { { new StringContent("Giấy khai sinh"), "title" }, { new StringContent("Nguyễn Thị Ví Dụ"), "requester" }, { new ByteArrayContent(DrawnScans.Diploma()), "files", "scan.jpg" } };
        using var sent = await api.PostAsync(new Uri("api/copies", UriKind.Relative), form);
        var copyId = (await sent.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("copyId").GetString()!;
        await WhenAsync(api, copyId, "waitingForReview");

        await InBrowserAsync(address, copyId);
        var copy = await WhenAsync(api, copyId, "registered");
        var pdf = program.Put("copy.pdf", await api.GetByteArrayAsync(new Uri($"api/copies/{copyId}/pdf", UriKind.Relative)));
        RequireReal(pdf, copy);

        server.Signal(Signals.Terminate);
        server.Wait();
        await RequireDemoRefusedAsync();
        Require(0, program.Run("audit"));
    }

    [Fact]
    public void Other_machines_are_let_in_only_with_a_name_and_a_certificate()
    {
        Require(0, program.Run("init", "--kind", "production"));
        Assert.Contains("agency add", Require(1, program.Run("serve", "--port", "0", "--lang", "en")).Error, StringComparison.Ordinal);
        Assert.Contains("--public-url", Require(64, program.Run("serve", "--listen", "0.0.0.0", "--lang", "en")).Error, StringComparison.Ordinal);
        Assert.Contains("--insecure", Require(64, program.Run("serve", "--listen", "0.0.0.0", "--public-url", "https://x.example", "--lang", "en")).Error, StringComparison.Ordinal);
        Assert.Contains("TLS", Require(1, RunScript("Kestrel__Certificates__Default__Path=nowhere.pem ecopy serve --lang en")).Error, StringComparison.Ordinal);
        Require(64, program.Run("serve", "--listen", "somewhere"));
        Require(64, program.Run("serve", "--proxy", "somewhere"));
        Require(1, program.Run("agency", "set", "H99.9.5", "--place", "Nơi khác"));
        Require(64, program.Run("user", "add", "a", "b", "c"));
    }

    [Fact]
    public async Task A_caller_says_of_itself_what_it_likes_and_only_a_named_proxy_is_believed()
    {
        Require(0, program.Run("init", "--kind", "production"));
        Require(0, program.Run("agency", "add", "H99.9.5", "--header", "PHƯỜNG SÔNG MẪU", "--short", "UBND", "--full", "Ủy ban", "--place", "Sông Mẫu", "--hotline", "1900 0005"));
        foreach (var (proxy, believed) in ((string, bool)[])[("192.0.2.7", false), ("127.0.0.0/8", true)])
        {
            using var server = program.Start("serve", "--port", "0", "--lang", "en", "--proxy", proxy);
            using var client = new HttpClient { BaseAddress = await server.AddressAsync() };
            client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.1");
            using var answer = await client.GetAsync(new Uri("health/live", UriKind.Relative));
            // What is only said over https.
            Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
            server.Signal(Signals.Terminate);
            server.Wait();
        }
    }

    public void Dispose() => program.Dispose();

    private async Task InBrowserAsync(Uri address, string copyId)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
        async Task<IPage> SignInAsync(string user, string passwordFile)
        {
            // The certificate is of this test's own making.
            var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = address.ToString(), Locale = "vi-VN", IgnoreHTTPSErrors = true, ViewportSize = new ViewportSize { Width = 1366, Height = 768 } });
            var page = await context.NewPageAsync();
            await page.GotoAsync("/account/sign-in");
            Assert.Equal(0, await page.Locator("form:has(input[name=user][type=hidden])").CountAsync());
            await page.FillAsync("#user", user);
            await page.FillAsync("#password", (await File.ReadAllTextAsync(Path.Combine(program.Folder, passwordFile))).Trim());
            await page.Keyboard.PressAsync("Enter");
            await page.WaitForURLAsync("**/office/**");
            Assert.DoesNotContain("BẢN THỬ NGHIỆM", await page.ContentAsync(), StringComparison.Ordinal);
            var cookie = Assert.Single(await context.CookiesAsync(), one => one.Name.StartsWith("__Host-", StringComparison.Ordinal) && one.HttpOnly);
            Assert.True(cookie.Secure);
            return page;
        }

        var admin = await SignInAsync("quantri.son", "ca/quantri.son.pass");
        Assert.EndsWith("/office/agency", admin.Url, StringComparison.Ordinal);
        await admin.GotoAsync("/office/certificates");
        Assert.Equal(2, await admin.Locator(".rows tbody .chip.ok").CountAsync());

        var official = await SignInAsync("phochutich.hai", "ca/phochutich.hai.pass");
        await official.GotoAsync($"/office/review/{copyId}");
        await official.CheckAsync("#compared");
        await official.Keyboard.PressAsync("F2");
        await official.WaitForURLAsync(url => !url.Contains($"/review/{copyId}", StringComparison.Ordinal));
    }

    private void RequireReal(string pdf, JsonElement copy)
    {
        var bytes = File.ReadAllBytes(pdf);
        foreach (var page in (int[])[1, 2]) Assert.DoesNotContain("THỬ NGHIỆM", CopyTools.Text(pdf, page), StringComparison.Ordinal);
        var statement = CopyTools.Text(pdf, 2);
        Assert.Contains("KT. CHỦ TỊCH PHÓ CHỦ TỊCH", statement, StringComparison.Ordinal);
        Assert.Contains("Đỗ Thanh Hải", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("TEST", copy.GetProperty("number").GetProperty("book").GetString(), StringComparison.Ordinal);
        Assert.Empty(PdfAChecklist.Failures(bytes));
        Assert.Equal(0, CopyTools.Qpdf(pdf).ExitCode);
        var answer = Require(0, program.Run("verify", pdf, "--json"));
        using var verdict = JsonDocument.Parse(answer.Output);
        Assert.Equal("TOTAL-PASSED", verdict.RootElement.GetProperty("signatures").GetProperty("indication").GetString());

        using var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(program.Folder, "ca", "root.pem"));
        var signatures = CopyTools.Signatures(bytes);
        Assert.Equal(2, signatures.Count);
        Assert.All(signatures, signature => Assert.Contains("CAdES Verification successful", CopyTools.OpensslVerify(signature, root.RawData).All, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The root of a demo store, and a key that it certified for the very official.</summary>
    private async Task RequireDemoRefusedAsync()
    {
        using var folder = new TemporaryFolder();
        var now = DateTimeOffset.UtcNow;
        using var demo = await DemoAuthority.OpenOrFoundAsync(new KeyFiles(FileBlobStore.Open(folder.Path)), now.AddDays(-1), now, default);
        using var root = demo.Root;
        program.Put("demo-root.pem", System.Text.Encoding.ASCII.GetBytes(root.ExportCertificatePem()));
        Assert.Contains("demo authority", Require(1, program.Run("key", "trust", "demo-root.pem", "--lang", "en")).Error, StringComparison.Ordinal);
        using var issued = demo.Issue("Đỗ Thanh Hải", "Ủy ban nhân dân phường Sông Mẫu", now.AddDays(-1), now.AddYears(1), elliptic: false);
        program.Put("demo.p12", issued.Export(X509ContentType.Pkcs12, "demo"));
        Assert.Contains("demo authority", Require(1, RunScript("printf 'demo\\n' | ecopy key import demo.p12 --person phochutich.hai --lang en")).Error, StringComparison.Ordinal);
    }

    private HttpClient Api(Uri address)
    {
        var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(program.Folder, "ca", "tls.pem"));
        return new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null && shown.RawData.AsSpan().SequenceEqual(trusted.RawData) }) { BaseAddress = address };
    }

    private static async Task<JsonElement> WhenAsync(HttpClient api, string copyId, string state)
    {
        var found = default(JsonElement);
        await Until.TrueAsync(async () => (found = await api.GetFromJsonAsync<JsonElement>(new Uri($"api/copies/{copyId}", UriKind.Relative))).GetProperty("state").GetString() == state);
        return found;
    }

    private ProgramAnswer RunScript(string script)
    {
        using var running = program.StartScript(script);
        return running.Wait();
    }

    private static ProgramAnswer Require(int exitCode, ProgramAnswer answer)
    {
        Assert.True(answer.ExitCode == exitCode, answer.ToString());
        return answer;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>The shell blocks of the chapter, in order.</summary>
    private static List<string> Steps()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ECopy.sln"))) folder = folder.Parent!;
        var readme = File.ReadAllText(Path.Combine(folder.FullName, "README.md"));
        var chapter = readme[readme.IndexOf(Chapter, StringComparison.Ordinal)..];
        chapter = chapter[..chapter.IndexOf("\n## ", Chapter.Length, StringComparison.Ordinal)];
        return [.. Block().Matches(chapter).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
