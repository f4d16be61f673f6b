using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Cms;

public class CmsReaderTests(ITestOutputHelper output)
{
    public static TheoryData<string, TestKey> Algorithms => CmsSamples.Algorithms;

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task What_was_written_is_read_and_verifies(string algorithmId, TestKey kind)
    {
        var person = TestPki.Instance.Person(kind);
        var encoded = await CmsSamples.SignAsync(algorithmId, person);
        var cms = CmsSignedData.Read(encoded);
        Assert.Null(cms.Content);
        Assert.Equal(encoded, cms.Encoded.ToArray());
        var signer = Assert.Single(cms.Signers);
        Assert.Equal(algorithmId, signer.Method!.Id);
        Assert.True(signer.SignedAttributesAreDer);
        Assert.True(signer.SigningCertificate!.Matches(person.Certificate));
        Assert.False(signer.SigningCertificate.Matches(TestPki.Instance.Agency(kind).Certificate));
        Assert.Equal(CmsVerdict.Passed, CmsSamples.Verify(cms, CmsSamples.Document));

        var changed = CmsSamples.Document.ToArray();
        changed[^1] ^= 1;
        Assert.Equal(CmsVerdict.DigestMismatch, CmsSamples.Verify(cms, changed));
        Assert.Equal(CmsVerdict.SignatureInvalid, signer.Verify(CryptographicOperations.HashData(signer.DigestHash!.Value, CmsSamples.Document), TestPki.Instance.Agency(kind).Certificate));
    }

    [Fact]
    public async Task Zeros_may_follow_and_nothing_else()
    {
        var encoded = await CmsSamples.SignAsync("ecdsa-sha256", TestPki.Instance.Person(TestKey.P256));
        Assert.Equal(encoded, CmsSignedData.Read(new byte[encoded.Length + 500].Also(padded => encoded.CopyTo(padded, 0))).Encoded.ToArray());
        Assert.Equal("cms-trailing-bytes", Code([.. encoded, 0, 0, 1, 0]));
        Assert.Equal("cms-empty", Code([]));
        Assert.Equal("cms-empty", Code(new byte[100]));
        Assert.Equal("cms-encoding", Code(encoded[..^1]));
        Assert.Equal("cms-encoding", Code([.. "%PDF-1.7"u8]));
        Assert.Equal("cms-not-signed-data", Code([0x30, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01]));
        Assert.Equal("cms-too-large", Code([.. encoded, .. new byte[9 << 20]]));
    }

    [Theory]
    [InlineData("-md sha256")]
    [InlineData("-md sha384")]
    [InlineData("-md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:17")]
    [InlineData("-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:max")]
    [InlineData("-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:0")]
    [InlineData("-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha512")]
    [InlineData("-md sha256 -keyid")]
    [InlineData("-md sha1")]
    [InlineData("-md sha256 -cades")]
    [InlineData("-md sha256 -noattr")]
    public void What_OpenSSL_signs_is_read_and_verifies(string options) => ReadOpenSsl(TestKey.Rsa2048, options);

    [Theory]
    [InlineData(TestKey.P256, "-md sha256")]
    [InlineData(TestKey.P384, "-md sha384 -cades")]
    [InlineData(TestKey.P521, "-md sha512")]
    public void What_OpenSSL_signs_with_ECDSA_is_read_and_verifies(TestKey kind, string options) => ReadOpenSsl(kind, options);

    [Theory]
    [InlineData("1.2.840.113549.1.9.3")]
    [InlineData("1.2.840.113549.1.9.4")]
    public void A_missing_attribute_is_missing_and_not_empty(string oid)
    {
        var person = TestPki.Instance.Person(TestKey.P256);
        var digest = SHA256.HashData(CmsSamples.Document);
        var set = new AsnReader(SignedAttributes.Create(SignatureAlgorithm.EcdsaSha256, digest, person.Certificate), AsnEncodingRules.DER).ReadSetOf();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            while (set.HasData)
            {
                var attribute = set.ReadEncodedValue();
                if (new AsnReader(attribute, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier() != oid) writer.WriteEncodedValue(attribute.Span);
            }
        }

        var attributes = writer.Encode();
        var value = ((ECDsa)person.Key).SignData(attributes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var signer = CmsSignedData.Read(CmsSignature.Build(attributes, value, SignatureAlgorithm.EcdsaSha256, person.Chain, [])).Signers[0];
        Assert.Null(signer.Single(oid));
        Assert.Equal(CmsVerdict.AttributesInvalid, signer.Verify(digest, person.Certificate));
    }

    [Fact]
    public void A_streamed_BER_signature_with_content_in_pieces_is_read()
    {
        using var folder = new TestFolder();
        var encoded = OpenSslSign(folder, TestKey.Rsa2048, "-md sha256 -stream -nodetach");
        // Indefinite length right at the start shows that this is the form meant.
        Assert.Equal([0x30, 0x80], encoded[..2]);
        var cms = CmsSignedData.Read(encoded);
        Assert.Equal(CmsSamples.Document, cms.Content!.Value.ToArray());
        Assert.Equal(CmsVerdict.Passed, CmsSamples.Verify(cms, CmsSamples.Document));
        Assert.Equal(CmsVerdict.Passed, CmsSamples.Verify(CmsSignedData.Read(new byte[encoded.Length + 64].Also(padded => encoded.CopyTo(padded, 0))), CmsSamples.Document));
    }

    [Fact]
    public void A_signature_of_the_platform_by_key_identifier_is_read()
    {
        var person = TestPki.Instance.Person(TestKey.P256);
        using var withKey = person.Certificate.CopyWithPrivateKey((ECDsa)person.Key);
        var signedCms = new SignedCms(new ContentInfo(CmsSamples.Document), detached: true);
        signedCms.ComputeSignature(new System.Security.Cryptography.Pkcs.CmsSigner(SubjectIdentifierType.SubjectKeyIdentifier, withKey) { IncludeOption = X509IncludeOption.EndCertOnly });
        var cms = CmsSignedData.Read(signedCms.Encode());
        Assert.NotNull(cms.Signers[0].Identifier.SubjectKeyIdentifier);
        Assert.Equal(CmsVerdict.Passed, CmsSamples.Verify(cms, CmsSamples.Document));
    }

    [Fact]
    public async Task Every_mutation_gives_an_answer_or_the_one_typed_exception_and_none_verifies_wrongly()
    {
        const int Seed = 20261122;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        byte[][] samples =
        [
            await CmsSamples.SignAsync("ecdsa-sha256", TestPki.Instance.Person(TestKey.P256)),
            await CmsSamples.SignAsync("rsa-pss-sha256", TestPki.Instance.Person(TestKey.Rsa2048)),
        ];
        var (typed, read, passed) = (0, 0, 0);
        for (var i = 0; i < 3000; i++)
        {
            var sample = samples[i % samples.Length];
            var mutated = Mutation.Of(sample, random, 3);
            try
            {
                var cms = CmsSignedData.Read(mutated);
                read++;
                foreach (var signer in cms.Signers)
                {
                    if (signer.DigestHash is not { } hash || signer.FindCertificate(cms.Certificates) is not { } certificate) continue;
                    var verdict = signer.Verify(CryptographicOperations.HashData(hash, CmsSamples.Document), certificate);
                    if (verdict != CmsVerdict.Passed) continue;
                    passed++;
                    // Only what no signature covers may have changed.
                    Assert.Equal(CmsSignedData.Read(sample).Signers[0].SignedAttributesEncoded!.Value.ToArray(), signer.SignedAttributesEncoded!.Value.ToArray());
                }
            }
            catch (CmsFormatException refused)
            {
                Assert.StartsWith("cms-", refused.Code, StringComparison.Ordinal);
                typed++;
            }
        }

        output.WriteLine($"typed {typed}, read {read}, passed {passed}");
        Assert.True(typed > 500 && read > 500);
    }

    [Fact]
    public void Deeply_nested_bytes_end_in_the_typed_exception()
    {
        Assert.Equal("cms-encoding", Code([.. Enumerable.Repeat<byte[]>([0x30, 0x80], 200_000).SelectMany(pair => pair)]));
        Assert.Equal("cms-encoding", Code([.. Enumerable.Repeat<byte>(0x24, 100_000)]));
    }

    private static void ReadOpenSsl(TestKey kind, string options)
    {
        using var folder = new TestFolder();
        var cms = CmsSignedData.Read(OpenSslSign(folder, kind, options));
        Assert.Equal(CmsVerdict.Passed, CmsSamples.Verify(cms, CmsSamples.Document));
        Assert.Equal(options.Contains("-keyid", StringComparison.Ordinal), cms.Signers[0].Identifier.SubjectKeyIdentifier is not null);
        if (options.Contains("-cades", StringComparison.Ordinal)) Assert.True(cms.Signers[0].SigningCertificate!.Matches(TestPki.Instance.Person(kind).Certificate));
        var changed = CmsSamples.Document.ToArray();
        changed[7] ^= 0x40;
        Assert.NotEqual(CmsVerdict.Passed, CmsSamples.Verify(cms, changed));
    }

    private static byte[] OpenSslSign(TestFolder folder, TestKey kind, string options)
    {
        var person = TestPki.Instance.Person(kind);
        folder.Write("key.pem", System.Text.Encoding.ASCII.GetBytes(person.Key.ExportPkcs8PrivateKeyPem()));
        folder.Write("certificate.pem", System.Text.Encoding.ASCII.GetBytes(person.Certificate.ExportCertificatePem()));
        folder.Write("document.bin", CmsSamples.Document);
        var answer = OutsideTool.Run("openssl", [
            "cms", "-sign", "-binary", "-outform", "DER", "-in", folder["document.bin"], "-out", folder["signature.der"],
            "-signer", folder["certificate.pem"], "-inkey", folder["key.pem"], .. options.Split(' ')]);
        Assert.True(answer.ExitCode == 0, answer.All);
        return File.ReadAllBytes(folder["signature.der"]);
    }

    private static string Code(byte[] encoded) => Assert.Throws<CmsFormatException>(() => CmsSignedData.Read(encoded)).Code;
}

internal static class TestArrays
{
    public static byte[] Also(this byte[] array, Action<byte[]> fill)
    {
        fill(array);
        return array;
    }
}
