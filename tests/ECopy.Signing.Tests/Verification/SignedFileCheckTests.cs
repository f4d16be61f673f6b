using ECopy.Signing.Pades;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Trust;
using ECopy.Signing.Verification;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification;

public class SignedFileCheckTests(ITestOutputHelper output)
{
    private static readonly TestPki Pki = TestPki.Instance;

    [Theory]
    [InlineData(TestKey.Rsa2048, TestKey.P256, false)]
    [InlineData(TestKey.P256, TestKey.P384, true)]
    [InlineData(TestKey.P521, TestKey.Rsa2048, false)]
    public async Task A_copy_as_we_make_it_passes(TestKey person, TestKey agency, bool streams)
    {
        var report = Check(await Copies.SealedAsync(person, agency, streams));
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal([("Person", SignatureRole.Person, Coverage.Revision), ("Seal", SignatureRole.Seal, Coverage.WholeFile)], report.Signatures.Select(one => (one.Field, one.Role!.Value, one.Coverage)));
        Assert.All(report.Signatures, one =>
        {
            Assert.Equal(Finding.Passed, one.Finding);
            Assert.Equal(TestPki.Now, one.ClaimedTime);
            Assert.Equal(RevocationState.NotChecked, one.Revocation);
            Assert.Equal(Pki.Root.Certificate.Thumbprint, one.Chain[^1].Thumbprint);
        });
        Assert.Equal("Nguyễn Văn Mẫu", report.Signatures[0].SignerName);
    }

    [Fact]
    public async Task Trust_and_time_decide_what_is_indeterminate()
    {
        var copy = await Copies.SealedAsync();
        AssertIs(SignedFileCheck.Check(copy, TrustAnchors.None, TestPki.Now), "certificate-foreign", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.NoCertificateChainFound);
        AssertIs(SignedFileCheck.Check(copy, Pki.ForeignRoot.Anchors, TestPki.Now), "certificate-foreign", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.NoCertificateChainFound);
        AssertIs(SignedFileCheck.Check(copy, Pki.Anchors, TestPki.Now.AddYears(3)), "certificate-expired", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe);
        AssertIs(SignedFileCheck.Check(copy, Pki.Anchors, TestPki.Now.AddYears(-2)), "certificate-not-yet-valid", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe);
        AssertIs(SignedFileCheck.Check(copy, Pki.Anchors, TestPki.Now.AddYears(30)), "certificate-expired", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe);
        var ended = new TrustAnchors([Pki.Anchors.Anchors[0] with { Until = TestPki.Now.AddDays(-1) }]);
        AssertIs(SignedFileCheck.Check(copy, ended, TestPki.Now), "issuer-out-of-time", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.CertificateChainGeneralFailure);
    }

    [Fact]
    public async Task A_signer_who_may_not_sign_does_not_pass()
    {
        var byServer = await Copies.SignAsync(await Copies.SignAsync(Copies.Blank(), SignatureRole.Person, Pki.WrongUsage), SignatureRole.Seal, Pki.Agency(TestKey.P256));
        AssertIs(Check(byServer), "certificate-key-usage", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.ChainConstraintsFailure);
        var byForeigner = await Copies.SignAsync(await Copies.SignAsync(Copies.Blank(), SignatureRole.Person, Pki.Foreign), SignatureRole.Seal, Pki.Agency(TestKey.P256));
        var report = Check(byForeigner);
        AssertIs(report, "certificate-foreign", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.NoCertificateChainFound);
        Assert.True(report.Signatures[1].Finding.IsPassed);
    }

    [Fact]
    public async Task Unsigned_half_signed_and_malformed_are_different_words()
    {
        AssertIs(Check(Copies.Blank()), "unsigned", IntegrityWord.Unsigned, Indication.Indeterminate, SubIndication.None);
        var signed = await Copies.SignAsync(Copies.Blank(), SignatureRole.Person, Pki.Person(TestKey.P256));
        var half = Check(signed);
        AssertIs(half, "seal-missing", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.SigConstraintsFailure);
        Assert.True(Assert.Single(half.Signatures).Finding.IsPassed);
        Assert.Equal(IntegrityWord.Malformed, Check([]).Finding.Word);
        Assert.Equal(IntegrityWord.Malformed, Check("không phải PDF"u8.ToArray()).Finding.Word);
        // A copy cut short ends, for a reader, where the person signed.
        AssertIs(Check((await Copies.SealedAsync())[..^20]), "not-whole-file", IntegrityWord.Attack, Indication.TotalFailed, SubIndication.FormatFailure);
    }

    [Theory]
    [InlineData(false, 67)]
    [InlineData(true, 61)]
    public async Task No_flipped_byte_ever_passes(bool streams, int step)
    {
        var copy = await Copies.SealedAsync(TestKey.Rsa2048, TestKey.P256, streams);
        var words = new Dictionary<string, int>();
        for (var i = 0; i < copy.Length; i += step)
        {
            var flipped = copy.ToArray();
            flipped[i] ^= (byte)(i / step % 2 == 0 ? 0x01 : 0x20);
            var finding = Check(flipped).Finding;
            Assert.False(finding.IsPassed, $"byte {i}");
            words[$"{finding.Word}/{finding.Code}"] = words.GetValueOrDefault($"{finding.Word}/{finding.Code}") + 1;
        }

        foreach (var (word, count) in words.OrderByDescending(pair => pair.Value)) output.WriteLine($"{count,6} {word}");
        Assert.Contains(words.Keys, word => word == "Tampered/digest-wrong");
    }

    [Fact]
    public async Task No_flipped_byte_inside_the_last_contents_passes()
    {
        // The one place that the last signature does not cover, so it is tried more closely.
        var copy = await Copies.SealedAsync();
        var gap = Signing.Pdf.Reading.AcroForm.Read(Signing.Pdf.Reading.PdfDocument.Open(copy).Latest).Find("Seal")!.Signature!.ByteRange!.Gap;
        for (var i = gap.Start; i < gap.End; i += 11)
        {
            // 0x20 turns an upper-case digit into the lower-case one of the same value.
            var flipped = copy.ToArray();
            flipped[i] ^= (byte)(flipped[i] >= 'A' && i % 2 == 0 ? 0x20 : 0x01);
            Assert.False(Check(flipped).Finding.IsPassed, $"byte {i - gap.Start} of the contents");
        }
    }

    [Fact]
    public async Task Anything_appended_is_named()
    {
        var copy = await Copies.SealedAsync();
        Assert.Equal("not-whole-file", Check([.. copy, (byte)'\n']).Finding.Code);
        Assert.False(Check([.. copy, .. "rác"u8]).Finding.IsPassed);
        var update = new Signing.Pdf.Revisions.IncrementalUpdate(Signing.Pdf.Reading.PdfDocument.Open(copy));
        update.Add(new Signing.Pdf.PdfName("Thêm"));
        AssertIs(Check(update.Finish().Document), "not-whole-file", IntegrityWord.Attack, Indication.TotalFailed, SubIndication.FormatFailure);
    }

    [CorpusFact]
    public void Every_file_of_the_corpus_gets_an_answer_and_none_passes_as_a_copy()
    {
        Assert.NotEmpty(SignedCorpus.Entries);
        foreach (var entry in SignedCorpus.Entries)
        {
            var report = Task.Run(() => Check(SignedCorpus.Read(entry.File)));
            Assert.True(report.Wait(TimeSpan.FromSeconds(30)), entry.File);
            output.WriteLine($"{entry.File}: {report.Result.Finding.Word} {report.Result.Finding.Code} ({entry.Expected})");
            Assert.False(report.Result.Finding.IsPassed);
        }
    }

    private static SignedFileReport Check(byte[] file) => SignedFileCheck.Check(file, Pki.Anchors, TestPki.Now);

    internal static void AssertIs(SignedFileReport report, string code, IntegrityWord word, Indication indication, SubIndication subIndication) =>
        Assert.Equal((code, word, indication, subIndication), (report.Finding.Code, report.Finding.Word, report.Finding.Indication, report.Finding.SubIndication));
}
