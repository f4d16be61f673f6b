using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Verification;
using ECopy.TestKit;
using CmsSigner = System.Security.Cryptography.Pkcs.CmsSigner;

namespace ECopy.Signing.Tests.Verification;

/// <summary>
/// Copies spoilt before signing, so that every digest and every value is right: only the rules stand between them and a pass.
/// </summary>
public class AttackTests
{
    private static readonly TestIdentity Person = TestPki.Instance.Person(TestKey.P256);
    private static readonly TestIdentity Agency = TestPki.Instance.Agency(TestKey.P256);

    [Fact]
    public void The_way_these_tests_sign_passes_when_nothing_is_spoilt() =>
        Assert.Equal(Finding.Passed, Check(Seal(Signed())).Finding);

    [Theory]
    [InlineData("a page", 3, "object 3 was changed")]
    [InlineData("page content", 4, "object 4 was changed")]
    [InlineData("the person's field", 5, "object 5 was changed")]
    [InlineData("the form", 7, "object 7 was changed")]
    [InlineData("a font", 8, "object 8 was changed")]
    [InlineData("the catalog", 1, "object 1 was changed")]
    public void What_the_seal_must_not_change_is_named(string what, int number, string reason)
    {
        var file = Seal(Signed(), update =>
        {
            if (number == 4) update.Replace(new PdfReference(4), new PdfStream([], "q Q"u8.ToArray()));
            else update.Edit(new PdfReference(number))["Spoilt"] = PdfString.Text(what);
        });
        AssertChange(file, reason);
    }

    [Theory]
    [InlineData("Rect", "/Rect of the seal's field, object 6, was changed")]
    [InlineData("Lock", "/Lock of the seal's field, object 6, was changed")]
    [InlineData("F", "/F of the seal's field, object 6, was changed")]
    [InlineData("Parent", "/Parent of the seal's field, object 6, was changed")]
    public void The_seals_field_gets_value_and_appearance_and_nothing_else(string key, string reason)
    {
        // The lock says the same in another way, so that only the comparison can object.
        PdfObject value = key switch
        {
            "Rect" => PdfArray.Numbers(0, 0, 200, 200),
            "Lock" => new PdfDictionary { { "Action", new PdfName("All") }, { "P", new PdfInteger(1) } },
            "F" => new PdfInteger(132),
            _ => new PdfReference(7),
        };
        var finding = Check(Seal(Signed(), update => update.Edit(new PdfReference(6))[key] = value)).Finding;
        Assert.False(finding.IsPassed);
        if (key != "Parent") Assert.Equal(("change-forbidden", reason), (finding.Code, finding.Reason));
    }

    [Fact]
    public void An_appearance_has_its_normal_state_only() => AssertChange(
        Seal(Signed(), update =>
        {
            var states = (PdfDictionary)update.Edit(new PdfReference(6))["AP"]!;
            states["D"] = states["N"]!;
        }),
        "the appearance of the seal's field, object 6, has more than its normal state");

    [Fact]
    public void A_new_object_without_a_signature_above_it_is_named()
    {
        PdfReference? orphan = null;
        var file = Seal(Signed(), update => orphan = update.Add(new PdfName("Orphan")));
        AssertChange(file, $"object {orphan!.Number} is new and belongs to no signature");
    }

    [Fact]
    public void A_reference_left_open_by_the_person_is_not_filled_by_the_seal()
    {
        // The catalog refers to the very number that the seal's revision uses first.
        var next = PdfDocument.Open(Signed()).Latest.NextNumber;
        var file = Seal(Copies.SignAnyhow(Copies.Blank(catalog: $"/Extra {next} 0 R"), SignatureRole.Person, Person));
        AssertChange(file, $"object {next} fills a reference that an older object had left open");
    }

    [Fact]
    public void Nothing_stands_between_person_and_seal()
    {
        var between = new IncrementalUpdate(PdfDocument.Open(Signed()));
        between.Add(new PdfName("Thêm"));
        AssertIs("signature-order", Seal(between.Finish().Document));
        AssertIs("signature-order", Copies.SignAnyhow(Copies.SignAnyhow(Copies.Blank(), SignatureRole.Seal, Agency), SignatureRole.Person, Person));
        AssertIs("person-missing", Copies.SignAnyhow(Copies.Blank(), SignatureRole.Seal, Agency));
    }

    [Fact]
    public void A_third_signature_is_unexpected()
    {
        var copy = Seal(Signed());
        var revision = new SignatureRevision(PdfDocument.Open(copy));
        revision.Create("Khác", new SignatureContent(Copies.Entries(SignatureRole.Seal, copy), 8000));
        var prepared = revision.Finish();
        var covered = prepared.Range.Covered(prepared.Document).SelectMany(piece => piece.ToArray()).ToArray();
        var report = Check(SignatureRevision.Embed(prepared.Document, prepared.Range, Copies.Cms(covered, Agency)));
        Assert.Equal(3, report.Signatures.Count);
        Assert.Contains(report.Signatures, one => one.Role is null && one.Finding.Code == "not-our-profile");
        Assert.False(report.Finding.IsPassed);
    }

    [Fact]
    public void A_signature_taken_away_or_replaced_later_is_noticed()
    {
        var copy = Seal(Signed());
        var removed = new IncrementalUpdate(PdfDocument.Open(copy));
        removed.Edit(new PdfReference(5)).Remove("V");
        AssertIs("signature-removed", removed.Finish().Document);

        var swapped = new IncrementalUpdate(PdfDocument.Open(copy));
        var other = swapped.Edit(new PdfReference(6))["V"]!;
        swapped.Edit(new PdfReference(5))["V"] = other;
        Assert.Equal(IntegrityWord.Attack, Check(swapped.Finish().Document).Finding.Word);
    }

    [Theory]
    [InlineData("SubFilter", "signature-form")]
    [InlineData("Filter", "signature-form")]
    [InlineData("M", "claimed-time")]
    [InlineData("DocMDP", "references")]
    [InlineData("FieldMDP", "references")]
    [InlineData("DigestMethod", "references")]
    [InlineData("Perms", "certification")]
    public void The_person_must_promise_what_the_profile_says(string spoilt, string code)
    {
        var blank = Copies.Blank();
        var entries = Copies.Entries(SignatureRole.Person, blank);
        var references = (PdfArray)entries["Reference"]!;
        switch (spoilt)
        {
            case "SubFilter": entries[spoilt] = new PdfName("adbe.pkcs7.detached"); break;
            case "Filter": entries[spoilt] = new PdfName("Khac"); break;
            case "M": entries.Remove(spoilt); break;
            case "DocMDP": ((PdfDictionary)((PdfDictionary)references[0])["TransformParams"]!)["P"] = new PdfInteger(3); break;
            case "FieldMDP": entries["Reference"] = new PdfArray(references[0]); break;
            case "DigestMethod": ((PdfDictionary)references[0])[spoilt] = new PdfName("SHA256"); break;
        }

        AssertIs(code, Seal(Copies.SignAnyhow(blank, SignatureRole.Person, Person, entries, certifies: spoilt != "Perms")));
    }

    [Fact]
    public void Locks_must_stand_in_the_fields()
    {
        foreach (var blank in new[] { Copies.Blank(personLock: "null"), Copies.Blank(sealLock: "<</Type/SigFieldLock/Action/All>>"), Copies.Blank(personLock: "<</Action/Exclude/Fields[(Seal)(Khac)]>>") })
            AssertIs("lock", Seal(Copies.SignAnyhow(blank, SignatureRole.Person, Person)));
    }

    [Fact]
    public void The_uncovered_gap_is_exactly_the_contents()
    {
        AssertIs("contents-gap", Copies.SignAnyhow(Signed(), SignatureRole.Seal, Agency, lie: range => range with { A = range.A - 1 }));
        AssertIs("contents-gap", Copies.SignAnyhow(Signed(), SignatureRole.Seal, Agency, lie: range => new ByteRange(range.A, range.B + 3, range.C - 3)));
        AssertIs("revision-end", Copies.SignAnyhow(Signed(), SignatureRole.Seal, Agency, lie: range => range with { C = range.C - 7 }));
    }

    [Fact]
    public void Contents_in_lower_case_are_not_ours()
    {
        var copy = Seal(Signed());
        var gap = AcroForm.Read(PdfDocument.Open(copy).Latest).Find("Seal")!.Signature!.ByteRange!.Gap;
        for (var i = gap.Start; i < gap.End; i++) copy[i] = (byte)char.ToLowerInvariant((char)copy[i]);
        AssertIs("contents-form", copy);
    }

    [Fact]
    public void The_CMS_must_be_the_one_that_we_write()
    {
        AssertIs("content-inside", SealWith(covered => Platform(covered, detached: false)));
        AssertIs("one-signer", SealWith(covered => Platform(covered, detached: true, signers: 2)));
        // Signed attributes are optional in CMS; without them nothing names the certificate.
        AssertIs("content-type", SealWith(covered => Platform(covered, detached: true)));
        AssertIs("signed-attributes", SealWith(covered => Copies.Cms(covered, Agency, WithSigningTime)));
        AssertIs("signing-certificate", SealWith(covered => Copies.Cms(covered, Agency, _ => SignedAttributes.Create(SignatureAlgorithm.EcdsaSha256, SHA256.HashData(covered), Person.Certificate))));
        AssertIs("cms-form", SealWith(covered =>
        {
            // The version of the SignedData: nothing signs it.
            var cms = Copies.Cms(covered, Agency);
            Assert.Equal([2, 1, 1], cms[23..26]);
            cms[25] = 3;
            return cms;
        }));
        AssertIs("certificates-inside", SealWith(covered => Copies.Cms(covered, Agency, chain: new CertificateChain([.. Agency.Chain.Certificates, TestPki.Instance.ForeignRoot.Certificate]))));
        AssertIs("signer-certificate-missing", SealWith(covered => WithoutSigner(Copies.Cms(covered, Agency))));
        Assert.Equal(("cms-encoding", IntegrityWord.Malformed), Word(SealWith(_ => [0x30, 0x80, 1])));
        Assert.Equal(("cms-empty", IntegrityWord.Malformed), Word(SealWith(_ => [])));
        Assert.Equal(("digest-wrong", IntegrityWord.Tampered), Word(SealWith(_ => Copies.Cms([1, 2, 3], Agency))));
    }

    [Fact]
    public void SHA1_is_reported_and_never_passes()
    {
        var agency = TestPki.Instance.Agency(TestKey.Rsa2048);
        var sha1 = new SignatureAlgorithm(SignatureScheme.RsaPkcs1, HashAlgorithmName.SHA1);
        var file = SealWith(covered =>
        {
            var attributes = SignedAttributes.Create(sha1, CryptographicOperations.HashData(HashAlgorithmName.SHA1, covered), agency.Certificate);
            return CmsSignature.Build(attributes, ((RSA)agency.Key).SignData(attributes, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1), sha1, agency.Chain, []);
        });
        SignedFileCheckTests.AssertIs(Check(file), "algorithm-weak", IntegrityWord.Valid, Indication.Indeterminate, SubIndication.CryptoConstraintsFailure);
    }

    private static byte[] Signed() => Copies.SignAnyhow(Copies.Blank(), SignatureRole.Person, Person);

    private static byte[] Seal(byte[] signed, Action<IncrementalUpdate>? changes = null) => Copies.SignAnyhow(signed, SignatureRole.Seal, Agency, changes: changes);

    private static byte[] SealWith(Func<byte[], byte[]> cms) => Copies.SignAnyhow(Signed(), SignatureRole.Seal, Agency, cms: cms);

    private static byte[] Platform(byte[] covered, bool detached, int signers = 1)
    {
        var cms = new SignedCms(new ContentInfo(covered), detached);
        for (var i = 0; i < signers; i++)
        {
            using var withKey = Agency.Certificate.CopyWithPrivateKey((ECDsa)Agency.Key);
            cms.ComputeSignature(new CmsSigner(withKey) { IncludeOption = X509IncludeOption.EndCertOnly });
        }

        return cms.Encode();
    }

    private static byte[] WithSigningTime(byte[] attributes)
    {
        var reader = new AsnReader(attributes, AsnEncodingRules.DER).ReadSetOf();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            while (reader.HasData) writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.9.5");
                using (writer.PushSetOf()) writer.WriteUtcTime(TestPki.Now);
            }
        }

        return writer.Encode();
    }

    private static byte[] WithoutSigner(byte[] cms)
    {
        var decoded = new SignedCms();
        decoded.Decode(cms);
        decoded.RemoveCertificate(decoded.SignerInfos[0].Certificate!);
        return decoded.Encode();
    }

    private static SignedFileReport Check(byte[] file) => SignedFileCheck.Check(file, TestPki.Instance.Anchors, TestPki.Now);

    private static (string Code, IntegrityWord Word) Word(byte[] file) => (Check(file).Finding.Code, Check(file).Finding.Word);

    private static void AssertChange(byte[] file, string reason)
    {
        var report = Check(file);
        Assert.Equal(("change-forbidden", reason), (report.Finding.Code, report.Finding.Reason));
        Assert.Equal((Indication.TotalFailed, SubIndication.FormatFailure), (report.Finding.Indication, report.Finding.SubIndication));
        Assert.All(report.Signatures, one => Assert.NotEqual(IntegrityWord.Tampered, one.Finding.Word));
    }

    private static void AssertIs(string code, byte[] file)
    {
        var finding = Check(file).Finding;
        Assert.Equal((code, IntegrityWord.Attack), (finding.Code, finding.Word));
    }
}
