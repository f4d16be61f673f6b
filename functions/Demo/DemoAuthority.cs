using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Demo;

/// <summary>
/// The certification authority of a demo store: a root and an issuing authority, made at first start and kept in the
/// data folder. Its certificates say BẢN THỬ NGHIỆM, and its root's key is marked, so that no production store takes them.
/// </summary>
internal sealed class DemoAuthority : IDisposable
{
    /// <summary>How long certificates of the authority's services live.</summary>
    public const int ServiceYears = 6;

    private const string Organization = TestMark.Organization;
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
    /// <param name="from">When its certificates begin: before the first demo copy, not at the moment in which the keys are made.</param>
    public static async Task<DemoAuthority> OpenOrFoundAsync(KeyFiles files, DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        var root = await files.OpenOrCreateAsync(
            "root", () => SelfSigned($"CN=Gốc {Organization}, O={Organization}, C=VN", from, now.AddYears(30)), [], cancellationToken);
        var issuing = await files.OpenOrCreateAsync(
            "issuing",
            () =>
            {
                using var key = RSA.Create(3072);
                var request = new CertificateRequest(
                    new X500DistinguishedName($"CN=Cấp phát {Organization}, O={Organization}, C=VN"), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                using var issued = Issue(root, request, from, now.AddYears(20), authority: true);
                return issued.CopyWithPrivateKey(key);
            },
            [root],
            cancellationToken);
        return new DemoAuthority(root, issuing);
    }

    /// <summary>A certificate with key for a person or an agency.</summary>
    /// <param name="elliptic">A P-256 key; else RSA.</param>
    public X509Certificate2 Issue(string commonName, string organization, DateTimeOffset from, DateTimeOffset until, bool elliptic)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCountryOrRegion("VN");
        builder.AddOrganizationName(organization);
        builder.AddCommonName(commonName);
        var name = builder.Build();
        if (elliptic)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var issued = Issue(issuing, new CertificateRequest(name, key, HashAlgorithmName.SHA256), from, until, authority: false);
            return issued.CopyWithPrivateKey(key);
        }
        else
        {
            using var key = RSA.Create(2048);
            using var issued = Issue(issuing, new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), from, until, authority: false);
            return issued.CopyWithPrivateKey(key);
        }
    }

    /// <summary>For the demo's timestamp authority (RFC 3161, 2.3: this purpose alone, and critical).</summary>
    public X509Certificate2 IssueTimestamping(int year) => IssueService(
        FormattableString.Invariant($"Dấu thời gian {year} {Organization}"), year, new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));

    /// <summary>For its OCSP responder (RFC 6960, 4.2.2.2: the right to answer, and that it need not be asked about itself).</summary>
    public X509Certificate2 IssueResponder(int year) => IssueService(
        FormattableString.Invariant($"OCSP {year} {Organization}"),
        year,
        new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.9")], critical: false),
        new X509Extension("1.3.6.1.5.5.7.48.1.5", [0x05, 0x00], critical: false));

    /// <summary>The key of the root, for its revocation list.</summary>
    public static Task<Pkcs12SigningKey> RootKeyAsync(KeyFiles files, CancellationToken cancellationToken) =>
        files.OpenOrCreateKeyAsync("root", () => throw new InvalidOperationException("the authority is founded before it is asked"), [], cancellationToken);

    /// <summary>The certificates above one issued here.</summary>
    public IReadOnlyList<X509Certificate2> Chain => [issuing, root];

    public void Dispose()
    {
        root.Dispose();
        issuing.Dispose();
    }

    private X509Certificate2 IssueService(string commonName, int year, params X509Extension[] purposes)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={commonName}, O={Organization}, C=VN", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        foreach (var purpose in purposes) request.CertificateExtensions.Add(purpose);
        var from = LocalTime.StartOf(new DateOnly(year, 1, 1));
        using var issued = Issue(issuing, request, from, from.AddYears(ServiceYears), authority: false);
        return issued.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 SelfSigned(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = MarkedKey.Create(3072);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 1, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(from, until);
    }

    private static X509Certificate2 Issue(X509Certificate2 issuer, CertificateRequest request, DateTimeOffset from, DateTimeOffset until, bool authority)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, authority, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            authority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
            true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        // Never outside the issuer's own time: an authority founded by an older program begins later.
        return request.Create(issuer.SubjectName, GeneratorOf(issuer), Later(from, issuer.NotBefore), until < issuer.NotAfter ? until : issuer.NotAfter, serial);
    }

    private static X509SignatureGenerator GeneratorOf(X509Certificate2 issuer) =>
        X509SignatureGenerator.CreateForRSA(issuer.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
