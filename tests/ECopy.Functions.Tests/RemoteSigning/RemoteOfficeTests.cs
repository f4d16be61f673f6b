using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.RemoteSigning;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Tests.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.RemoteSigning;

/// <summary>An office whose official signs at a signing service and confirms on a phone, while the seal is a key file.</summary>
public sealed partial class RemoteOfficeTests : IAsyncLifetime, IDisposable
{
    private const string Official = "Trần Văn Mẫu";
    private const string Credential = "GX0112348";
    private const string SignHash = "signatures/signHash";
    /// <summary>What gathers is asked about when the test moves the clock.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMinutes(20);

    private static readonly OfficeActor Actor = OfficeActor.Operator;
    private static readonly TestPki Pki = TestPki.Instance;
    private readonly ReadOnlyMemory<byte> issuers = Encoding.ASCII.GetBytes(Pki.Issuing.Certificate.ExportCertificatePem());
    private readonly ShiftedTime clock = new(TestPki.Now);
    private readonly CapturedLog log = new();
    private LoopbackSigner signer = null!;
    private TestOffice office = null!;

    public async Task InitializeAsync()
    {
        signer = await LoopbackSigner.StartAsync(clock);
        office = await TestOffice.OpenAsync(clock, services =>
        {
            log.AddTo(services);
            signer.Install(services, service => service with { Collect = Gathering, CollectAtMost = 2 * Gathering });
        });
        Assert.False((await office.Get<AddTrustAnchor>().RunAsync(Pki.Root.Certificate.RawData, null, null, Actor, default)).IsRejected);
        // Nobody answers for the certificates of this test's authority: a higher level would wait for that.
        await LevelTests.SetLevelAsync(office, PadesLevel.BaselineT);
    }

    public async Task DisposeAsync()
    {
        await office.DisposeAsync();
        await signer.DisposeAsync();
    }

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task A_copy_is_confirmed_on_the_phone_minutes_later_and_sealed_with_a_key_file()
    {
        await GiveAsync(TestKey.P256);
        var copyId = await ApproveAsync();
        await AskedAsync(1);
        var shown = Assert.Single(signer.Phone.All);
        Assert.Equal($"ECopy: copy {copyId}", shown.Description);

        // What the clerk sees meanwhile.
        using (var browser = office.Browse())
        {
            await SignInAsync(browser, OfficeRole.OneStopClerk);
            var page = await WhenPageAsync(browser, $"/office/copies/{copyId}", "mở ứng dụng ký số trên điện thoại");
            Assert.Contains("Chờ xác nhận ký số", page, StringComparison.Ordinal);
        }

        clock.Move(TimeSpan.FromMinutes(3));
        Assert.Equal(1, signer.Phone.Confirm());
        await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Equal((1, 1), (signer.Phone.All.Count, signer.Count(SignHash)));

        var pdf = (await office.Store.ReadAsync(BlobPaths.Copy(TestOffice.Agency, copyId), default))!.Content.ToArray();
        var pdfsig = OutsideTool.RunOn(pdf, ".pdf", "pdfsig", "-nocert", "{}");
        Assert.True(pdfsig.Output.Split("Signature Validation: Signature is Valid.").Length - 1 >= 2, pdfsig.All);
        Assert.Contains($"Signer Certificate Common Name: {Official}", pdfsig.Output, StringComparison.Ordinal);
        var signatures = CopyTools.Signatures(pdf);
        Assert.All(signatures.Take(2), signature => Assert.Contains(
            "CAdES Verification successful", CopyTools.OpensslVerify(signature, Pki.Root.Certificate.RawData, TestPki.Now.AddHours(1)).All, StringComparison.Ordinal));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
        Assert.All(signer.Secrets, secret => Assert.DoesNotContain(secret, string.Concat(log.Lines), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fifty_copies_are_confirmed_once()
    {
        await GiveAsync(TestKey.P256);
        var copies = await Task.WhenAll(Enumerable.Range(0, 50).Select(seed => office.SubmitAsync($"Giấy {seed}", null, SmallScan.Png(seed))));
        foreach (var copy in copies) await office.WhenStateAsync(copy.Value.CopyId, CopyState.WaitingForReview);
        await Task.WhenAll(copies.Select(copy => office.DecideAsync(copy.Value.CopyId)));
        await AskedAsync(50);
        Assert.Equal(50, Assert.Single(signer.Phone.All).Hashes.Count);
        Assert.Equal(1, signer.Phone.Confirm());
        foreach (var copy in copies) await office.WhenStateAsync(copy.Value.CopyId, CopyState.Registered);
        Assert.Equal((1, 1), (signer.Phone.All.Count, signer.Count(SignHash)));
        Assert.Equal(Enumerable.Range(1, 50), (await office.BookAsync()).Select(entry => entry.Number));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task Killed_and_started_again_between_all_stages_it_asks_once_and_signs_once()
    {
        await GiveAsync(TestKey.Rsa2048, "rsa-pss-sha256");
        string[] copies = [await ApproveAsync(), await ApproveAsync()];
        await GatheredAsync(2);
        await AgainAsync();
        await AskedAsync(2);
        await AgainAsync();
        Assert.Equal(2, Assert.Single(signer.Phone.All).Hashes.Count);

        // The holder confirms while the program is not there.
        await office.CrashAsync();
        Assert.Equal(1, signer.Phone.Confirm());
        clock.Move(TimeSpan.FromMinutes(30));
        await office.StartAsync();
        await office.SweepAsync();
        foreach (var copyId in copies) await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Equal((1, 1, 1), (signer.Phone.All.Count, signer.Phone.MostOpen, signer.Count(SignHash)));
        foreach (var copyId in copies) Assert.Single(await office.PathsAsync($"work/{TestOffice.Agency}/{copyId}/1/"), path => path.EndsWith("person.p7s", StringComparison.Ordinal));
        Assert.Equal([1, 2], (await office.BookAsync()).Select(entry => entry.Number));
    }

    [Theory]
    [InlineData(true, "signer-refused", "Người ký từ chối ký")]
    [InlineData(false, "signing-time-limit", "Quá thời hạn xác nhận chữ ký số")]
    public async Task Without_the_holders_yes_the_number_is_void_with_its_reason(bool refuses, string code, string reason)
    {
        await GiveAsync(TestKey.P256);
        var copyId = await ApproveAsync();
        await AskedAsync(1);
        if (refuses) Assert.Equal(1, signer.Phone.Refuse());
        else clock.Move(TimeSpan.FromMinutes(11));
        var failed = await office.WhenAsync(copyId, request => request.Failure is not null);
        Assert.Equal(code, failed.Failure!.Code);
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal(reason, Assert.Single(await office.BookAsync()).Reason);

        // Approved again, it is another digest, another number and another question.
        await office.DecideAsync(copyId);
        await AskedAsync(1, rounds: 2);
        Assert.Equal(1, signer.Phone.Confirm());
        await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Equal([RegisterState.Void, RegisterState.Issued], (await office.BookAsync()).Select(entry => entry.State));
    }

    [Fact]
    public async Task A_certificate_of_a_service_is_taken_by_the_rules_of_an_imported_one_and_asks_nobody()
    {
        var leaf = Pki.Leaf(Official, TestKey.P256, Pki.Issuing);
        signer.Add("tot", leaf);
        signer.Add("khac", Pki.Person(TestKey.P256));
        signer.Add("la", Pki.Leaf(Official, TestKey.P256, Pki.ForeignRoot));
        signer.Add("het-han", Pki.Expired);
        signer.Add("ma-pin", leaf).AuthObjects = ["Password", "Password"];
        signer.Add("trang", leaf).Mode = "oauth2code";
        signer.Add("tat", leaf).Enabled = false;
        signer.Add("cu", leaf, "1.2.840.113549.1.1.5");
        signer.Add("mot-minh", Pki.Leaf(Official, TestKey.P384, Pki.Issuing)).GivesChain = false;
        async Task RequireAsync(string? code, string credential, string? holder = DemoOffice.Attestor, string? algorithm = null, ReadOnlyMemory<byte> beside = default, string? service = null) => Assert.Equal(
            code,
            (await office.Get<TakeRemoteCertificate>().RunAsync(new RemoteCertificateOrder(TestOffice.Agency, holder, service, credential, beside, algorithm), Actor, default)).Rejection?.Code);

        await RequireAsync("certificate-of-another", "khac");
        await RequireAsync("certificate-of-another", "tot", holder: null);
        await RequireAsync("certificate-foreign", "la");
        await RequireAsync("certificate-expired", "het-han");
        await RequireAsync("remote-signing-mode-unsupported", "ma-pin");
        await RequireAsync("remote-signing-mode-unsupported", "trang");
        await RequireAsync("remote-signing-credential-disabled", "tat");
        await RequireAsync("remote-signing-algorithm", "cu");
        await RequireAsync("remote-signing-credential-missing", "khong-co");
        await RequireAsync("remote-signing-credential-missing", "\0");
        await RequireAsync("remote-signing-not-configured", "tot", service: "noi-khac");
        await RequireAsync("signing-key-unusable", "tot", algorithm: "rsa-sha256");
        await RequireAsync("person-unknown", "tot", holder: "khong-co");
        await RequireAsync(null, "mot-minh", beside: issuers);
        await RequireAsync(null, "tot");
        signer.Fail("credentials/info", SignerFault.Unavailable);
        await RequireAsync("remote-signing-unreachable", "tot");
        // The same certificate elsewhere is not the same key.
        signer.Add("ban-sao", leaf);
        await RequireAsync("certificate-key-elsewhere", "ban-sao");
        Assert.Empty(signer.Phone.All);
        Assert.Equal(0, signer.Count(SignHash));

        var person = await office.Get<OfficeDirectory>().PersonAsync(TestOffice.Agency, DemoOffice.Attestor, default);
        var taken = (await office.Get<OfficeDirectory>().FindCertificateAsync(TestOffice.Agency, person.Certificate!, default))!;
        Assert.Equal("csc:ky-so:tot", taken.KeyLocation);
        Assert.Equal("remote-signing-none", new KeyRing(office.DataPath).Open(taken).Rejection?.Code);
        var offered = (await office.Get<TakeRemoteCertificate>().OfferedAsync(null, "nguoi-dung", default)).Value;
        Assert.Equal(["ban-sao", "cu", "het-han", "khac", "la", "ma-pin", "mot-minh", "tat", "tot", "trang"], offered.Select(one => one.Id));
        Assert.Equal(["ma-pin", "tat", "trang"], offered.Where(one => !one.Usable).Select(one => one.Id));
    }

    [Fact]
    public async Task An_administrator_chooses_from_what_the_service_offers()
    {
        signer.Add("con-dau", Pki.Agency(TestKey.Rsa2048));
        using var browser = office.Browse();
        await SignInAsync(browser, OfficeRole.AgencyAdmin);
        using var shown = await browser.PostAsync("/office/certificates?handler=Offered", await FormAsync(browser, "/office/certificates", ("service", "ky-so"), ("user", "ubnd-mau-an")));
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        var page = WebUtility.HtmlDecode(await shown.Content.ReadAsStringAsync());
        Assert.Contains("<option value=\"con-dau\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"ubnd-mau-an\"", page, StringComparison.Ordinal);
        using var wrong = await browser.PostAsync("/office/certificates?handler=Remote", await FormAsync(browser, "/office/certificates", ("service", "ky-so"), ("credential", "khong-co")));
        Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        Assert.Contains("Dịch vụ ký số từ xa không có chứng thư số này", WebUtility.HtmlDecode(await wrong.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        using var taken = await browser.PostAsync("/office/certificates?handler=Remote", await FormAsync(browser, "/office/certificates", ("service", "ky-so"), ("credential", "con-dau")));
        Assert.Equal("/office/certificates?saved=1", taken.Headers.Location?.ToString());
        Assert.Contains("khóa ở dịch vụ ký số từ xa", WebUtility.HtmlDecode(await browser.GetStringAsync("/office/certificates")), StringComparison.Ordinal);
    }

    /// <summary>The official's certificate from the service, the seal's from a file.</summary>
    private async Task GiveAsync(TestKey kind, string? algorithm = null)
    {
        signer.Add(Credential, Pki.Leaf(Official, kind, Pki.Issuing));
        var taken = await office.Get<TakeRemoteCertificate>().RunAsync(new RemoteCertificateOrder(TestOffice.Agency, DemoOffice.Attestor, null, Credential, default, algorithm), Actor, default);
        Assert.Null(taken.Rejection);
        var seal = await office.Get<ImportCertificate>().RunAsync(new CertificateImport(TestOffice.Agency, null, Pki.Agency(TestKey.Rsa2048).Pkcs12(), TestIdentity.Password), Actor, default);
        Assert.Null(seal.Rejection);
    }

    private async Task<string> ApproveAsync()
    {
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Null((await office.DecideAsync(copyId)).Rejection);
        return copyId;
    }

    private async Task AgainAsync()
    {
        await office.CrashAsync();
        await office.StartAsync();
        await office.SweepAsync();
    }

    /// <summary>Until so many wait to be asked about.</summary>
    private Task GatheredAsync(int count) => WhenAsync(async () =>
    {
        var path = (await office.PathsAsync("remote/")).SingleOrDefault(one => one.Count(letter => letter == '/') == 1);
        return path is not null && (await office.Store.ReadJsonAsync<CredentialRounds>(path, default))!.Value.Waiting.Count == count;
    }, $"{count} gathered");

    private async Task AskedAsync(int count, int rounds = 1)
    {
        await GatheredAsync(count);
        clock.Move(Gathering + TimeSpan.FromSeconds(1));
        await WhenAsync(() => Task.FromResult(signer.Phone.All.Count == rounds), "the phone shows it");
    }

    private static async Task WhenAsync(Func<Task<bool>> wanted, string what)
    {
        for (var looks = 0; !await wanted(); looks++)
        {
            if (looks > 6000) throw new TimeoutException(what);
            await Task.Delay(25);
        }
    }

    private static async Task<string> WhenPageAsync(HttpClient browser, string address, string says)
    {
        var page = "";
        await WhenAsync(async () => (page = WebUtility.HtmlDecode(await browser.GetStringAsync(address))).Contains(says, StringComparison.Ordinal), $"{address} says {says}");
        return page;
    }

    private async Task SignInAsync(HttpClient browser, OfficeRole role)
    {
        var user = ApiOffice.Users[role];
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, user, "một mật khẩu dài", "test", default);
        using var signedIn = await browser.PostAsync("/account/sign-in", await FormAsync(browser, "/account/sign-in", ("agency", TestOffice.Agency), ("user", user), ("password", "một mật khẩu dài")));
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
    }

    private static async Task<FormUrlEncodedContent> FormAsync(HttpClient browser, string page, params (string Name, string Value)[] fields) =>
        new([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("__RequestVerificationToken", await TokenAsync(browser, page))]);

    private static async Task<string> TokenAsync(HttpClient browser, string page) => WebUtility.HtmlDecode(Csrf().Match(await browser.GetStringAsync(page)).Groups[1].Value);

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Csrf();
}
