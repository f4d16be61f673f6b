using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;
using ECopy.Signing.Trust;

namespace ECopy.TestKit;

/// <summary>Kinds of test keys.</summary>
public enum TestKey
{
    Rsa2048,
    P256,
    P384,
    P521,
}

/// <summary>A certificate with its private key and its issuers, the root last.</summary>
public sealed class TestIdentity(X509Certificate2 certificate, AsymmetricAlgorithm key, IReadOnlyList<X509Certificate2> issuers)
{
    public const string Password = "mật khẩu thử nghiệm";

    // Tests sign often, and the iterations of the password's hash protect nothing here.
    private static readonly PbeParameters FewIterations = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100);
    private byte[]? file;

    public X509Certificate2 Certificate { get; } = certificate;

    public AsymmetricAlgorithm Key { get; } = key;

    public CertificateChain Chain { get; } = new([certificate, .. issuers]);

    /// <summary>Certificate, key and chain in a PKCS#12 file under <see cref="Password"/>.</summary>
    public byte[] Pkcs12()
    {
        if (file is not null) return file;
        using var withKey = Key is RSA rsa ? Certificate.CopyWithPrivateKey(rsa) : Certificate.CopyWithPrivateKey((ECDsa)Key);
        X509Certificate2[] all = [withKey, .. Chain.Certificates.Skip(1)];
        return file = new X509Certificate2Collection(all).ExportPkcs12(FewIterations, Password);
    }

    public Pkcs12SigningKey SigningKey(SignatureAlgorithm? algorithm = null) => Pkcs12SigningKey.Load(Pkcs12(), Password, algorithm);

    public TrustAnchors Anchors => new([new TrustAnchor(Chain.Certificates[^1], Chain.Certificates[^1].NotBefore, Chain.Certificates[^1].NotAfter)]);
}

/// <summary>
/// A test authority: root, issuing authority, persons and agencies with keys of every kind, and certificates that must not sign.
/// Made once per run; all dates hang on <see cref="Now"/>.
/// </summary>
public sealed class TestPki
{
    /// <summary>2026-11-22 09:41:07 in Vietnam.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 2, 41, 7, TimeSpan.Zero);

    private static readonly Lazy<TestPki> Made = new(() => new TestPki());
    private readonly Dictionary<(TestKey, bool), TestIdentity> leaves = [];
    private long serial = 0x1001;

    private TestPki()
    {
        Root = Authority("Gốc thử nghiệm", TestKey.P384, null, null);
        Issuing = Authority("Cấp phát thử nghiệm", TestKey.Rsa2048, Root, 0);
        ForeignRoot = Authority("Gốc xa lạ", TestKey.P256, null, null);
        foreach (var kind in Enum.GetValues<TestKey>())
        {
            leaves[(kind, true)] = Leaf("Nguyễn Văn Mẫu", kind, Issuing);
            leaves[(kind, false)] = Leaf("Ủy ban nhân dân xã Mẫu An", kind, Issuing);
        }

        Expired = Leaf("Người Đã Hết Hạn", TestKey.P256, Issuing, until: Now.AddDays(-1));
        NotYetValid = Leaf("Người Chưa Có Hiệu Lực", TestKey.P256, Issuing, from: Now.AddDays(1));
        WrongUsage = Leaf("Máy chủ thử nghiệm", TestKey.P256, Issuing, usage: X509KeyUsageFlags.KeyEncipherment);
        Foreign = Leaf("Nguyễn Văn Mẫu", TestKey.P256, ForeignRoot);
    }

    public static TestPki Instance => Made.Value;

    public TestIdentity Root { get; }

    public TestIdentity Issuing { get; }

    public TestIdentity ForeignRoot { get; }

    public TestIdentity Expired { get; }

    public TestIdentity NotYetValid { get; }

    public TestIdentity WrongUsage { get; }

    /// <summary>The person's name under an authority that nobody trusts.</summary>
    public TestIdentity Foreign { get; }

    public TrustAnchors Anchors => Root.Anchors;

    public TestIdentity Person(TestKey kind) => leaves[(kind, true)];

    public TestIdentity Agency(TestKey kind) => leaves[(kind, false)];

    public TestIdentity Authority(string name, TestKey kind, TestIdentity? issuer, int? pathLength, Action<CertificateRequest>? adjust = null, bool authority = true) => Issue(
        name,
        kind,
        issuer,
        Now.AddYears(-5),
        Now.AddYears(15),
        request =>
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, pathLength is not null, pathLength ?? 0, critical: true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
            adjust?.Invoke(request);
        });

    public TestIdentity Leaf(
        string name,
        TestKey kind,
        TestIdentity issuer,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
        Action<CertificateRequest>? adjust = null) => Issue(
        name,
        kind,
        issuer,
        from ?? Now.AddYears(-1),
        until ?? Now.AddYears(2),
        request =>
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: false));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
            adjust?.Invoke(request);
        });

    private TestIdentity Issue(string name, TestKey kind, TestIdentity? issuer, DateTimeOffset from, DateTimeOffset until, Action<CertificateRequest> extend)
    {
        var key = NewKey(kind);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        subject.AddOrganizationName("ECopy thử nghiệm");
        subject.AddCountryOrRegion("VN");
        var request = key is RSA rsa
            ? new CertificateRequest(subject.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
        extend(request);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var signer = issuer?.Key ?? key;
        var generator = signer is RSA issuerRsa
            ? X509SignatureGenerator.CreateForRSA(issuerRsa, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)signer);
        var number = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, 0x4500_0000_0000_0000 + Interlocked.Increment(ref serial));
        var certificate = request.Create(issuer?.Certificate.SubjectName ?? request.SubjectName, generator, from, until, number);
        return new TestIdentity(certificate, key, issuer is null ? [] : issuer.Chain.Certificates);
    }

    private static AsymmetricAlgorithm NewKey(TestKey kind) => kind switch
    {
        TestKey.Rsa2048 => RSA.Create(2048),
        TestKey.P256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        TestKey.P384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => ECDsa.Create(ECCurve.NamedCurves.nistP521),
    };
}
