using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Functions.Demo;

/// <summary>
/// The certification authority of a demo store: a root and an issuing authority, made at first start and kept in the
/// data folder. Its certificates say BẢN THỬ NGHIỆM, and no production store takes them.
/// </summary>
internal sealed class DemoAuthority : IDisposable
{
    private const string Organization = "ECopy BẢN THỬ NGHIỆM";
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 issuing;

    private DemoAuthority(X509Certificate2 root, X509Certificate2 issuing)
    {
        this.root = root;
        this.issuing = issuing;
    }

    /// <summary>The root certificate, without key.</summary>
    public X509Certificate2 Root => X509CertificateLoader.LoadCertificate(root.RawData);

    /// <summary>Opens the authority whose keys are in <paramref name="files"/>, or founds it.</summary>
    public static async Task<DemoAuthority> OpenOrFoundAsync(KeyFiles files, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        var from = now.AddDays(-1);
        var root = await files.OpenOrCreateAsync(
            "root", () => SelfSigned($"CN=Gốc {Organization}, O={Organization}, C=VN", from, from.AddYears(30)), [], cancellationToken);
        var issuing = await files.OpenOrCreateAsync(
            "issuing",
            () => Issue(root, new X500DistinguishedName($"CN=Cấp phát {Organization}, O={Organization}, C=VN"), from, from.AddYears(20), authority: true),
            [root],
            cancellationToken);
        return new DemoAuthority(root, issuing);
    }

    /// <summary>A certificate with key for a person or an agency, three years long.</summary>
    public X509Certificate2 Issue(string commonName, string organization, DateTimeOffset now)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCountryOrRegion("VN");
        name.AddOrganizationName(organization);
        name.AddCommonName(commonName);
        return Issue(issuing, name.Build(), now.AddHours(-1), now.AddYears(3), authority: false);
    }

    /// <summary>The certificates above one issued here.</summary>
    public IReadOnlyList<X509Certificate2> Chain => [issuing, root];

    public void Dispose()
    {
        root.Dispose();
        issuing.Dispose();
    }

    private static X509Certificate2 SelfSigned(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = RSA.Create(3072);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 1, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(from, until);
    }

    private static X509Certificate2 Issue(X509Certificate2 issuer, X500DistinguishedName name, DateTimeOffset from, DateTimeOffset until, bool authority)
    {
        using var key = RSA.Create(authority ? 3072 : 2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, authority, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            authority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
            true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        using var issued = request.Create(issuer, from, until < issuer.NotAfter ? until : issuer.NotAfter, serial);
        return issued.CopyWithPrivateKey(key);
    }
}
