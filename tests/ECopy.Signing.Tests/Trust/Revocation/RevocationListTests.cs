using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Trust.Revocation;

public class RevocationListTests(ITestOutputHelper output)
{
    private const int Seed = 5280;
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly TestIdentity Person = Authority.Person;
    private static readonly RevocationTerms Today = RevocationTerms.Today(TestPki.Now);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenSSL_agrees_on_a_path_with_lists(bool revoked)
    {
        using var folder = new TestFolder();
        OcspTests.WriteChain(folder);
        var lists = new[]
        {
            await Authority.ListAsync(revoked ? [Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1))] : [Authority.Revoked(Pki.Foreign.Certificate, TestPki.Now)]),
            await Authority.ListAsync([], Pki.Root),
        };
        folder.Write("issuing.crl", lists[0]);
        var text = OcspTests.OpenSsl(["crl", "-inform", "DER", "-in", folder["issuing.crl"], "-noout", "-text", "-CAfile", folder["issuing.pem"]]).All;
        Assert.Contains("verify OK", text, StringComparison.Ordinal);
        Assert.Contains("Key Compromise", text, StringComparison.Ordinal);

        folder.Write("lists.pem", Encoding.ASCII.GetBytes(string.Concat(lists.Select(list => PemEncoding.WriteString("X509 CRL", list) + "\n"))));
        var openssl = OutsideTool.Run("openssl", "verify", "-CAfile", folder["root.pem"], "-untrusted", folder["issuing.pem"], "-CRLfile", folder["lists.pem"], "-crl_check_all",
            "-attime", TestPki.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), folder["person.pem"]);
        Assert.Equal(revoked, openssl.ExitCode != 0);
        if (revoked) Assert.Contains("certificate revoked", openssl.All, StringComparison.Ordinal);

        var path = ChainBuilder.Find(Person.Certificate, Person.Chain.Certificates, Pki.Anchors, TestPki.Now);
        var standings = RevocationEvidence.Read([], [.. lists.Select(list => new ReadOnlyMemory<byte>(list))]).Judge(path, Today);
        Assert.Equal([Person.Certificate, Pki.Issuing.Certificate], standings.Select(standing => standing.Certificate));
        Assert.IsType<RevocationVerdict.Good>(standings[1].Verdict);
        if (revoked) Assert.Equal(TestPki.Now.AddDays(-1), Assert.IsType<RevocationVerdict.Revoked>(standings[0].Verdict).Since);
        else Assert.IsType<RevocationVerdict.Good>(standings[0].Verdict);
    }

    [Fact]
    public async Task The_three_outcomes_depend_on_the_time_that_is_judged()
    {
        var since = TestPki.Now.AddDays(-10);
        var list = RevocationList.Read(await Authority.ListAsync([Authority.Revoked(Person.Certificate, since, inDoubt: since.AddDays(-5))]));
        RevocationVerdict At(DateTimeOffset at, DateTimeOffset? now = null) => RevocationListRules.Judge(list, Person.Certificate, Pki.Issuing.Certificate, new RevocationTerms(at, now ?? TestPki.Now));
        // The authority says that the key was in doubt before it was revoked: that earlier date counts.
        Assert.Equal(since.AddDays(-5), Assert.IsType<RevocationVerdict.Revoked>(At(TestPki.Now)).Since);
        Assert.IsType<RevocationVerdict.Revoked>(At(since.AddDays(-5)));
        Assert.Equal(since.AddDays(-5), Assert.IsType<RevocationVerdict.Good>(At(since.AddDays(-5).AddSeconds(-1))).RevokedLater);
        Assert.Equal("evidence-from-future", Assert.IsType<RevocationVerdict.CouldNotCheck>(At(since.AddDays(-20), since.AddDays(-20))).Code);
        Assert.IsType<RevocationVerdict.Revoked>(At(TestPki.Now.AddDays(30), TestPki.Now.AddDays(30)));
        Assert.Equal("evidence-stale", Assert.IsType<RevocationVerdict.CouldNotCheck>(RevocationListRules.Judge(list, Pki.Agency(TestKey.P256).Certificate, Pki.Issuing.Certificate, RevocationTerms.Today(TestPki.Now.AddDays(30)))).Code);
        Assert.IsType<RevocationVerdict.CouldNotCheck>(RevocationEvidence.None.Judge(Person.Certificate, Pki.Issuing.Certificate, Today));
    }

    [Fact]
    public async Task A_certificate_taken_off_the_list_is_good_and_a_hold_is_revoked()
    {
        Assert.IsType<RevocationVerdict.Good>(await JudgeAsync([Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1), RevocationReason.RemoveFromList)]));
        Assert.Equal(RevocationReason.CertificateHold, Assert.IsType<RevocationVerdict.Revoked>(await JudgeAsync([Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1), RevocationReason.CertificateHold)])).Reason);
        Assert.Equal(RevocationReason.Unspecified, Assert.IsType<RevocationVerdict.Revoked>(await JudgeAsync([Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1), RevocationReason.Unspecified)])).Reason);
    }

    [Fact]
    public async Task Lists_that_cannot_speak_for_the_certificate_are_refused_by_name()
    {
        async Task Refused(string code, Action<AsnWriter>? more = null, TestIdentity? by = null, Func<byte[], byte[]>? spoil = null)
        {
            var list = await Authority.ListAsync([Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1))], by, more: more);
            var verdict = RevocationListRules.Judge(RevocationList.Read(spoil?.Invoke(list) ?? list), Person.Certificate, Pki.Issuing.Certificate, Today);
            Assert.Equal(code, Assert.IsType<RevocationVerdict.CouldNotCheck>(verdict).Code);
        }

        await Refused("crl-other-issuer", by: Pki.Root);
        await Refused("crl-signature", spoil: list => [.. list[..^1], (byte)(list[^1] ^ 1)]);
        await Refused("crl-signature", by: Pki.Authority("Cấp phát thử nghiệm", TestKey.P256, null, 0));
        await Refused("crl-delta", writer => RevocationReading.WriteExtension(writer, "2.5.29.27", true, [2, 1, 1]));
        await Refused("crl-critical-extension", writer => RevocationReading.WriteExtension(writer, "1.2.3.4", true, [5, 0]));
        await Refused("crl-indirect", Scope(0x84, 0xFF));
        await Refused("crl-other-scope", Scope(0x82, 0xFF));
        await Refused("crl-other-scope", Scope(0x85, 0xFF));
        await Refused("crl-other-scope", writer => RevocationReading.WriteExtension(writer, "2.5.29.28", true, [0x30, 4, 0x83, 2, 1, 0x40]));
        await Refused("crl-other-scope", Place("http://crl.example/khac.crl"));
        await Refused("crl-encoding", writer => RevocationReading.WriteExtension(writer, "2.5.29.28", true, [0x30, 1]));
        Assert.IsType<RevocationVerdict.Revoked>(await JudgeAsync([Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1))], Scope(0x81, 0xFF)));
    }

    [Fact]
    public async Task A_list_for_one_place_speaks_for_the_certificates_that_name_it()
    {
        const string Address = "http://crl.example/mot.crl";
        var named = Pki.Leaf("Người có địa chỉ", TestKey.P256, Pki.Issuing, adjust: request => request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([Address])));
        var list = RevocationList.Read(await Authority.ListAsync([], more: Place(Address)));
        Assert.IsType<RevocationVerdict.Good>(RevocationListRules.Judge(list, named.Certificate, Pki.Issuing.Certificate, Today));
        Assert.IsType<RevocationVerdict.CouldNotCheck>(RevocationListRules.Judge(list, Person.Certificate, Pki.Issuing.Certificate, Today));
    }

    [Fact]
    public void A_list_of_the_platform_is_read_and_a_weak_one_refused()
    {
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry(Person.Certificate, TestPki.Now.AddDays(-1), X509RevocationReason.AffiliationChanged);
        using var issuer = Pki.Issuing.Certificate.CopyWithPrivateKey((RSA)Pki.Issuing.Key);
        var list = builder.Build(issuer, 1, TestPki.Now.AddDays(1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, TestPki.Now);
        var verdict = RevocationListRules.Judge(RevocationList.Read(list), Person.Certificate, Pki.Issuing.Certificate, Today);
        Assert.Equal(RevocationReason.AffiliationChanged, Assert.IsType<RevocationVerdict.Revoked>(verdict).Reason);
        CertificateRevocationListBuilder.Load(list, out _);
        var generator = new ChainBuilderTests.Sha1Generator((RSA)Pki.Issuing.Key);
        var key = X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false);
        var weak = builder.Build(issuer.SubjectName, generator, 1, TestPki.Now.AddDays(1), HashAlgorithmName.SHA256, key, TestPki.Now);
        Assert.Equal("crl-weak", Assert.IsType<RevocationVerdict.CouldNotCheck>(RevocationListRules.Judge(RevocationList.Read(weak), Person.Certificate, Pki.Issuing.Certificate, Today)).Code);
    }

    [Fact]
    public async Task What_we_write_the_platform_reads()
    {
        var written = await Authority.ListAsync([Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1)), Authority.Revoked(Pki.Foreign.Certificate, TestPki.Now.AddYears(40), inDoubt: TestPki.Now)]);
        var read = CertificateRevocationListBuilder.Load(written, out var number, out var consumed);
        Assert.Equal((7, written.Length), ((int)number, consumed));
        Assert.True(read.RemoveEntry(Person.Certificate.SerialNumberBytes.Span));
        Assert.True(read.RemoveEntry(Pki.Foreign.Certificate.SerialNumberBytes.Span));
    }

    [Fact]
    public async Task A_hundred_thousand_entries_are_gone_through_without_an_object_each()
    {
        var many = Enumerable.Range(0, 100_000).Select(i => new RevokedCertificate(BitConverter.GetBytes(0x4100_0000_0000_0000L + i).Reverse().ToArray(), TestPki.Now.AddDays(-1), RevocationReason.Superseded));
        var encoded = await Authority.ListAsync(many.Append(Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-2))));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var list = RevocationList.Read(encoded);
        Assert.Equal(TestPki.Now.AddDays(-2), list.Find(Person.Certificate.SerialNumberBytes.Span)!.RevokedAt);
        Assert.Null(list.Find(Pki.Agency(TestKey.P256).Certificate.SerialNumberBytes.Span));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{encoded.Length} bytes, {allocated} allocated");
        Assert.InRange(allocated, 0, 1 << 20);
    }

    [Fact]
    public async Task Mutated_lists_end_in_a_typed_error_or_a_verdict_and_never_turn_revoked_into_good()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var list = await Authority.ListAsync([Authority.Revoked(Pki.Foreign.Certificate, TestPki.Now), Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1), inDoubt: TestPki.Now.AddDays(-2))]);
        var words = new Dictionary<string, int>();
        for (var i = 0; i < 2000; i++)
        {
            string word;
            try
            {
                var verdict = RevocationListRules.Judge(RevocationList.Read(Mutation.Of(list, random, 2)), Person.Certificate, Pki.Issuing.Certificate, Today);
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
        Assert.True(words.Count > 2);
    }

    [Fact]
    public async Task Entries_by_themselves_cannot_break_the_walk()
    {
        // The walk over the entries comes after the signature in use, and must stand by itself all the same.
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var list = await Authority.ListAsync([Authority.Revoked(Pki.Foreign.Certificate, TestPki.Now), Authority.Revoked(Person.Certificate, TestPki.Now.AddDays(-1), inDoubt: TestPki.Now.AddDays(-2))]);
        var (typed, walked) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            try
            {
                RevocationList.Read(Mutation.Of(list, random, 2)).Find(Person.Certificate.SerialNumberBytes.Span);
                walked++;
            }
            catch (RevocationFormatException)
            {
                typed++;
            }
        }

        Assert.True(typed > 100 && walked > 100, $"{typed} {walked}");
    }

    private static async Task<RevocationVerdict> JudgeAsync(IEnumerable<RevokedCertificate> revoked, Action<AsnWriter>? more = null) =>
        RevocationListRules.Judge(RevocationList.Read(await Authority.ListAsync(revoked, more: more)), Person.Certificate, Pki.Issuing.Certificate, Today);

    private static Action<AsnWriter> Scope(byte tag, byte value) => writer => RevocationReading.WriteExtension(writer, "2.5.29.28", true, [0x30, 3, tag, 1, value]);

    private static Action<AsnWriter> Place(string address) => writer =>
    {
        var context0 = new Asn1Tag(TagClass.ContextSpecific, 0);
        var value = new AsnWriter(AsnEncodingRules.DER);
        using (value.PushSequence())
        using (value.PushSequence(context0))
        using (value.PushSequence(context0))
            value.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 6));
        RevocationReading.WriteExtension(writer, "2.5.29.28", true, value.Encode());
    };
}
