using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Tests.Trust.Revocation;
using ECopy.Signing.Tests.Verification.Integrity;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification.Validation;

/// <summary>Full validation of any signed file: trust, time, revocation and level on top of integrity.</summary>
public class SignatureValidationTests(ITestOutputHelper output)
{
    private const long MostAllocated = 256L << 20;
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly DateTimeOffset At = TestPki.Now.AddMinutes(1);

    [CorpusTheory]
    [MemberData(nameof(CorpusVerdictTests.All), MemberType = typeof(CorpusVerdictTests))]
    public void Trust_changes_nothing_about_the_integrity_of_the_corpus(string file, bool valid)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var report = SignatureValidation.Validate(SignedCorpus.Read(file), new ValidationPolicy(Pki.Anchors, At, RevocationEvidence.None), CancellationToken.None);

        output.WriteLine($"{report.Finding.Word} {Etsi.Name(report.Finding.Indication)}/{Etsi.Name(report.Finding.SubIndication)} {report.Finding.Code} {report.Finding.Reason} ({clock.ElapsedMilliseconds} ms)");
        foreach (var one in report.Signatures) output.WriteLine($"  {one.Field} {one.Format} {one.Level} {Etsi.Name(one.Finding.Indication)} {one.Finding.Code} {one.Finding.Reason}");
        foreach (var one in report.Timestamps) output.WriteLine($"  {one.Field} {one.Time:o} {Etsi.Name(one.Finding.Indication)} {one.Finding.Code} {one.Finding.Reason}");
        Assert.Equal(valid, report.Finding.Word == IntegrityWord.Valid);
        // Nobody here trusts their authorities.
        if (valid) Assert.Equal(Indication.Indeterminate, report.Finding.Indication);
        Assert.False(report.Finding.IsPassed);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
    }

    [CorpusFact]
    public void A_foreign_file_of_the_highest_level_passes_at_its_time()
    {
        var file = SignedCorpus.Read("ph-pades-lta-dss-indirect-arrs-test-2.pdf");
        var certificates = LastingCopies.Certificates(file);
        var roots = certificates.Where(one => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData)).ToList();
        Assert.NotEmpty(roots);
        var anchors = new TrustAnchors([.. roots.Select(root => new TrustAnchor(root, root.NotBefore, root.NotAfter))]);

        var report = SignatureValidation.Validate(file, new ValidationPolicy(anchors, new DateTimeOffset(2020, 11, 1, 0, 0, 0, TimeSpan.Zero), RevocationEvidence.None), CancellationToken.None);

        foreach (var one in report.Signatures) output.WriteLine($"  {one.Field} {one.Format} {one.Level} {one.ProvenTime:o} {Etsi.Name(one.Finding.Indication)}/{Etsi.Name(one.Finding.SubIndication)} {one.Finding.Code} {one.Finding.Reason}");
        foreach (var one in report.Timestamps) output.WriteLine($"  {one.Field} {one.Time:o} {Etsi.Name(one.Finding.Indication)}/{Etsi.Name(one.Finding.SubIndication)} {one.Finding.Code} {one.Finding.Reason}");
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal(2, report.Signatures.Count);
        Assert.Equal(PadesLevel.BLTA, report.Signatures[0].Level);
        Assert.All(report.Signatures, one => Assert.Equal(RevocationState.Good, one.Revocation));
    }

    [Theory]
    [InlineData("B-B", PadesLevel.BB)]
    [InlineData("B-T", PadesLevel.BT)]
    [InlineData("B-LT", PadesLevel.BLT)]
    [InlineData("B-LTA", PadesLevel.BLTA)]
    public async Task Each_level_is_recognised_and_passes_with_evidence(string level, PadesLevel expected)
    {
        var copy = await AtLevelAsync(level);
        var report = Validate(copy, await EvidenceAsync());

        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal(["Person", "Seal"], report.Signatures.Select(one => one.Field));
        Assert.All(report.Signatures, one => Assert.Equal((expected, RevocationState.Good, SignatureFormat.Cades), (one.Level, one.Revocation, one.Format)));
        Assert.All(report.Signatures, one => Assert.Equal(expected != PadesLevel.BB, one.ProvenTime is not null));
        Assert.Equal(Coverage.Revision, report.Signatures[0].Coverage);
        // What came after the first signature, and that nobody objects to it.
        Assert.NotEmpty(report.Signatures[0].Later);
        Assert.All(report.Signatures[0].Later, later => Assert.Empty(later.Forbidden));
        Assert.Equal(expected == PadesLevel.BLTA ? 1 : 0, report.Timestamps.Count);
        Assert.Empty(report.Questions);
    }

    [Fact]
    public async Task Without_evidence_it_is_said_what_to_ask_and_with_the_answers_it_passes()
    {
        var copy = await Copies.SealedAsync();
        var report = Validate(copy, RevocationEvidence.None);

        Assert.Equal((Indication.Indeterminate, SubIndication.TryLater, "certificate-revocation-unknown"), (report.Finding.Indication, report.Finding.SubIndication, report.Finding.Code));
        Assert.All(report.Signatures, one => Assert.Equal(RevocationState.CouldNotCheck, one.Revocation));
        Assert.Equal(3, report.Questions.Count);
        Assert.Contains(report.Questions, question => question.Certificate.Equals(Pki.Issuing.Certificate) && question.Issuer.Equals(Pki.Root.Certificate));

        var answers = new List<ReadOnlyMemory<byte>>();
        foreach (var (certificate, issuer) in report.Questions)
            answers.Add(await Authority.AnswerAsync(OcspRequest.Create(certificate, issuer, HashAlgorithmName.SHA1).Encode(), issuer.Equals(Pki.Root.Certificate) ? Pki.Root : null, issuer: issuer.Equals(Pki.Root.Certificate) ? Pki.Root : null));
        Assert.Equal(Finding.Passed, Validate(copy, RevocationEvidence.Read(answers, [])).Finding);
    }

    [Fact]
    public async Task A_lasting_copy_passes_long_after_its_keys_have_expired_if_its_last_timestamp_holds()
    {
        var copy = await LastingCopies.LastingAsync();
        Assert.Equal(Finding.Passed, SignatureValidation.Validate(copy, new ValidationPolicy(Pki.Anchors, LastingCopies.DocumentTime, RevocationEvidence.None), CancellationToken.None).Finding);

        var late = TestPki.Now.AddYears(4);
        var report = SignatureValidation.Validate(copy, new ValidationPolicy(Pki.Anchors, late, RevocationEvidence.None), CancellationToken.None);
        Assert.Equal((SubIndication.OutOfBoundsNoPoe, "timestamp-expired"), (report.Timestamps[0].Finding.SubIndication, report.Timestamps[0].Finding.Code));
        Assert.Equal((Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe), (report.Finding.Indication, report.Finding.SubIndication));
    }

    [Fact]
    public async Task A_file_of_somebody_else_passes_with_his_issuers_and_not_without()
    {
        var file = Integrity.Foreign.Sign(Integrity.Foreign.Blank(), "A");
        var alone = Validate(file, await EvidenceAsync());
        Assert.Equal((SubIndication.NoCertificateChainFound, "certificate-foreign"), (alone.Finding.SubIndication, alone.Finding.Code));
        Assert.Equal(RevocationState.NotChecked, alone.Signatures[0].Revocation);

        var policy = new ValidationPolicy(Pki.Anchors, At, await EvidenceAsync()) { Certificates = [Pki.Issuing.Certificate] };
        var report = SignatureValidation.Validate(file, policy, CancellationToken.None);
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal((SignatureFormat.Pkcs7Detached, 3), (report.Signatures[0].Format, report.Signatures[0].Chain.Count));
        Assert.Null(report.Signatures[0].ProvenTime);

        // An anchor that holds no more is none.
        var ended = new TrustAnchors([new TrustAnchor(Pki.Root.Certificate, Pki.Root.Certificate.NotBefore, At.AddDays(-1))]);
        Assert.False(SignatureValidation.Validate(file, policy with { Anchors = ended }, CancellationToken.None).Finding.IsPassed);
    }

    [Theory]
    [InlineData("sha1", false)]
    [InlineData("sha1", true)]
    [InlineData("rsa1024", false)]
    public async Task A_weak_signature_is_sound_and_proves_nothing(string weakness, bool preserved)
    {
        using var rsa = RSA.Create(weakness == "sha1" ? 2048 : 1024);
        var signer = Issue(rsa);
        var hash = new Oid(weakness == "sha1" ? "1.3.14.3.2.26" : "2.16.840.1.101.3.4.2.1");
        var entries = Copies.Entries(SignatureRole.Person, Copies.Blank());
        entries["SubFilter"] = new PdfName("adbe.pkcs7.detached");
        var file = Copies.SignAnyhow(Copies.Blank(), SignatureRole.Person, Pki.Person(TestKey.P256), entries, cms: covered => Sign(covered, signer, hash));
        if (preserved) file = await LastingCopies.PreservedAsync(file);

        var report = Validate(file, await EvidenceAsync());

        Assert.Equal(IntegrityWord.Valid, report.Finding.Word);
        var expected = preserved ? SubIndication.CryptoConstraintsFailure : SubIndication.CryptoConstraintsFailureNoPoe;
        Assert.Equal((Indication.Indeterminate, expected, "algorithm-weak"), (report.Finding.Indication, report.Finding.SubIndication, report.Finding.Code));
    }

    [Fact]
    public async Task A_timestamp_of_another_signature_never_passes()
    {
        var token = await LastingCopies.TokenAsync(SHA256.HashData("another"u8), LastingCopies.PersonTime);
        var signed = Copies.SignAnyhow(
            Copies.Blank(),
            SignatureRole.Person,
            Pki.Person(TestKey.P256),
            cms: covered => Copies.Cms(covered, Pki.Person(TestKey.P256), chain: new CertificateChain([Pki.Person(TestKey.P256).Certificate]), unsigned: [new Signing.Cms.CmsAttribute(Signing.Cms.Oids.SignatureTimestamp, [token.Encoded])]));
        var report = Validate(signed, await EvidenceAsync());

        Assert.Equal((Indication.TotalFailed, SubIndication.HashFailure, "timestamp-imprint"), (report.Finding.Indication, report.Finding.SubIndication, report.Finding.Code));
        Assert.Null(report.Signatures[0].ProvenTime);
        Assert.Equal(PadesLevel.BB, report.Signatures[0].Level);
    }

    [Fact]
    public async Task What_takes_too_long_is_ended_and_never_passes()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        var report = SignatureValidation.Validate(await Copies.SealedAsync(), new ValidationPolicy(Pki.Anchors, At, RevocationEvidence.None), ended.Token);
        Assert.Equal((IntegrityWord.Unsupported, "time-limit"), (report.Finding.Word, report.Finding.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("%PDF-1.7")]
    [InlineData("no PDF at all")]
    public void What_is_no_PDF_is_malformed(string text)
    {
        var report = Validate(System.Text.Encoding.ASCII.GetBytes(text), RevocationEvidence.None);
        Assert.Equal((IntegrityWord.Malformed, Indication.TotalFailed, SubIndication.FormatFailure), (report.Finding.Word, report.Finding.Indication, report.Finding.SubIndication));
    }

    [Fact]
    public void What_nobody_signed_is_neither_passed_nor_failed() =>
        Assert.Equal((IntegrityWord.Unsigned, Indication.Indeterminate), (Validate(Copies.Blank(), RevocationEvidence.None).Finding.Word, Validate(Copies.Blank(), RevocationEvidence.None).Finding.Indication));

    internal static async Task<byte[]> AtLevelAsync(string level) => level switch
    {
        "B-B" => await Copies.SealedAsync(),
        "B-T" => await LastingCopies.TimestampedAsync(),
        "B-LT" => await LastingCopies.StoredAsync(await LastingCopies.TimestampedAsync()),
        _ => await LastingCopies.LastingAsync(),
    };

    internal static async Task<RevocationEvidence> EvidenceAsync() =>
        RevocationEvidence.Read([], [await Authority.ListAsync([], at: TestPki.Now), await Authority.ListAsync([], Pki.Root, TestPki.Now)]);

    private static SignedFileReport Validate(byte[] file, RevocationEvidence evidence) =>
        SignatureValidation.Validate(file, new ValidationPolicy(Pki.Anchors, At, evidence), CancellationToken.None);

    private static X509Certificate2 Issue(RSA key)
    {
        using var issuer = Pki.Issuing.Certificate.CopyWithPrivateKey((RSA)Pki.Issuing.Key);
        var request = new CertificateRequest("CN=Khoa yeu", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.Create(issuer, TestPki.Now.AddYears(-1), TestPki.Now.AddYears(1), [0x45, 1, 2, 3, 4, 5, 6, 7]);
        return certificate.CopyWithPrivateKey(key);
    }

    private static byte[] Sign(byte[] covered, X509Certificate2 signer, Oid hash)
    {
        var cms = new SignedCms(new ContentInfo(covered), detached: true);
        var options = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { DigestAlgorithm = hash, IncludeOption = X509IncludeOption.None };
        options.Certificates.Add(X509CertificateLoader.LoadCertificate(signer.RawData));
        options.Certificates.Add(Pki.Issuing.Certificate);
        cms.ComputeSignature(options);
        return cms.Encode();
    }
}
