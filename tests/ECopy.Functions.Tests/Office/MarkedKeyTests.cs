using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Office;

namespace ECopy.Functions.Tests.Office;

public sealed class MarkedKeyTests
{
    [Fact]
    public void A_marked_key_is_a_whole_rsa_key_that_says_what_it_is()
    {
        using var key = MarkedKey.Create(3072);
        Assert.Equal(3072, key.KeySize);
        // The platform checks the parts against each other; OpenSSL's own check is a second opinion.
        var signature = key.SignData("x"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        Assert.True(key.VerifyData("x"u8, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        var checkedKey = TestKit.OutsideTool.RunOn(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), ".pem", "openssl", "pkey", "-in", "{}", "-check", "-noout");
        Assert.True(checkedKey.ExitCode == 0, checkedKey.All);
        Assert.True(MarkedKey.IsOf(CertificateOf(key)));
        using var plain = RSA.Create(3072);
        Assert.False(MarkedKey.IsOf(CertificateOf(plain)));
    }

    private static X509Certificate2 CertificateOf(RSA key) =>
        new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(80));
}
