using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Trust.Revocation;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Trust.Revocation;

public class OcspTests(ITestOutputHelper output)
{
    private const int Seed = 6960;
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly TestIdentity Person = Authority.Person;
    private static readonly RevocationTerms Today = RevocationTerms.Today(TestPki.Now);

    [Theory]
    [InlineData("SHA1", false)]
    [InlineData("SHA256", true)]
    public async Task OpenSSL_accepts_what_the_responder_answers(string hash, bool delegated)
    {
        using var folder = new TestFolder();
        WriteChain(folder);
        var by = delegated ? Authority.Responder : Pki.Issuing;
        foreach (var revoked in new[] { null, Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-3)) })
        {
            var request = OcspRequest.Create(Person.Certificate, Pki.Issuing.Certificate, new HashAlgorithmName(hash));
            var answer = await Authority.AnswerAsync(request.Encode(), by, revoked);
            folder.Write("request", request.Encode());
            folder.Write("answer", answer);
            var openssl = OpenSsl([
                "ocsp", "-no_nonce", "-reqin", folder["request"], "-respin", folder["answer"], "-issuer", folder["issuing.pem"],
                hash == "SHA1" ? "-sha1" : "-sha256", "-cert", folder["person.pem"], "-CAfile", folder["root.pem"], "-verify_other", folder["issuing.pem"],
                "-attime", TestPki.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "-validity_period", Period()]);
            Assert.Contains("Response verify OK", openssl.All, StringComparison.Ordinal);
            Assert.DoesNotContain("Nonce", openssl.All, StringComparison.Ordinal);
            Assert.Contains(revoked is null ? "person.pem: good" : "person.pem: revoked", openssl.All, StringComparison.Ordinal);
            if (revoked is not null) Assert.Contains("Reason: keyCompromise", openssl.All, StringComparison.Ordinal);

            var verdict = OcspRules.JudgeAnswer(request, answer, Person.Certificate, Pki.Issuing.Certificate, Today);
            if (revoked is null) Assert.Equal(TestPki.Now, Assert.IsType<RevocationVerdict.Good>(verdict).Source.ThisUpdate);
            else Assert.Equal((revoked.Since, RevocationReason.KeyCompromise), Assert.IsType<RevocationVerdict.Revoked>(verdict) is { } found ? (found.Since, found.Reason) : default);
        }
    }

    [Theory]
    [InlineData("-sha1")]
    [InlineData("-sha256")]
    public async Task What_OpenSSL_asks_and_answers_is_read(string hash)
    {
        using var folder = new TestFolder();
        WriteChain(folder);
        // Its index: state, until, revoked at, serial, file, subject.
        var serial = Convert.ToHexString(Person.Certificate.SerialNumberBytes.Span);
        var name = "/CN=person";
        folder.Write("index", Encoding.ASCII.GetBytes($"R\t{Person.Certificate.NotAfter.ToUniversalTime():yyMMddHHmmss}Z\t{TestPki.Now.AddDays(-2):yyMMddHHmmss}Z,keyCompromise\t{serial}\tunknown\t{name}\n"));
        folder.Write("issuing.key", Encoding.ASCII.GetBytes(Pki.Issuing.Key.ExportPkcs8PrivateKeyPem()));
        OpenSsl(["ocsp", hash, "-issuer", folder["issuing.pem"], "-cert", folder["person.pem"], "-reqout", folder["request"], "-nonce"]);
        OpenSsl(["ocsp", "-index", folder["index"], "-CA", folder["issuing.pem"], "-rsigner", folder["issuing.pem"], "-rkey", folder["issuing.key"], "-reqin", folder["request"], "-respout", folder["answer"], "-ndays", "3"]);
        var request = OcspRequest.Read(File.ReadAllBytes(folder["request"]));
        Assert.True(Assert.Single(request.Certificates).Names(Person.Certificate, Pki.Issuing.Certificate));
        var answer = File.ReadAllBytes(folder["answer"]);
        // OpenSSL dates by the machine's clock.
        var now = OcspResponse.Read(answer).Basic!.ProducedAt;
        var verdict = OcspRules.JudgeAnswer(request, answer, Person.Certificate, Pki.Issuing.Certificate, new RevocationTerms(TestPki.Now, Max(now, TestPki.Now)));
        Assert.Equal((TestPki.Now.AddDays(-2), RevocationReason.KeyCompromise), Assert.IsType<RevocationVerdict.Revoked>(verdict) is { } found ? (found.Since, found.Reason) : default);
        // And what it asked is answered to its liking.
        folder.Write("own", await Authority.AnswerAsync(request.Encode()));
        var openssl = OpenSsl(["ocsp", "-no_nonce", "-reqin", folder["request"], "-respin", folder["own"], hash, "-issuer", folder["issuing.pem"], "-cert", folder["person.pem"], "-CAfile", folder["root.pem"], "-verify_other", folder["issuing.pem"], "-attime", TestPki.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "-validity_period", Period()]);
        Assert.Contains("person.pem: good", openssl.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_nonce_is_refused_and_an_absent_one_accepted_while_fresh()
    {
        var request = Request();
        var other = await Authority.AnswerAsync(Request().Encode());
        AssertCould(Judge(request, other), "ocsp-nonce");
        var without = await Authority.AnswerAsync((request with { Nonce = null }).Encode());
        Assert.IsType<RevocationVerdict.Good>(Judge(request, without));
        AssertCould(OcspRules.JudgeAnswer(request, without, Person.Certificate, Pki.Issuing.Certificate, RevocationTerms.Today(TestPki.Now.AddDays(2))), "evidence-stale");
        AssertCould(OcspRules.JudgeAnswer(request, without, Person.Certificate, Pki.Issuing.Certificate, RevocationTerms.Today(TestPki.Now.AddDays(-1))), "evidence-from-future");
        // Nobody asked for a nonce, and one comes: it answers another question.
        AssertCould(Judge(request with { Nonce = null }, await Authority.AnswerAsync(request.Encode())), "ocsp-nonce");
    }

    [Fact]
    public async Task Only_the_issuer_and_whom_it_appointed_may_answer()
    {
        var request = Request().Encode();
        Assert.IsType<RevocationVerdict.Good>(Kept(await Authority.AnswerAsync(request, Authority.Responder)));
        // A right certificate without the right to answer.
        AssertCould(Kept(await Authority.AnswerAsync(request, Pki.Person(TestKey.Rsa2048))), "ocsp-responder");
        // Appointed, but by another authority.
        var foreign = Pki.Leaf("Trả lời lạ", TestKey.P256, Pki.ForeignRoot, adjust: Timestamp.Tsa.Purposes(false, "1.3.6.1.5.5.7.3.9"));
        AssertCould(Kept(await Authority.AnswerAsync(request, foreign)), "ocsp-responder");
        // Appointed by the authority above: RFC 6960 wants the same issuer.
        var above = Pki.Leaf("Trả lời trên", TestKey.P256, Pki.Root, adjust: Timestamp.Tsa.Purposes(false, "1.3.6.1.5.5.7.3.9"));
        AssertCould(Kept(await Authority.AnswerAsync(request, above)), "ocsp-responder");
        AssertCould(Kept(await Authority.AnswerAsync(request, Authority.Responder, at: TestPki.Now.AddYears(3))), "ocsp-responder");
    }

    [Fact]
    public async Task A_responder_that_must_be_checked_is_checked_by_a_list()
    {
        var responder = Authority.Delegated();
        var answer = await Authority.AnswerAsync(Request().Encode(), responder);
        AssertCould(Kept(answer), "ocsp-responder");
        var clean = await Authority.ListAsync([]);
        Assert.IsType<RevocationVerdict.Good>(RevocationEvidence.Read([answer], [clean]).Judge(Person.Certificate, Pki.Issuing.Certificate, Today));
        // The list speaks for the person too, so the sum is good by the list alone; the answer itself counts no more.
        var revoked = await Authority.ListAsync([Authority.Revoked(responder.Certificate, TestPki.Now.AddDays(-1))]);
        var verdict = RevocationEvidence.Read([answer], [revoked]).Judge(Person.Certificate, Pki.Issuing.Certificate, Today);
        Assert.Equal(RevocationSourceKind.RevocationList, Assert.IsType<RevocationVerdict.Good>(verdict).Source.Kind);
    }

    [Fact]
    public async Task What_is_no_answer_about_the_certificate_is_not_good()
    {
        var request = Request();
        AssertCould(Kept(await Authority.AnswerAsync(OcspRequest.Create(Pki.Agency(TestKey.P256).Certificate, Pki.Issuing.Certificate, HashAlgorithmName.SHA1).Encode())), "ocsp-other-certificate");
        AssertCould(Kept(await Authority.AnswerAsync(request.Encode(), known: false)), "ocsp-unknown");
        AssertCould(Judge(request, "rác"u8.ToArray()), "ocsp-encoding");
        AssertCould(Kept(await Authority.AnswerAsync([1, 2, 3])), "ocsp-failed");
        AssertCould(Kept(await Authority.AnswerAsync(request.Encode(), issuer: Pki.Root)), "ocsp-failed");
        var spoilt = await Authority.AnswerAsync(request.Encode());
        spoilt[^1] ^= 1;
        AssertCould(Kept(spoilt), "ocsp-signature");
        Assert.Equal(OcspStatus.TryLater, OcspResponse.Read(new byte[] { 0x30, 3, 0x0A, 1, 3 }).Status);
    }

    [Fact]
    public async Task Mutated_bytes_end_in_a_typed_error_or_a_verdict_and_never_turn_revoked_into_good()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var request = Request().Encode();
        var revoked = await Authority.AnswerAsync(request, Authority.Responder, Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1)));
        var words = new Dictionary<string, int>();
        for (var i = 0; i < 2000; i++)
        {
            string word;
            try
            {
                if (i % 4 == 0) OcspRequest.Read(Mutation.Of(request, random, 3));
                var verdict = OcspRules.Judge(OcspResponse.Read(Mutation.Of(revoked, random, 2)), Person.Certificate, Pki.Issuing.Certificate, Today);
                word = verdict is RevocationVerdict.CouldNotCheck { Code: var code } ? code : verdict.GetType().Name;
            }
            catch (RevocationFormatException typed)
            {
                word = typed.Code;
            }

            words[word] = words.GetValueOrDefault(word) + 1;
        }

        foreach (var (word, count) in words.OrderByDescending(pair => pair.Value)) output.WriteLine($"{count,6} {word}");
        Assert.DoesNotContain("Good", words.Keys);
        Assert.True(words.Count > 4);
    }

    [Fact]
    public void Times_of_an_answer_are_compared_with_the_time_that_is_judged()
    {
        var source = new RevocationSource(RevocationSourceKind.Ocsp, TestPki.Now, null, default);
        var certificate = Person.Certificate;
        Assert.IsType<RevocationVerdict.Good>(EvidenceTime.Good(source, certificate, null, new RevocationTerms(TestPki.Now.AddDays(-30), TestPki.Now)));
        Assert.IsType<RevocationVerdict.Good>(EvidenceTime.Good(source, certificate, null, new RevocationTerms(TestPki.Now.AddHours(23), TestPki.Now.AddHours(23))));
        Assert.Equal("evidence-stale", Assert.IsType<RevocationVerdict.CouldNotCheck>(EvidenceTime.Good(source, certificate, null, RevocationTerms.Today(TestPki.Now.AddHours(25)))).Code);
        // Made when the certificate had expired already, by a source that may have forgotten it.
        var late = source with { ThisUpdate = certificate.NotAfter.ToUniversalTime().AddDays(1) };
        var terms = new RevocationTerms(TestPki.Now, certificate.NotAfter.ToUniversalTime().AddDays(1));
        Assert.Equal("evidence-after-expiry", Assert.IsType<RevocationVerdict.CouldNotCheck>(EvidenceTime.Good(late, certificate, null, terms)).Code);
        Assert.IsType<RevocationVerdict.Good>(EvidenceTime.Good(late, certificate, TestPki.Now, terms));
        Assert.IsType<RevocationVerdict.Revoked>(EvidenceTime.Revoked(late, TestPki.Now, RevocationReason.Superseded, terms));
        Assert.Equal(TestPki.Now.AddSeconds(1), Assert.IsType<RevocationVerdict.Good>(EvidenceTime.Revoked(late, TestPki.Now.AddSeconds(1), RevocationReason.Superseded, terms)).RevokedLater);
    }

    internal static void WriteChain(TestFolder folder)
    {
        foreach (var (name, certificate) in new[] { ("root", Pki.Root.Certificate), ("issuing", Pki.Issuing.Certificate), ("person", Person.Certificate) })
            folder.Write(name + ".pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
    }

    internal static ToolAnswer OpenSsl(string[] arguments)
    {
        var answer = OutsideTool.Run("openssl", arguments);
        Assert.True(answer.ExitCode == 0, answer.All);
        return answer;
    }

    // OpenSSL compares an answer's times with the machine's clock, whatever -attime says.
    private static string Period() => ((long)Math.Abs((DateTimeOffset.UtcNow - TestPki.Now).TotalSeconds) + 86400).ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static OcspRequest Request() => OcspRequest.Create(Person.Certificate, Pki.Issuing.Certificate, HashAlgorithmName.SHA256);

    private static RevocationVerdict Judge(OcspRequest request, byte[] answer) => OcspRules.JudgeAnswer(request, answer, Person.Certificate, Pki.Issuing.Certificate, Today);

    private static RevocationVerdict Kept(byte[] answer) => OcspRules.Judge(OcspResponse.Read(answer), Person.Certificate, Pki.Issuing.Certificate, Today);

    private static void AssertCould(RevocationVerdict verdict, string code) => Assert.Equal(code, Assert.IsType<RevocationVerdict.CouldNotCheck>(verdict).Code);
}
