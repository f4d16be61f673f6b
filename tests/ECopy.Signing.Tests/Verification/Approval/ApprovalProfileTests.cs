using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;
using ECopy.TestKit;
using static ECopy.Signing.Tests.Verification.Approval.ApprovalCopies;

namespace ECopy.Signing.Tests.Verification.Approval;

/// <summary>Whole copies of profile approval before the strict judge and before other tools.</summary>
public sealed class ApprovalProfileTests(OutsideTokens tokens) : IClassFixture<OutsideTokens>
{
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly TestIdentity Agency = Pki.Agency(TestKey.P256);
    private static readonly TestIdentity Person = Pki.Person(TestKey.P256);

    [Fact]
    public async Task Signed_outside_and_sealed_here_passes()
    {
        var report = Check(await SealAsync(tokens.Signed, Agency));
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal(
            [(SignatureRole.Person, SignatureFormat.Pkcs7Detached), (SignatureRole.Seal, SignatureFormat.Cades)],
            report.Signatures.Select(one => (one.Role!.Value, one.Format)));
        Assert.All(report.Signatures, one => Assert.Equal((PadesLevel.BB, (DateTimeOffset?)null), (one.Level, one.ProvenTime)));
    }

    [Fact]
    public async Task Every_timestamp_proves_what_is_before_it_up_to_the_highest_level()
    {
        var stamped = await LastingCopies.PreservedAsync(tokens.Signed, LastingCopies.PersonTime);
        var copy = await SealAsync(stamped, Agency, timestamped: true);
        var report = Check(copy);
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal([(LastingCopies.PersonTime, PadesLevel.BT), (LastingCopies.SealTime, PadesLevel.BT)], report.Signatures.Select(one => (one.ProvenTime!.Value, one.Level)));

        var lasting = await LastingCopies.PreservedAsync(await LastingCopies.StoredAsync(copy));
        var judged = SignedFileCheck.Check(lasting, Pki.Anchors, LastingCopies.DocumentTime, RevocationEvidence.None);
        Assert.Equal(Finding.Passed, judged.Finding);
        Assert.All(judged.Signatures, one => Assert.Equal((PadesLevel.BLTA, RevocationState.Good), (one.Level, one.Revocation)));
        Assert.Equal(2, judged.Timestamps.Count);
        Assert.True(SignatureIntegrity.Check(lasting).IsValid);
        // Long after the certificates ran out, the last timestamp still holds.
        Assert.Equal(Finding.Passed, Check(lasting, TestPki.Now.AddDays(1)).Finding);
    }

    [Fact]
    public async Task Both_outside_and_both_here_pass_as_well()
    {
        var both = SignOutside(tokens.Signed, Agency, new MillimetreBox(115, 186, 30, 30), subFilter: "adbe.pkcs7.detached", cms: bytes => PlainCms(bytes, Agency));
        Assert.Equal("certificate-foreign", Check(both).Finding.Code);
        var stored = SecurityStore.Append(both, new ValidationMaterial([.. Agency.Chain.Certificates.Select(one => new ReadOnlyMemory<byte>(one.RawData))], [], [])).ToArray();
        // Some tools embed the signer's certificate alone: the store has the others.
        Assert.Equal(Finding.Passed, Check(stored).Finding);

        var plan = Copies.Plan(SignatureRole.Person, Person) with { Place = Rect(new MillimetreBox(131, 191, 50, 22)) };
        var prepared = PadesPreparation.Prepare(Composed(), plan);
        var ours = PadesAssembly.Embed(prepared, PadesAssembly.BuildCms(prepared, await Copies.ValueAsync(prepared, Person)));
        Assert.Equal("seal-missing", Check(ours).Finding.Code);
        Assert.Equal(Finding.Passed, Check(await SealAsync(ours, Agency)).Finding);
    }

    [Fact]
    public async Task Other_tools_find_it_sound()
    {
        var copy = await SealAsync(tokens.Signed, Agency);
        var pdfsig = OutsideTool.RunOn(copy, ".pdf", "pdfsig", "-nocert", "{}");
        Assert.Equal(2, pdfsig.Output.Split("Signature is Valid").Length - 1);
        Assert.Equal(0, OutsideTool.RunOn(copy, ".pdf", "qpdf", "--check", "{}").ExitCode);
        Assert.Equal(0, CopyTools.OpensslVerify(CopyTools.Signatures(copy)[1], Pki.Root.Certificate.RawData, TestPki.Now).ExitCode);
    }

    [Fact]
    public async Task Order_and_number_of_signatures_are_held()
    {
        var copy = await SealAsync(tokens.Signed, Agency);
        Assert.Equal("signature-unexpected", Check(SignOutside(copy, Person, field: "Third")).Finding.Code);
        Assert.Equal("unsigned", Check(Composed()).Finding.Code);
        Assert.Equal("signature-order", Check(await SealAsync(await LastingCopies.PreservedAsync(Composed()) is var stamped ? SignOutside(stamped, Person) : [], Agency)).Finding.Code);
        Assert.Equal("signature-order", Assert.Throws<SignatureRefusedException>(() => PadesPreparation.Prepare(Composed(), Copies.Plan(SignatureRole.Seal, Agency))).Code);
        Assert.Equal("signature-order", Assert.Throws<SignatureRefusedException>(() => PadesPreparation.Prepare(copy, Copies.Plan(SignatureRole.Person, Person))).Code);
        var outside = Copies.Plan(SignatureRole.Person, Person) with { Place = Rect(new MillimetreBox(20, 20, 50, 20)) };
        Assert.Equal("field-unusable", Assert.Throws<SignatureRefusedException>(() => PadesPreparation.Prepare(Composed(), outside)).Code);
    }

    [Theory]
    [InlineData("after the seal", "not-whole-file")]
    [InlineData("before the seal", "not-whole-file")]
    [InlineData("before the person", "signature-order")]
    [InlineData("beside the seal", "change-forbidden")]
    [InlineData("data before the seal", "change-forbidden")]
    [InlineData("bytes behind", "not-whole-file")]
    public async Task Nothing_else_is_appended_anywhere(string where, string code)
    {
        var page = PageOf(Composed(), 0);
        void Spoil(IncrementalUpdate update) => update.Edit(page)["Contents"] = update.Add(new PdfStream([], "q Q"u8.ToArray()));
        var file = where switch
        {
            "after the seal" => Appended(await SealAsync(tokens.Signed, Agency), Spoil),
            "before the seal" => SignOutside(Appended(tokens.Signed, Spoil), Agency, field: "Seal"),
            "before the person" => await SealAsync(SignOutside(Appended(Composed(), Spoil), Person), Agency),
            "beside the seal" => SignOutside(tokens.Signed, Agency, changes: (update, _) => Spoil(update), field: "Seal"),
            "data before the seal" => await SealAsync(SecurityStore.Append(tokens.Signed, new ValidationMaterial([new([1, 2, 3])], [], [])).ToArray(), Agency),
            _ => [.. await SealAsync(tokens.Signed, Agency), .. "\n% x\n"u8],
        };
        var finding = Check(file).Finding;
        Assert.Equal((code, Indication.TotalFailed), (finding.Code, finding.Indication));
    }

    [Fact]
    public void A_composed_file_of_either_profile_says_which_it_is()
    {
        Assert.NotNull(ApprovalProfile.Read(PdfDocument.Open(Composed()).Latest));
        Assert.Null(ApprovalProfile.Read(PdfDocument.Open(Copies.Blank()).Latest));
        Assert.Null(ApprovalProfile.Read(PdfDocument.Open(tokens.Signed).Latest));
    }

    private static SignedFileReport Check(byte[] file, DateTimeOffset? at = null) => SignedFileCheck.Check(file, Pki.Anchors, at ?? LastingCopies.DocumentTime);

    private static byte[] Appended(byte[] document, Action<IncrementalUpdate> change)
    {
        var update = new IncrementalUpdate(PdfDocument.Open(document));
        change(update);
        return update.Finish().Document;
    }
}
