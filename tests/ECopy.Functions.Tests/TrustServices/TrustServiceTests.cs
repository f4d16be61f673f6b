using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.TrustServices;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Tests.TrustServices;

/// <summary>Asking for time and revocation over HTTP: of the demo authority as anybody would, and of servers that answer badly.</summary>
public sealed class TrustServiceTests
{
    [Fact]
    public async Task The_demo_authority_gives_timestamps_that_openssl_accepts()
    {
        await using var office = await TestOffice.OpenAsync();
        using var folder = new TestFolder();
        folder.Write("message", "một tệp"u8);
        Run("ts", "-query", "-data", folder["message"], "-sha256", "-cert", "-out", folder["query"]);
        using var browser = office.Browse();
        using var answer = await browser.PostAsync(new Uri("/demo/tsa", UriKind.Relative), new ByteArrayContent(File.ReadAllBytes(folder["query"])));
        Assert.Equal("application/timestamp-reply", answer.Content.Headers.ContentType!.MediaType);
        folder.Write("reply", await answer.Content.ReadAsByteArrayAsync());
        folder.Write("root.pem", Encoding.ASCII.GetBytes(await RootAsync(office)));
        Assert.Contains("Verification: OK", Run("ts", "-verify", "-queryfile", folder["query"], "-in", folder["reply"], "-CAfile", folder["root.pem"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_authority_answers_openssls_questions_about_revocation()
    {
        await using var office = await TestOffice.OpenAsync();
        var (certificate, issuer) = await CertificateAsync(office);
        using var folder = new TestFolder();
        folder.Write("signer.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        folder.Write("issuer.pem", Encoding.ASCII.GetBytes(issuer.ExportCertificatePem()));
        folder.Write("root.pem", Encoding.ASCII.GetBytes(await RootAsync(office)));
        Run("ocsp", "-issuer", folder["issuer.pem"], "-cert", folder["signer.pem"], "-reqout", folder["query"]);
        using var browser = office.Browse();
        using var answer = await browser.PostAsync(new Uri("/demo/ocsp", UriKind.Relative), new ByteArrayContent(File.ReadAllBytes(folder["query"])));
        folder.Write("reply", await answer.Content.ReadAsByteArrayAsync());
        var said = Run("ocsp", "-no_nonce", "-respin", folder["reply"], "-issuer", folder["issuer.pem"], "-cert", folder["signer.pem"], "-CAfile", folder["root.pem"]);
        Assert.Contains("signer.pem: good", said, StringComparison.Ordinal);
        folder.Write("root.crl", await browser.GetByteArrayAsync(new Uri("/demo/root.crl", UriKind.Relative)));
        Assert.Contains("verify OK", Run("crl", "-inform", "DER", "-in", folder["root.crl"], "-CAfile", folder["root.pem"], "-noout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_flow_asks_over_http_is_what_it_asks_within_the_program()
    {
        await using var office = await TestOffice.OpenAsync();
        var (certificate, issuer) = await CertificateAsync(office);
        using var browser = office.Browse();
        var root = (await office.Get<OfficeDirectory>().TrustAnchorsAsync(default)).Anchors[0].Certificate;
        var options = new TrustServiceOptions(new Uri(browser.BaseAddress!, "/demo/tsa"), DemoTrust.Policy, [
            new RevocationAddress(KeyRing.Thumbprint(issuer.RawData), new Uri(browser.BaseAddress!, "/demo/ocsp"), null),
            new RevocationAddress(KeyRing.Thumbprint(root.RawData), null, new Uri(browser.BaseAddress!, "/demo/root.crl"))]);
        var door = new TrustServiceDoor(browser);
        var directory = office.Get<OfficeDirectory>();
        var timestamps = new Timestamps(
            options, directory, office.Clock, NullLogger<Timestamps>.Instance, new HttpTimestampTransport(door, options.Timestamp!, options.TimestampPatience));
        Assert.Null((await timestamps.AskAsync(HashAlgorithmName.SHA512, SHA512.HashData("x"u8), default)).Rejection);
        var revocations = new Revocations(new HttpRevocationTransport(door, options, NullLogger<HttpRevocationTransport>.Instance), directory, office.Clock);
        var look = await revocations.LookAsync(certificate, [issuer], null, default);
        Assert.True(look.IsGood);
        Assert.Equal([RevocationSourceKind.Ocsp, RevocationSourceKind.RevocationList], look.Sources.Select(source => source.Kind));
    }

    [Theory]
    [InlineData("500")]
    [InlineData("endless")]
    [InlineData("silent")]
    [InlineData("cut")]
    public async Task A_server_that_answers_badly_is_a_reason_to_wait(string manner)
    {
        await using var app = await StartAsync(manner);
        using var http = new HttpClient();
        var address = new Uri(app.Urls.Single());
        var options = new TrustServiceOptions(address, null, [new RevocationAddress(new string('a', 64), address, address)]);
        var door = new TrustServiceDoor(http);
        // Patience of a moment where nothing comes; of a minute where something does.
        var patience = manner is "silent" ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromMinutes(1);
        await Assert.ThrowsAsync<TransientException>(() => new HttpTimestampTransport(door, address, patience).SendAsync(new byte[] { 1 }, default));
        await Assert.ThrowsAsync<TransientException>(() => door.AskAsync(address, null, 64 * 1024, patience, default));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => door.AskAsync(address, null, 64 * 1024, patience, stopped.Token));
    }

    [Fact]
    public void Settings_that_are_not_understood_are_said_at_start()
    {
        TrustServiceOptions From(params (string Key, string Value)[] settings) => TrustServiceOptions.From(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create("TrustServices:" + one.Key, (string?)one.Value))).Build());
        var issuer = string.Join(':', Enumerable.Repeat("AB", 32));
        var options = From(("Timestamp:Address", "http://tsa.example/"), ("Timestamp:Policy", "1.2.3"), ("Revocation:0:Issuer", issuer), ("Revocation:0:Ocsp", "http://ocsp.example/"));
        Assert.Equal((new Uri("http://tsa.example/"), "1.2.3"), (options.Timestamp, options.Policy));
        Assert.Equal(new RevocationAddress(string.Concat(Enumerable.Repeat("ab", 32)), new Uri("http://ocsp.example/"), null), Assert.Single(options.Revocation));
        Assert.Equal((null, 0), (From().Timestamp, From().Revocation.Count));
        Assert.Throws<FormatException>(() => From(("Timestamp:Address", "file:///etc/passwd")));
        Assert.Throws<FormatException>(() => From(("Revocation:0:Issuer", "my authority")));
        Assert.Throws<FormatException>(() => From(("Revocation:0:Issuer", issuer), ("Revocation:0:List", "crl.example")));
    }

    private static async Task<WebApplication> StartAsync(string manner)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            switch (manner)
            {
                case "500":
                    context.Response.StatusCode = 500;
                    break;
                case "silent":
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    break;
                case "cut":
                    context.Response.ContentLength = 1000;
                    await context.Response.Body.WriteAsync(new byte[10]);
                    await context.Response.Body.FlushAsync();
                    context.Abort();
                    break;
                default:
                    while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(new byte[65536], context.RequestAborted);
                    break;
            }
        });
        await app.StartAsync();
        return app;
    }

    private static async Task<(System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate, System.Security.Cryptography.X509Certificates.X509Certificate2 Issuer)> CertificateAsync(TestOffice office)
    {
        var stored = (await office.Get<OfficeDirectory>().CertificatesAsync(TestOffice.Agency, default))[0];
        return (OfficeDirectory.CertificateOf("", stored.Chain[0]), OfficeDirectory.CertificateOf("", stored.Chain[1]));
    }

    private static async Task<string> RootAsync(TestOffice office) =>
        (await office.Get<OfficeDirectory>().TrustAnchorsAsync(default)).Anchors[0].Certificate.ExportCertificatePem();

    private static string Run(params string[] arguments)
    {
        var answer = OutsideTool.Run("openssl", arguments);
        Assert.True(answer.ExitCode == 0, answer.All);
        return answer.All;
    }
}
