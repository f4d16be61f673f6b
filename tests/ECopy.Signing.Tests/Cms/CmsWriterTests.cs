using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Cms;

public class CmsWriterTests
{
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";

    public static TheoryData<string, TestKey> Algorithms => CmsSamples.Algorithms;

    [Fact]
    public void Signed_attributes_are_exactly_three_in_DER_order()
    {
        var person = TestPki.Instance.Person(TestKey.P256);
        var encoded = SignedAttributes.Create(SignatureAlgorithm.EcdsaSha256, new byte[32], person.Certificate);

        // The DER rule set of the reader checks the order of the set.
        var set = new AsnReader(encoded, AsnEncodingRules.DER).ReadSetOf();
        var types = new List<string>();
        while (set.HasData) types.Add(set.ReadSequence().ReadObjectIdentifier());
        Assert.Equal(["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", SigningCertificateV2], types);
        Assert.DoesNotContain("1.2.840.113549.1.9.5", types);
    }

    [Theory]
    [InlineData("ecdsa-sha256", false)]
    [InlineData("ecdsa-sha384", true)]
    public void The_certificate_reference_names_its_hash_only_where_it_is_not_the_default(string algorithmId, bool named)
    {
        var certificate = TestPki.Instance.Person(TestKey.P384).Certificate;
        var algorithm = SignatureAlgorithm.Parse(algorithmId);
        var certId = CertId(SignedAttributes.Create(algorithm, new byte[algorithm.HashLength], certificate));
        if (named) Assert.Equal("2.16.840.1.101.3.4.2.2", certId.ReadSequence().ReadObjectIdentifier());
        Assert.Equal(CryptographicOperations.HashData(algorithm.Hash, certificate.RawData), certId.ReadOctetString());

        var issuerSerial = certId.ReadSequence();
        var directoryName = issuerSerial.ReadSequence().ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 4));
        Assert.Equal(certificate.IssuerName.RawData, directoryName.ReadEncodedValue().ToArray());
        Assert.Equal(certificate.SerialNumberBytes.ToArray(), issuerSerial.ReadIntegerBytes().ToArray());
        Assert.False(certId.HasData);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task The_whole_is_DER_and_within_its_bound(string algorithmId, TestKey kind)
    {
        var person = TestPki.Instance.Person(kind);
        var bound = CmsSignature.UpperBound(SignatureAlgorithm.Parse(algorithmId), person.Chain);
        for (var i = 0; i < 8; i++)
        {
            var cms = await CmsSamples.SignAsync(algorithmId, person);
            Assert.True(Der.Is(cms));
            // An ECDSA value may be some octets shorter than the longest.
            Assert.InRange(cms.Length, bound - 12, bound);
        }
    }

    [Fact]
    public void Room_for_a_timestamp_is_added_to_the_bound()
    {
        var chain = TestPki.Instance.Person(TestKey.Rsa2048).Chain;
        var bare = CmsSignature.UpperBound(SignatureAlgorithm.RsaSha256, chain);
        Assert.InRange(CmsSignature.UpperBound(SignatureAlgorithm.RsaSha256, chain, 6000), bare + 6000, bare + 6100);
    }

    [Theory]
    [InlineData(TestKey.P256)]
    [InlineData(TestKey.P384)]
    [InlineData(TestKey.P521)]
    public void The_longest_ECDSA_value_is_counted_right(TestKey kind)
    {
        using var key = TestPki.Instance.Person(kind).SigningKey();
        using var ecdsa = key.Chain.Signer.GetECDsaPublicKey()!;
        Assert.Equal(ecdsa.GetMaxSignatureSize(DSASignatureFormat.Rfc3279DerSequence), SigningKeyKind.Of(key.Chain.Signer).LongestSignature);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task The_platforms_SignedCms_accepts_it(string algorithmId, TestKey kind)
    {
        var person = TestPki.Instance.Person(kind);
        var cms = new SignedCms(new ContentInfo(CmsSamples.Document), detached: true);
        cms.Decode(await CmsSamples.SignAsync(algorithmId, person));
        cms.CheckSignature(verifySignatureOnly: true);

        Assert.Equal(1, cms.Version);
        Assert.Equal(person.Chain.Certificates.Count, cms.Certificates.Count);
        var signer = Assert.Single(cms.SignerInfos.Cast<SignerInfo>());
        Assert.Equal(person.Certificate.RawData, signer.Certificate!.RawData);
        Assert.Empty(signer.UnsignedAttributes);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task OpenSSL_accepts_it_with_chain_and_signing_certificate(string algorithmId, TestKey kind)
    {
        using var folder = new TestFolder();
        var signature = folder.Write("signature.der", await CmsSamples.SignAsync(algorithmId, TestPki.Instance.Person(kind)));
        var document = folder.Write("document.bin", CmsSamples.Document);
        var root = folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestPki.Instance.Root.Certificate.ExportCertificatePem()));
        string[] command = ["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", signature, "-content", document, "-CAfile", root, "-purpose", "any",
            "-attime", TestPki.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), "-out", folder["out"]];
        var answer = OutsideTool.Run("openssl", command);
        Assert.True(answer.ExitCode == 0, answer.All);
        Assert.Contains("successful", answer.All, StringComparison.OrdinalIgnoreCase);

        var changed = CmsSamples.Document.ToArray();
        changed[100] ^= 1;
        folder.Write("document.bin", changed);
        Assert.NotEqual(0, OutsideTool.Run("openssl", command).ExitCode);
    }

    [Fact]
    public async Task Unsigned_attributes_are_carried()
    {
        var value = new AsnWriter(AsnEncodingRules.DER);
        value.WriteOctetString([1, 2, 3]);
        var attribute = new CmsAttribute("1.2.840.113549.1.9.16.2.14", [value.Encode()]);
        var encoded = await CmsSamples.SignAsync("ecdsa-sha256", TestPki.Instance.Person(TestKey.P256), [attribute]);
        var read = CmsSignedData.Read(encoded);
        Assert.Equal(CmsVerdict.Passed, CmsSamples.Verify(read, CmsSamples.Document));
        Assert.Equal(attribute.Oid, Assert.Single(read.Signers[0].UnsignedAttributes).Oid);
        Assert.True(Der.Is(encoded));
    }

    private static AsnReader CertId(byte[] attributes)
    {
        var set = new AsnReader(attributes, AsnEncodingRules.DER).ReadSetOf();
        while (set.HasData)
        {
            var attribute = set.ReadSequence();
            if (attribute.ReadObjectIdentifier() == SigningCertificateV2) return attribute.ReadSetOf().ReadSequence().ReadSequence().ReadSequence();
        }

        throw new InvalidOperationException("no signing-certificate-v2");
    }
}
