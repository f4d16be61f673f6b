using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Tests.Verification.Integrity;
using ECopy.Signing.Verification;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Verification.Validation;

/// <summary>The platform's own SignedCms and X509Chain on the same signatures: they say what we say.</summary>
public class SecondOpinionTests
{
    private static readonly TestPki Pki = TestPki.Instance;

    public static TheoryData<string> Algorithms => [.. SignatureAlgorithm.Allowed.Select(one => one.Id)];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task The_platform_agrees_on_every_algorithm(string id)
    {
        var file = await SignedAsync(id);
        var changed = file.ToArray();
        changed[200] ^= 1;
        var evidence = await SignatureValidationTests.EvidenceAsync();

        foreach (var (document, sound) in new[] { (file, true), (changed, false) })
        {
            var report = SignatureValidation.Validate(document, new ValidationPolicy(Pki.Anchors, TestPki.Now, evidence), CancellationToken.None);
            Assert.Equal(sound, report.Finding.IsPassed);
            Assert.Equal(sound, Platform(document));
            Assert.Equal(id, Assert.Single(report.Signatures).Algorithm);
        }
    }

    /// <summary>OpenSSL and poppler on all of them; MuPDF reads no PSS.</summary>
    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Outside_tools_agree_on_every_algorithm(string id)
    {
        var file = await SignedAsync(id);
        var changed = file.ToArray();
        changed[200] ^= 1;
        foreach (var (document, sound) in new[] { (file, true), (changed, false) })
        {
            var openssl = CopyTools.OpensslVerify(Assert.Single(CopyTools.Signatures(document)), Pki.Root.Certificate.RawData, TestPki.Now);
            Assert.True(sound == openssl.All.Contains("CAdES Verification successful", StringComparison.Ordinal), openssl.All);
            Assert.Equal(sound, OutsideTool.RunOn(document, ".pdf", "pdfsig", "-nocert", "{}").Output.Contains("Signature is Valid.", StringComparison.Ordinal));
            if (SignatureAlgorithm.Parse(id).Scheme is SignatureScheme.RsaPss) continue;
            var mutool = OutsideTool.RunOn(document, ".pdf", "mutool", "sign", "-v", "{}").All;
            Assert.True(sound != mutool.Contains("digest", StringComparison.OrdinalIgnoreCase), mutool);
        }
    }

    private static Task<byte[]> SignedAsync(string id)
    {
        var algorithm = SignatureAlgorithm.Parse(id);
        var kind = algorithm.Scheme is not SignatureScheme.Ecdsa ? TestKey.Rsa2048
            : algorithm.Hash == HashAlgorithmName.SHA256 ? TestKey.P256
            : algorithm.Hash == HashAlgorithmName.SHA384 ? TestKey.P384
            : TestKey.P521;
        return Copies.SignAsync(Copies.Blank(), SignatureRole.Person, Pki.Person(kind), id);
    }

    private static bool Platform(byte[] document)
    {
        var value = Mutants.Last(document);
        var cms = new SignedCms(new ContentInfo([.. value.ByteRange!.Covered(document).SelectMany(piece => piece.ToArray())]), detached: true);
        cms.Decode(Signing.Cms.CmsSignedData.Read(value.Contents!.Value).Encoded.Span);
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
        chain.ChainPolicy.ExtraStore.AddRange(cms.Certificates);
        try
        {
            cms.CheckSignature(verifySignatureOnly: true);
            return chain.Build(cms.SignerInfos[0].Certificate!);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
