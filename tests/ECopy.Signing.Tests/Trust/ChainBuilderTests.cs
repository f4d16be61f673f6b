using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Trust;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Trust;

public class ChainBuilderTests
{
    private static readonly TestPki Pki = TestPki.Instance;

    [Theory]
    [InlineData(TestKey.Rsa2048)]
    [InlineData(TestKey.P256)]
    [InlineData(TestKey.P384)]
    [InlineData(TestKey.P521)]
    public void A_leaf_leads_to_its_root(TestKey kind)
    {
        var person = Pki.Person(kind);
        var path = Find(person);
        Assert.Equal(PathStatus.Valid, path.Status);
        Assert.Equal(person.Chain.Certificates.Select(one => one.Thumbprint), path.Certificates.Select(one => one.Thumbprint));
    }

    [Fact]
    public void The_table_of_paths_agrees_with_the_platform_where_the_platform_looks()
    {
        var subAuthority = Pki.Authority("Dưới cấp phát", TestKey.P256, Pki.Issuing, null);
        var notAuthority = Pki.Authority("Không phải CA", TestKey.P256, Pki.Root, null, authority: false);
        var noCertSign = Pki.Leaf("Chỉ ký", TestKey.P256, Pki.Root);
        var critical = Pki.Leaf("Lạ", TestKey.P256, Pki.Issuing, adjust: request => request.CertificateExtensions.Add(new X509Extension("1.2.3.4.5", [0x05, 0x00], critical: true)));
        (string Name, TestIdentity Leaf, PathStatus Expected)[] table =
        [
            ("plain", Pki.Person(TestKey.P256), PathStatus.Valid),
            ("expired", Pki.Expired, PathStatus.SignerOutOfTime),
            ("not yet", Pki.NotYetValid, PathStatus.SignerOutOfTime),
            ("foreign", Pki.Foreign, PathStatus.NoAnchor),
            ("path length", Pki.Leaf("Quá sâu", TestKey.P256, subAuthority), PathStatus.Constraint),
            ("not an authority", Pki.Leaf("Dưới không CA", TestKey.P256, notAuthority), PathStatus.Constraint),
            ("no basic constraints", Pki.Leaf("Dưới lá", TestKey.P256, noCertSign), PathStatus.Constraint),
            ("unknown critical extension", critical, PathStatus.Constraint),
        ];
        foreach (var (name, leaf, expected) in table)
        {
            var path = Find(leaf);
            Assert.True(expected == path.Status, $"{name}: {path.Status} {path.Reason}");
            Assert.True((expected == PathStatus.Valid) == Platform(leaf), $"{name}: the platform differs");
            Assert.Equal(expected == PathStatus.Valid, path.Reason.Length == 0);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Constraints_on_names_are_refused_marked_critical_or_not(bool critical)
    {
        // permittedSubtrees with a directory name that our leaf would even satisfy: what is not understood is not weighed.
        byte[] constraints = [0x30, 0x06, 0xA0, 0x04, 0x30, 0x02, 0xA4, 0x00];
        var authority = Pki.Authority("Cấp phát hạn chế", TestKey.P256, Pki.Root, 0, request => request.CertificateExtensions.Add(new X509Extension("2.5.29.30", constraints, critical)));
        Assert.Equal(PathStatus.Constraint, Find(Pki.Leaf("Nguyễn Văn Mẫu", TestKey.P256, authority)).Status);
    }

    [Fact]
    public void A_forged_issuer_of_the_same_name_is_not_believed()
    {
        var forged = Pki.Authority("Cấp phát thử nghiệm", TestKey.Rsa2048, null, 0);
        var leaf = Pki.Leaf("Nguyễn Văn Mẫu", TestKey.P256, forged);
        Assert.Equal(PathStatus.NoAnchor, ChainBuilder.Find(leaf.Certificate, [forged.Certificate, Pki.Issuing.Certificate], Pki.Anchors, TestPki.Now).Status);
        // A real issuer is found among namesakes.
        var person = Pki.Person(TestKey.P256);
        Assert.Equal(PathStatus.Valid, ChainBuilder.Find(person.Certificate, [forged.Certificate, Pki.Issuing.Certificate], Pki.Anchors, TestPki.Now).Status);
    }

    [Fact]
    public void Only_supplied_certificates_are_used()
    {
        var person = Pki.Person(TestKey.P256);
        Assert.Equal(PathStatus.NoAnchor, ChainBuilder.Find(person.Certificate, [], Pki.Anchors, TestPki.Now).Status);
        Assert.Equal(PathStatus.NoAnchor, ChainBuilder.Find(person.Certificate, person.Chain.Certificates, TrustAnchors.None, TestPki.Now).Status);
    }

    [Fact]
    public void Trust_and_issuers_end_in_time()
    {
        var person = Pki.Person(TestKey.P256);
        var limited = new TrustAnchors([Pki.Anchors.Anchors[0] with { Until = TestPki.Now.AddSeconds(-1) }]);
        Assert.Equal(PathStatus.IssuerOutOfTime, ChainBuilder.Find(person.Certificate, person.Chain.Certificates, limited, TestPki.Now).Status);
        Assert.Equal(PathStatus.IssuerOutOfTime, ChainBuilder.Find(person.Certificate, person.Chain.Certificates, Pki.Anchors, TestPki.Now.AddYears(30)).Status);
        Assert.Equal(PathStatus.SignerOutOfTime, ChainBuilder.Find(person.Certificate, person.Chain.Certificates, Pki.Anchors, TestPki.Now.AddYears(3)).Status);
    }

    [Fact]
    public void A_thousand_namesakes_cost_no_time()
    {
        // Each could be the other's issuer by name: without a bound the search would be exponential.
        var namesakes = new List<X509Certificate2>();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vòng", key, HashAlgorithmName.SHA256);
        for (var i = 0; i < 1000; i++) namesakes.Add(request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), TestPki.Now, TestPki.Now.AddYears(1), BitConverter.GetBytes(0x01000000 + i)));
        Assert.Equal(PathStatus.NoAnchor, ChainBuilder.Find(namesakes[0], namesakes, Pki.Anchors, TestPki.Now).Status);
    }

    [Fact]
    public void A_certificate_signed_with_SHA1_is_weak()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=yếu", key, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
        using var issuer = RSA.Create(2048);
        var root = new CertificateRequest("CN=gốc yếu", issuer, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var anchor = root.CreateSelfSigned(TestPki.Now.AddYears(-1), TestPki.Now.AddYears(1));
        using var weak = request.Create(anchor.SubjectName, new Sha1Generator(issuer), TestPki.Now.AddYears(-1), TestPki.Now.AddYears(1), [1, 2, 3]);
        var anchors = new TrustAnchors([new TrustAnchor(anchor, anchor.NotBefore, anchor.NotAfter)]);
        Assert.Equal(PathStatus.WeakAlgorithm, ChainBuilder.Find(weak, [], anchors, TestPki.Now).Status);
    }

    private static CertificatePath Find(TestIdentity leaf) => ChainBuilder.Find(leaf.Certificate, leaf.Chain.Certificates, Pki.Anchors, TestPki.Now);

    private static bool Platform(TestIdentity leaf)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationTime = TestPki.Now.UtcDateTime,
            },
        };
        chain.ChainPolicy.CustomTrustStore.Add(Pki.Root.Certificate);
        chain.ChainPolicy.ExtraStore.AddRange(leaf.Chain.Certificates.ToArray());
        return chain.Build(leaf.Certificate);
    }

    internal sealed class Sha1Generator(RSA key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05, 0x05, 0x00];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
