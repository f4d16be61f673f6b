using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Tests.Workflow;
using ECopy.Signing.Keys;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.KeyVault;

/// <summary>An office whose keys lie in a vault: certificates taken from it, copies signed there.</summary>
public sealed partial class VaultOfficeTests : IAsyncLifetime
{
    private const string Official = "Trần Văn Mẫu";
    private static readonly OfficeActor Actor = OfficeActor.Operator;
    private static readonly TestPki Pki = TestPki.Instance;
    private readonly ReadOnlyMemory<byte> issuers = Encoding.ASCII.GetBytes(Pki.Issuing.Certificate.ExportCertificatePem());
    private LoopbackVault vault = null!;
    private TestOffice office = null!;

    public async Task InitializeAsync()
    {
        vault = await LoopbackVault.StartAsync();
        office = await TestOffice.OpenAsync(new ShiftedTime(TestPki.Now), vault.Install);
        Assert.False((await office.Get<AddTrustAnchor>().RunAsync(Pki.Root.Certificate.RawData, null, null, Actor, default)).IsRejected);
        // Nobody answers for the certificates of this test's authority: a higher level would wait for that.
        await LevelTests.SetLevelAsync(office, PadesLevel.BaselineT);
    }

    public async Task DisposeAsync()
    {
        await office.DisposeAsync();
        await vault.DisposeAsync();
    }

    [Fact]
    public async Task A_copy_is_signed_and_sealed_by_keys_that_never_leave_the_vault()
    {
        var person = vault.Add("tran-van-mau", Pki.Leaf(Official, TestKey.P256, Pki.Issuing));
        var seal = vault.Add("con-dau", Pki.Agency(TestKey.Rsa2048));
        var ofPerson = (await TakeAsync("tran-van-mau", DemoOffice.Attestor)).Value;
        var ofSeal = (await TakeAsync($"con-dau/{seal.Version}", null, "rsa-pss-sha256")).Value;
        Assert.Equal($"azure-key-vault:{vault.Address}keys/tran-van-mau/{person.Version}", ofPerson.KeyLocation);
        Assert.Equal(("rsa-pss-sha256", 3), (ofSeal.Algorithm, ofSeal.Chain.Count));

        // Renewed in the vault: what was taken is what signs.
        vault.Add("con-dau", Pki.Agency(TestKey.P384));
        vault.Requests.Clear();
        vault.Fail(VaultFault.Throttled, VaultFault.Cut, VaultFault.Unavailable);
        var copy = await office.CertifyAsync();
        Assert.Equal(
            [$"/keys/tran-van-mau/{person.Version}/sign", $"/keys/con-dau/{seal.Version}/sign"],
            vault.Requests.Select(request => request.Path).Distinct());
        var digests = vault.Requests.Select(request => Encoding.ASCII.GetString(request.Body)).Distinct();
        Assert.Equal(2, digests.Count());

        var pdf = (await office.Store.ReadAsync(BlobPaths.Copy(TestOffice.Agency, copy.CopyId), default))!.Content.ToArray();
        var pdfsig = OutsideTool.RunOn(pdf, ".pdf", "pdfsig", "-nocert", "{}");
        Assert.Equal(2, pdfsig.Output.Split("Signature Validation: Signature is Valid.").Length - 1);
        Assert.Contains($"Signer Certificate Common Name: {Official}", pdfsig.Output, StringComparison.Ordinal);
        var signatures = CopyTools.Signatures(pdf);
        Assert.Equal([false, true], signatures.Select(signature => signature.CoversAll));
        Assert.All(signatures, signature => Assert.Contains(
            "CAdES Verification successful", CopyTools.OpensslVerify(signature, Pki.Root.Certificate.RawData, TestPki.Now.AddHours(1)).All, StringComparison.Ordinal));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_seal_that_is_disabled_in_the_vault_leaves_a_void_number_and_its_reason()
    {
        var seal = vault.Add("con-dau", Pki.Agency(TestKey.Rsa2048));
        Assert.False((await TakeAsync("con-dau", null)).IsRejected);
        seal.Forbidden = "KeyDisabled";
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        var failed = await office.WhenAsync(copyId, request => request.Failure is not null);
        Assert.Equal("signing-key-failed", failed.Failure!.Code);
        Assert.Equal("Khóa ký số không ký được", Assert.Single(await office.BookAsync()).Reason);
    }

    [Fact]
    public async Task A_certificate_of_the_vault_is_taken_by_the_rules_of_an_imported_one()
    {
        vault.Add("khac", Pki.Person(TestKey.P256));
        vault.Add("dau", Pki.Agency(TestKey.P256));
        vault.Add("la", Pki.Leaf(Official, TestKey.P256, Pki.ForeignRoot));
        vault.Add("het-han", Pki.Expired);
        vault.Add("may-chu", Pki.WrongUsage);
        var denied = vault.Add("tat", Pki.Leaf(Official, TestKey.P256, Pki.Issuing));
        denied.Forbidden = "KeyDisabled";
        async Task RequireAsync(string code, string name, string? holder, string? algorithm = null, ReadOnlyMemory<byte>? beside = null, string? at = null) => Assert.Equal(
            code,
            (await office.Get<TakeVaultCertificate>().RunAsync(new VaultCertificateOrder(TestOffice.Agency, holder, at, name, beside ?? issuers, algorithm), Actor, default)).Rejection?.Code);

        await RequireAsync("certificate-of-another", "khac", DemoOffice.Attestor);
        await RequireAsync("certificate-of-another", "khac", null);
        await RequireAsync("certificate-foreign", "la", DemoOffice.Attestor);
        await RequireAsync("certificate-foreign", "dau", null, beside: default(ReadOnlyMemory<byte>));
        await RequireAsync("certificate-expired", "het-han", DemoOffice.Attestor);
        await RequireAsync("certificate-key-usage", "may-chu", DemoOffice.Attestor);
        await RequireAsync("key-vault-key-disabled", "tat", DemoOffice.Attestor);
        await RequireAsync("key-vault-key-missing", "khong-co", DemoOffice.Attestor);
        await RequireAsync("key-vault-name-invalid", "a/b/c", DemoOffice.Attestor);
        await RequireAsync("key-vault-not-configured", "dau", null, at: "https://other.vault.azure.net");
        await RequireAsync("signing-key-unusable", "dau", null, "ecdsa-sha512");
        await RequireAsync("signing-key-unusable", "dau", null, "md5");
        await RequireAsync("trust-file-unreadable", "dau", null, beside: "rác"u8.ToArray());
        await RequireAsync("person-unknown", "khac", "không có");
        vault.Credential.Fault = new Azure.Identity.CredentialUnavailableException("none");
        vault.Credential.Withdraw();
        await RequireAsync("key-vault-unreachable", "dau", null);
        Assert.DoesNotContain(await office.Get<OfficeDirectory>().CertificatesAsync(TestOffice.Agency, default), one => KeyRing.IsInVault(one.KeyLocation));

        vault.Credential.Fault = null;
        Assert.False((await TakeAsync("dau", null)).IsRejected);
        // Again changes nothing; a key does not move.
        Assert.False((await TakeAsync("dau", null)).IsRejected);
        vault.Add("dau-hai", Pki.Agency(TestKey.P256));
        await RequireAsync("certificate-key-elsewhere", "dau-hai", null);
    }

    [Fact]
    public async Task A_program_that_lost_its_vaults_says_so_before_it_signs()
    {
        vault.Add("dau", Pki.Agency(TestKey.P256));
        var taken = (await TakeAsync("dau", null)).Value;
        Assert.Equal("key-vault-none", new KeyRing(office.DataPath).Open(taken).Rejection?.Code);
        using var elsewhere = new KeyVaults(KeyVaultOptions.Of("https://other.vault.azure.net"));
        Assert.Equal("key-vault-not-configured", new KeyRing(office.DataPath, elsewhere).Open(taken).Rejection?.Code);
    }

    [Fact]
    public async Task The_administrator_takes_it_on_the_page_and_sees_where_the_key_is()
    {
        vault.Add("dau", Pki.Agency(TestKey.P256));
        var admin = ApiOffice.Users[OfficeRole.AgencyAdmin];
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, admin, "một mật khẩu dài", "test", default);
        using var browser = office.Browse();
        using var signedIn = await browser.PostAsync("/account/sign-in", await FormAsync(browser, "/account/sign-in", ("agency", TestOffice.Agency), ("user", admin), ("password", "một mật khẩu dài")));
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);

        using var wrong = await browser.PostAsync("/office/certificates?handler=Vault", await FormAsync(browser, "/office/certificates", ("certificate", "khong-co"), ("vault", vault.Address.ToString())));
        Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        var said = WebUtility.HtmlDecode(await wrong.Content.ReadAsStringAsync());
        Assert.Contains("Kho khóa không có khóa hoặc chứng thư số này", said, StringComparison.Ordinal);
        Assert.Contains("value=\"khong-co\"", said, StringComparison.Ordinal);

        var form = new MultipartFormDataContent
        {
            { new StringContent("dau"), "certificate" },
            { new StringContent(vault.Address.ToString()), "vault" },
            { new ReadOnlyMemoryContent(issuers), "issuers", "issuers.pem" },
            { new StringContent(await TokenAsync(browser, "/office/certificates")), "__RequestVerificationToken" },
        };
        using var taken = await browser.PostAsync("/office/certificates?handler=Vault", form);
        Assert.Equal("/office/certificates?saved=1", taken.Headers.Location?.ToString());
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/office/certificates"));
        Assert.Contains("khóa trong Azure Key Vault", page, StringComparison.Ordinal);
        Assert.Contains("khóa trên máy chủ", page, StringComparison.Ordinal);
    }

    private Task<Result<OfficeCertificate>> TakeAsync(string name, string? holder, string? algorithm = null) =>
        office.Get<TakeVaultCertificate>().RunAsync(new VaultCertificateOrder(TestOffice.Agency, holder, null, name, issuers, algorithm), Actor, default);

    private static async Task<FormUrlEncodedContent> FormAsync(HttpClient browser, string page, params (string Name, string Value)[] fields) =>
        new([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("__RequestVerificationToken", await TokenAsync(browser, page))]);

    private static async Task<string> TokenAsync(HttpClient browser, string page) => WebUtility.HtmlDecode(Csrf().Match(await browser.GetStringAsync(page)).Groups[1].Value);

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Csrf();
}
