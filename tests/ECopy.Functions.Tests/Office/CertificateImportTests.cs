using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Signing.Trust;
using ECopy.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ECopy.Functions.Tests.Office;

/// <summary>Keys, certificates and roots as an office takes them in.</summary>
public sealed class CertificateImportTests
{
    private const string Password = TestIdentity.Password;
    private static readonly OfficeActor Actor = OfficeActor.Operator;
    private static readonly TestPki Pki = TestPki.Instance;

    [Theory]
    [InlineData(TestKey.Rsa2048)]
    [InlineData(TestKey.P256)]
    public async Task A_person_signs_with_the_certificate_that_was_imported(TestKey kind)
    {
        await using var office = await OpenAsync();
        await AddPersonAsync(office);
        var imported = (await ImportAsync(office, "nguyen.mau", Pki.Person(kind))).Value;
        Assert.Equal(Pki.Person(kind).Chain.Certificates.Select(one => one.RawData), imported.Chain);
        var person = await office.Get<OfficeDirectory>().PersonAsync(TestOffice.Agency, "nguyen.mau", default);
        Assert.Equal(imported.Thumbprint, person.Certificate);
        Assert.False((await office.Get<SignerCertificates>().ForPersonAsync(person, default)).IsRejected);

        // The key lies beside the records, for its owner only, and not under the password that a person typed.
        var files = Directory.GetFiles(Path.Combine(office.DataPath, "keys"), imported.Thumbprint[..32] + ".*");
        Assert.Equal(2, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        string[] written = [.. files, .. Directory.GetFiles(office.DataPath, "*.json", SearchOption.AllDirectories)];
        Assert.All(written, file => Assert.DoesNotContain(Password, Encoding.UTF8.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal));

        // Importing it again, as after a kill, changes nothing.
        var before = files.Select(File.ReadAllBytes).ToList();
        Assert.Equal(imported.Thumbprint, (await ImportAsync(office, "nguyen.mau", Pki.Person(kind))).Value.Thumbprint);
        Assert.Equal(before, files.Select(File.ReadAllBytes));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_file_without_its_issuers_needs_them_beside_it()
    {
        await using var office = await OpenAsync();
        await AddPersonAsync(office);
        var one = Pki.Person(TestKey.P256);
        using var alone = one.Certificate.CopyWithPrivateKey((ECDsa)one.Key);
        var file = alone.Export(X509ContentType.Pkcs12, Password);
        var import = new CertificateImport(TestOffice.Agency, "nguyen.mau", file, Password);
        Assert.Equal("certificate-foreign", (await office.Get<ImportCertificate>().RunAsync(import, Actor, default)).Rejection?.Code);
        var issuers = Encoding.ASCII.GetBytes(Pki.Issuing.Certificate.ExportCertificatePem());
        var imported = (await office.Get<ImportCertificate>().RunAsync(import with { Issuers = issuers }, Actor, default)).Value;
        Assert.Equal(one.Chain.Certificates.Select(member => member.RawData), imported.Chain);
        Assert.Equal("trust-file-unreadable", (await office.Get<ImportCertificate>().RunAsync(import with { Issuers = "x"u8.ToArray() }, Actor, default)).Rejection?.Code);
    }

    [Fact]
    public async Task A_certificate_that_may_not_sign_is_refused_with_its_reason()
    {
        await using var office = await OpenAsync();
        await AddPersonAsync(office);
        await AddPersonAsync(office, "nguoi.khac", "Trần Thị Khác");
        async Task RequireAsync(string code, string holder, TestIdentity identity, string? password = null, byte[]? file = null)
        {
            var import = new CertificateImport(TestOffice.Agency, holder, file ?? identity.Pkcs12(), password ?? Password);
            Assert.Equal(code, (await office.Get<ImportCertificate>().RunAsync(import, Actor, default)).Rejection?.Code);
        }

        await RequireAsync("signing-key-unusable", "nguyen.mau", Pki.Person(TestKey.P256), password: "sai");
        await RequireAsync("signing-key-unusable", "nguyen.mau", Pki.Person(TestKey.P256), file: "rác"u8.ToArray());
        await RequireAsync("signing-key-unusable", "nguyen.mau", Pki.Person(TestKey.P256), file: new byte[ImportCertificate.MostBytes + 1]);
        await RequireAsync("signing-key-unusable", "nguyen.mau", Pki.Person(TestKey.P256), file: Pki.Person(TestKey.P256).Certificate.Export(X509ContentType.Pkcs12, Password));
        await RequireAsync("certificate-expired", "nguyen.mau", Pki.Expired);
        await RequireAsync("certificate-not-yet-valid", "nguyen.mau", Pki.NotYetValid);
        await RequireAsync("certificate-key-usage", "nguyen.mau", Pki.WrongUsage);
        await RequireAsync("certificate-foreign", "nguyen.mau", Pki.Foreign);
        await RequireAsync("certificate-of-another", "nguoi.khac", Pki.Person(TestKey.P256));
        await RequireAsync("person-unknown", "không có", Pki.Person(TestKey.P256));
        Assert.False((await ImportAsync(office, "nguyen.mau", Pki.Person(TestKey.P256))).IsRejected);
        // One certificate has one holder.
        await office.Get<ChangePerson>().AddAsync(TestOffice.Agency, "nguyen.hai", new PersonForm("Nguyễn Văn Mẫu", ["CHỦ TỊCH"], [OfficeRole.Attestor], null), Actor, default);
        await RequireAsync("certificate-wrong-holder", "nguyen.hai", Pki.Person(TestKey.P256));
    }

    [Fact]
    public async Task Part_of_a_word_is_nobodys_name()
    {
        await using var office = await OpenAsync();
        var common = Pki.Person(TestKey.P256).Certificate.GetNameInfo(X509NameType.SimpleName, false);
        // An is not Anh.
        await AddPersonAsync(office, "nguoi.khac", common[..^1]);
        Assert.Equal("certificate-of-another", (await ImportAsync(office, "nguoi.khac", Pki.Person(TestKey.P256))).Rejection?.Code);
    }

    [Fact]
    public async Task The_seal_is_the_agencys_own()
    {
        await using var office = await OpenAsync();
        Assert.Equal("certificate-of-another", (await ImportAsync(office, null, Pki.Person(TestKey.P384))).Rejection?.Code);
        var imported = (await ImportAsync(office, null, Pki.Agency(TestKey.P384))).Value;
        var agency = await office.Get<OfficeDirectory>().AgencyAsync(TestOffice.Agency, default);
        Assert.Equal((imported.Thumbprint, null), (agency.SealCertificate, imported.Holder));
        Assert.False((await office.Get<SignerCertificates>().ForSealAsync(agency, default)).IsRejected);
    }

    [Fact]
    public async Task A_production_store_refuses_a_demo_authority_by_name_and_by_key()
    {
        using var folder = new TemporaryFolder();
        using var demo = await DemoAuthority.OpenOrFoundAsync(
            new KeyFiles(FileBlobStore.Open(folder.Path)), TestPki.Now.AddDays(-1), TestPki.Now, default);
        using var root = demo.Root;
        // The same key under a name that says nothing, which takes the demo's private key.
        using var withKey = X509CertificateLoader.LoadPkcs12(
            await File.ReadAllBytesAsync(folder.Below("root.p12")), await File.ReadAllTextAsync(folder.Below("root.password")), X509KeyStorageFlags.EphemeralKeySet);
        using var key = withKey.GetRSAPrivateKey()!;
        var request = new CertificateRequest("CN=Real CA, C=VN", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var renamed = request.CreateSelfSigned(TestPki.Now.AddYears(-1), TestPki.Now.AddYears(9));

        await using var office = await OpenAsync();
        var trust = office.Get<AddTrustAnchor>();
        Assert.Equal("certificate-of-demo", (await trust.RunAsync(root.RawData, null, null, Actor, default)).Rejection?.Code);
        Assert.Equal("certificate-of-demo", (await trust.RunAsync(renamed.RawData, null, null, Actor, default)).Rejection?.Code);
        Assert.DoesNotContain("BẢN THỬ NGHIỆM", renamed.Subject, StringComparison.Ordinal);
        Assert.False(MarkedKey.IsOf(Pki.Issuing.Certificate));
        // And a person's certificate under it, by its issuer's name.
        await AddPersonAsync(office);
        using var issued = demo.Issue("Nguyễn Văn Mẫu", "Cơ quan", TestPki.Now.AddDays(-1), TestPki.Now.AddYears(3), elliptic: true);
        var import = new CertificateImport(TestOffice.Agency, "nguyen.mau", issued.Export(X509ContentType.Pkcs12, Password), Password);
        Assert.Equal("certificate-of-demo", (await office.Get<ImportCertificate>().RunAsync(import, Actor, default)).Rejection?.Code);
    }

    [Fact]
    public async Task A_root_is_trusted_for_the_time_that_was_said()
    {
        await using var office = await OpenAsync();
        var trust = office.Get<AddTrustAnchor>();
        var root = Pki.ForeignRoot.Certificate;
        Assert.Equal("trust-not-authority", (await trust.RunAsync(Pki.Person(TestKey.P256).Certificate.RawData, null, null, Actor, default)).Rejection?.Code);
        Assert.Equal("trust-file-unreadable", (await trust.RunAsync("rác"u8.ToArray(), null, null, Actor, default)).Rejection?.Code);
        Assert.Equal("trust-dates-invalid", (await trust.RunAsync(root.RawData, TestPki.Now, TestPki.Now.AddDays(-1), Actor, default)).Rejection?.Code);
        Assert.False((await trust.RunAsync(Encoding.ASCII.GetBytes(root.ExportCertificatePem()), TestPki.Now.AddDays(-2), TestPki.Now.AddDays(-1), Actor, default)).IsRejected);
        Assert.Equal("trust-anchor-exists", (await trust.RunAsync(root.RawData, null, null, Actor, default)).Rejection?.Code);

        await AddPersonAsync(office);
        Assert.Equal("certificate-foreign", (await ImportAsync(office, "nguyen.mau", Pki.Foreign)).Rejection?.Code);
        var actions = new List<string>();
        await foreach (var entry in office.Get<AuditTrail>().ReadAsync(OfficeAct.Store, default)) actions.Add(entry.Action);
        Assert.Equal(["trust-anchor-added", "trust-anchor-added"], actions);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    /// <summary>A store that is held to be a real one, trusting the test authority's root.</summary>
    private static async Task<TestOffice> OpenAsync()
    {
        var office = await TestOffice.OpenAsync(
            new SettableTime(TestPki.Now),
            services => services.Replace(ServiceDescriptor.Singleton(new StoreTerms(IsTest: false, new Uri("https://saoy.mauan.example/")))));
        Assert.False((await office.Get<AddTrustAnchor>().RunAsync(Pki.Root.Certificate.RawData, null, null, Actor, default)).IsRejected);
        return office;
    }

    private static async Task AddPersonAsync(TestOffice office, string personId = "nguyen.mau", string name = "Nguyễn Văn Mẫu") => Assert.False(
        (await office.Get<ChangePerson>().AddAsync(TestOffice.Agency, personId, new PersonForm(name, ["CHỦ TỊCH"], [OfficeRole.Attestor], null), Actor, default)).IsRejected);

    private static Task<Result<OfficeCertificate>> ImportAsync(TestOffice office, string? holder, TestIdentity identity) =>
        office.Get<ImportCertificate>().RunAsync(new CertificateImport(TestOffice.Agency, holder, identity.Pkcs12(), Password), Actor, default);
}
