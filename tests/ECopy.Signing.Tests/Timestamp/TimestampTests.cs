using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using ECopy.Signing.Timestamp;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Timestamp;

/// <summary>Request, response and token, with OpenSSL and the platform as the other side.</summary>
public class TimestampTests
{
    private static readonly TestPki Pki = TestPki.Instance;

    [Theory]
    [InlineData("SHA256", TestKey.Rsa2048)]
    [InlineData("SHA384", TestKey.P384)]
    [InlineData("SHA512", TestKey.P521)]
    public async Task OpenSSL_and_the_platform_accept_what_the_authority_issues(string name, TestKey kind)
    {
        using var folder = new TestFolder();
        var hash = new HashAlgorithmName(name);
        var request = TimestampRequest.Create(MessageImprint.Of(hash, CryptographicOperations.HashData(hash, Tsa.Message)), Tsa.Policy);
        var answer = await Tsa.AnswerAsync(request.Encode(), kind);
        folder.Write("request", request.Encode());
        folder.Write("answer", answer);
        folder.Write("message", Tsa.Message);
        Root(folder);
        OpenSslVerify(folder, "-queryfile", folder["request"], "-in", folder["answer"]);
        OpenSslVerify(folder, "-data", folder["message"], "-in", folder["answer"]);

        var response = TimestampResponse.Read(answer);
        Assert.True(response.IsGranted);
        Assert.True(Rfc3161TimestampToken.TryDecode(response.Token!.Value, out var platform, out _));
        Assert.True(platform!.VerifySignatureForData(Tsa.Message, out var signer));
        Assert.Equal(Tsa.Identity(kind).Certificate.RawData, signer!.RawData);
        Assert.Equal(request.Nonce!.Value.ToArray(), platform.TokenInfo.GetNonce()!.Value.ToArray());

        var token = TimestampToken.Read(response.Token.Value);
        Assert.Equal((TestPki.Now, TimeSpan.FromSeconds(1), Tsa.Policy), (token.Time, token.Content.Accuracy!.Value, token.Content.Policy));
        Assert.True(TimestampCheck.Run(token, Tsa.Expecting(Tsa.Message) with { Nonce = request.Nonce, Policy = Tsa.Policy }).IsSound);
    }

    [Theory]
    [InlineData("-sha256 -cert")]
    [InlineData("-sha384 -no_nonce")]
    [InlineData("-sha512 -cert -tspolicy 1.3.6.1.4.1.55555.1.1")]
    public async Task What_OpenSSL_asks_is_answered_to_its_liking(string options)
    {
        using var folder = new TestFolder();
        folder.Write("message", Tsa.Message);
        Root(folder);
        OpenSsl(["ts", "-query", "-data", folder["message"], .. options.Split(' '), "-out", folder["request"]]);
        folder.Write("answer", await Tsa.AnswerAsync(File.ReadAllBytes(folder["request"])));
        folder.Write("tsa.pem", Encoding.ASCII.GetBytes(string.Concat(Tsa.Identity(TestKey.P256).Chain.Certificates.Select(one => one.ExportCertificatePem() + "\n"))));
        OpenSslVerify(folder, "-queryfile", folder["request"], "-in", folder["answer"], "-untrusted", folder["tsa.pem"]);
        var token = TimestampToken.Read(TimestampResponse.Read(File.ReadAllBytes(folder["answer"])).Token!.Value);
        Assert.Equal(options.Contains("-cert", StringComparison.Ordinal), token.Cms.Certificates.Count > 0);
        var expected = Tsa.Expecting(Tsa.Message) with { Supplied = Tsa.Identity(TestKey.P256).Chain.Certificates };
        Assert.True(TimestampCheck.Run(token, expected).IsSound);
    }

    [Theory]
    [InlineData("sha256", "ess_cert_id_alg = sha1")]
    [InlineData("sha512", "ess_cert_id_alg = sha256\naccuracy = secs:2, millisecs:500, microsecs:100\nordering = yes\ntsa_name = yes\nclock_precision_digits = 3")]
    public void What_OpenSSL_issues_is_read_and_accepted(string digest, string settings)
    {
        using var folder = new TestFolder();
        var tsa = Tsa.Identity(TestKey.Rsa2048);
        var hash = new HashAlgorithmName(digest.ToUpperInvariant());
        var request = TimestampRequest.Create(MessageImprint.Of(hash, CryptographicOperations.HashData(hash, Tsa.Message)));
        folder.Write("request", request.Encode());
        folder.Write("tsa.pem", Encoding.ASCII.GetBytes(tsa.Certificate.ExportCertificatePem()));
        folder.Write("chain.pem", Encoding.ASCII.GetBytes(string.Concat(tsa.Chain.Certificates.Skip(1).Select(one => one.ExportCertificatePem() + "\n"))));
        folder.Write("key.pem", Encoding.ASCII.GetBytes(tsa.Key.ExportPkcs8PrivateKeyPem()));
        folder.Write("serial", "0A01"u8);
        folder.Write("tsa.cnf", Encoding.ASCII.GetBytes($"[tsa]\ndefault_tsa = one\n[one]\nserial = {folder["serial"]}\nsigner_cert = {folder["tsa.pem"]}\nsigner_key = {folder["key.pem"]}\nsigner_digest = {digest}\ndefault_policy = {Tsa.Policy}\ndigests = sha256, sha384, sha512\ncerts = {folder["chain.pem"]}\n{settings}\n"));
        OpenSsl(["ts", "-reply", "-config", folder["tsa.cnf"], "-queryfile", folder["request"], "-out", folder["answer"]]);

        var response = TimestampResponse.Read(File.ReadAllBytes(folder["answer"]));
        Assert.True(response.IsGranted, string.Join(' ', response.Text));
        var token = TimestampToken.Read(response.Token!.Value);
        Assert.Equal(new byte[] { 0x0A, 0x02 }, token.Content.SerialNumber.ToArray());
        // OpenSSL dates by the machine's clock, and the test certificates are valid around it or not: only that may be wrong.
        var problems = TimestampCheck.Run(token, Tsa.Expecting(Tsa.Message) with { Nonce = request.Nonce, Policy = Tsa.Policy }).Problems;
        Assert.DoesNotContain(problems, problem => problem.Code is not ("timestamp-certificate-time" or "timestamp-foreign"));
        if (settings.Contains("accuracy", StringComparison.Ordinal))
        {
            Assert.Equal(TimeSpan.FromSeconds(2) + TimeSpan.FromMilliseconds(500) + TimeSpan.FromMicroseconds(100), token.Content.Accuracy);
            Assert.True(token.Content.Ordering);
            Assert.NotNull(token.Content.Authority);
            Assert.Equal(2, token.Cms.Signers[0].SigningCertificate!.Version);
        }
        else
        {
            Assert.Equal(1, token.Cms.Signers[0].SigningCertificate!.Version);
        }
    }

    [Theory]
    [InlineData(PkiFailure.BadDataFormat, "rác")]
    [InlineData(PkiFailure.BadAlgorithm, "sha1")]
    [InlineData(PkiFailure.UnacceptedPolicy, "policy")]
    [InlineData(PkiFailure.UnacceptedExtension, "extension")]
    [InlineData(PkiFailure.BadDataFormat, "length")]
    public async Task What_the_authority_does_not_grant_is_refused_with_its_reason(PkiFailure failure, string what)
    {
        var imprint = MessageImprint.Of(HashAlgorithmName.SHA256, SHA256.HashData(Tsa.Message));
        var request = what switch
        {
            "sha1" => TimestampRequest.Create(MessageImprint.Of(HashAlgorithmName.SHA1, new byte[20])).Encode(),
            "policy" => TimestampRequest.Create(imprint, "1.2.3.4").Encode(),
            "length" => TimestampRequest.Create(imprint with { Digest = new byte[20] }).Encode(),
            "extension" => WithExtension(TimestampRequest.Create(imprint).Encode()),
            _ => "rác"u8.ToArray(),
        };
        var response = TimestampResponse.Read(await Tsa.AnswerAsync(request));
        Assert.Equal((PkiStatus.Rejection, failure), (response.Status, Assert.Single(response.Failures)));
        Assert.Null(response.Token);
        Assert.NotEmpty(response.Text);
        using var folder = new TestFolder();
        folder.Write("answer", await Tsa.AnswerAsync(request));
        var openssl = OutsideTool.Run("openssl", "ts", "-reply", "-in", folder["answer"], "-text");
        Assert.Contains("Rejected", openssl.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_read_to_the_fraction_and_only_in_their_one_form()
    {
        var whole = new DateTimeOffset(2026, 11, 22, 2, 41, 7, TimeSpan.Zero);
        Assert.Equal(whole, Time("20261122024107Z"));
        Assert.Equal(whole.AddMilliseconds(250), Time("20261122024107.25Z"));
        Assert.Equal(whole.AddTicks(1234567), Time("20261122024107.123456789Z"));
        foreach (var wrong in new[] { "20261122024107", "202611220241Z", "20261122024107.Z", "20261122024107.250Z", "20261122024107+0700", "20261322024107Z", "20261122024107,5Z", "20261122024107.-5Z", "２0261122024107Z" })
            Assert.ThrowsAny<Exception>(() => Time(wrong));
    }

    private static DateTimeOffset Time(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return TimestampReading.ReadTime(new AsnReader(new byte[] { 0x18, (byte)bytes.Length }.Concat(bytes).ToArray(), AsnEncodingRules.BER));
    }

    private static byte[] WithExtension(byte[] request)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        var reader = new AsnReader(request, AsnEncodingRules.DER).ReadSequence();
        using (writer.PushSequence())
        {
            while (reader.HasData) writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.3.4");
                writer.WriteOctetString([5, 0]);
            }
        }

        return writer.Encode();
    }

    private static void Root(TestFolder folder) => folder.Write("root.pem", Encoding.ASCII.GetBytes(Pki.Root.Certificate.ExportCertificatePem()));

    private static void OpenSslVerify(TestFolder folder, params string[] arguments)
    {
        var answer = OpenSsl(["ts", "-verify", .. arguments, "-CAfile", folder["root.pem"], "-attime", TestPki.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.Contains("Verification: OK", answer.All, StringComparison.Ordinal);
    }

    private static ToolAnswer OpenSsl(string[] arguments)
    {
        var answer = OutsideTool.Run("openssl", arguments);
        Assert.True(answer.ExitCode == 0, answer.All);
        return answer;
    }
}
