using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Keys;

public class Pkcs12SigningKeyTests
{
    [Theory]
    [InlineData(TestKey.Rsa2048, "rsa-sha256")]
    [InlineData(TestKey.P256, "ecdsa-sha256")]
    [InlineData(TestKey.P384, "ecdsa-sha384")]
    [InlineData(TestKey.P521, "ecdsa-sha512")]
    public void A_key_has_its_usual_algorithm_and_its_chain_in_order(TestKey kind, string algorithm)
    {
        var person = TestPki.Instance.Person(kind);
        using var key = person.SigningKey();
        Assert.Equal(algorithm, key.Algorithm.Id);
        Assert.False(key.NeedsAuthorization);
        Assert.Equal(person.Chain.Certificates.Select(one => one.Thumbprint), key.Chain.Certificates.Select(one => one.Thumbprint));
        Assert.All(key.Chain.Certificates, one => Assert.False(one.HasPrivateKey));
    }

    [Fact]
    public void A_wrong_password_and_a_damaged_file_are_told_apart()
    {
        var file = TestPki.Instance.Person(TestKey.P256).Pkcs12();
        Assert.Equal("key-wrong-password", Refusal(() => Pkcs12SigningKey.Load(file, "khác")));
        Assert.Equal("key-file-unreadable", Refusal(() => Pkcs12SigningKey.Load(file.AsSpan(0, file.Length / 2), TestIdentity.Password)));
        Assert.Equal("key-file-unreadable", Refusal(() => Pkcs12SigningKey.Load([], TestIdentity.Password)));
        Assert.Equal("key-file-unreadable", Refusal(() => Pkcs12SigningKey.Load("not a key"u8, TestIdentity.Password)));
    }

    [Fact]
    public void A_file_without_a_key_or_with_two_is_refused()
    {
        var (one, other) = (TestPki.Instance.Person(TestKey.P256), TestPki.Instance.Agency(TestKey.P256));
        var without = new X509Certificate2Collection(one.Certificate).Export(X509ContentType.Pkcs12, TestIdentity.Password)!;
        Assert.Equal("key-missing", Refusal(() => Pkcs12SigningKey.Load(without, TestIdentity.Password)));

        using var first = one.Certificate.CopyWithPrivateKey((ECDsa)one.Key);
        using var second = other.Certificate.CopyWithPrivateKey((ECDsa)other.Key);
        var both = new X509Certificate2Collection(new[] { first, second }).Export(X509ContentType.Pkcs12, TestIdentity.Password)!;
        Assert.Equal("key-ambiguous", Refusal(() => Pkcs12SigningKey.Load(both, TestIdentity.Password)));
    }

    [Fact]
    public void A_key_too_short_or_on_another_curve_is_refused()
    {
        using var shortKey = RSA.Create(1024);
        Assert.Equal("key-not-allowed", Refusal(() => Load(new CertificateRequest("CN=ngắn", shortKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))));
        using var otherCurve = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        Assert.Equal("key-not-allowed", Refusal(() => Load(new CertificateRequest("CN=khác", otherCurve, HashAlgorithmName.SHA256))));
    }

    [Fact]
    public void An_algorithm_outside_the_list_or_of_another_key_is_refused()
    {
        var person = TestPki.Instance.Person(TestKey.Rsa2048);
        Assert.Equal("algorithm-not-allowed", Refusal(() => person.SigningKey(new SignatureAlgorithm(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA1))));
        Assert.Equal("algorithm-not-allowed", Refusal(() => person.SigningKey(SignatureAlgorithm.EcdsaSha256)));
        Assert.Equal("algorithm-not-allowed", Refusal(() => SignatureAlgorithm.Parse("rsa-sha1")));
        Assert.All(SignatureAlgorithm.Allowed, algorithm => Assert.Equal(algorithm, SignatureAlgorithm.Parse(algorithm.Id)));
    }

    [Fact]
    public async Task Many_requests_are_signed_side_by_side()
    {
        var person = TestPki.Instance.Person(TestKey.Rsa2048);
        using var key = person.SigningKey(SignatureAlgorithm.RsaPssSha256);
        using var publicKey = person.Certificate.GetRSAPublicKey()!;
        var digests = Enumerable.Range(0, 64).Select(i => SHA256.HashData([(byte)i])).ToList();
        var answers = await Task.WhenAll(digests.Select(digest => Task.Run(() => key.SignAsync(new SigningOrder(digest, "thử", null), CancellationToken.None))));
        foreach (var (digest, answer) in digests.Zip(answers))
            Assert.True(publicKey.VerifyHash(digest, Assert.IsType<SigningAnswer.Signed>(answer).Value.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task A_digest_of_the_wrong_length_is_not_signed()
    {
        using var key = TestPki.Instance.Person(TestKey.P256).SigningKey();
        await Assert.ThrowsAsync<ArgumentException>(() => key.SignAsync(new SigningOrder(new byte[20], "thử", null), CancellationToken.None));
    }

    private static Pkcs12SigningKey Load(CertificateRequest request)
    {
        using var certificate = request.CreateSelfSigned(TestPki.Now, TestPki.Now.AddYears(1));
        return Pkcs12SigningKey.Load(certificate.Export(X509ContentType.Pkcs12, TestIdentity.Password), TestIdentity.Password);
    }

    private static string Refusal(Action load) => Assert.Throws<KeyRefusedException>(load).Code;
}
