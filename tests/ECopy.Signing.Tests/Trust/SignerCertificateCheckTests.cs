using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Signing.Trust;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Trust;

public class SignerCertificateCheckTests
{
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly ExpectedSigner Anyone = new(null, null);

    [Fact]
    public void A_good_certificate_has_no_problem()
    {
        var person = Pki.Person(TestKey.P256);
        Assert.Empty(Codes(person, Anyone));
        Assert.Empty(Codes(person, new ExpectedSigner(person.Certificate.GetCertHashString(HashAlgorithmName.SHA256), person.Certificate.Subject)));
    }

    [Fact]
    public void Each_fault_has_its_own_code()
    {
        Assert.Equal(["certificate-expired"], Codes(Pki.Expired, Anyone));
        Assert.Equal(["certificate-not-yet-valid"], Codes(Pki.NotYetValid, Anyone));
        Assert.Equal(["certificate-key-usage"], Codes(Pki.WrongUsage, Anyone));
        Assert.Equal(["certificate-foreign"], Codes(Pki.Foreign, Anyone));
        Assert.Equal(["certificate-wrong-holder"], Codes(Pki.Agency(TestKey.P256), new ExpectedSigner(null, Pki.Person(TestKey.P256).Certificate.Subject)));
        Assert.Equal(
            ["certificate-wrong-holder"],
            Codes(Pki.Person(TestKey.P384), new ExpectedSigner(Pki.Person(TestKey.P256).Certificate.GetCertHashString(HashAlgorithmName.SHA256), null)));
    }

    [Fact]
    public void A_timestamping_certificate_may_not_sign_documents()
    {
        var stamping = Pki.Leaf("Dấu thời gian", TestKey.P256, Pki.Issuing, adjust: request =>
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true)));
        Assert.Equal(["certificate-key-usage"], Codes(stamping, Anyone));
    }

    [Fact]
    public void Anchors_are_read_from_DER_and_from_PEM_with_dates()
    {
        var root = Pki.Root.Certificate;
        Assert.Equal(root.Thumbprint, Assert.Single(TrustAnchors.Read(root.RawData).Anchors).Certificate.Thumbprint);
        var pem = $"From: 2026-01-01T00:00:00Z\nUntil: 2026-12-31T23:59:59Z\n{root.ExportCertificatePem()}\n{Pki.ForeignRoot.Certificate.ExportCertificatePem()}\n";
        var anchors = TrustAnchors.Read(Encoding.UTF8.GetBytes(pem)).Anchors;
        Assert.Equal(2, anchors.Count);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), anchors[0].From);
        Assert.True(anchors[0].HoldsAt(TestPki.Now));
        Assert.False(anchors[0].HoldsAt(TestPki.Now.AddYears(1)));
        Assert.Equal(new DateTimeOffset(Pki.ForeignRoot.Certificate.NotAfter.ToUniversalTime()), anchors[1].Until);
        foreach (var bad in new[] { "", "rác", "From: ngày mai\n" + root.ExportCertificatePem(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" })
            Assert.Equal("trust-file-unreadable", Assert.Throws<TrustFormatException>(() => TrustAnchors.Read(Encoding.UTF8.GetBytes(bad))).Code);
    }

    private static IEnumerable<string> Codes(TestIdentity identity, ExpectedSigner expected) =>
        SignerCertificateCheck.Run(identity.Chain, expected, Pki.Anchors, TestPki.Now).Select(problem => problem.Code);
}
