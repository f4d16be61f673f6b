using System.Text;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;
using PreparedSignature = ECopy.Signing.Pades.PreparedSignature;

namespace ECopy.Signing.Tests.Pades;

public class PadesTests
{
    private static readonly TestPki Pki = TestPki.Instance;

    [Fact]
    public async Task The_person_certifies_and_the_seal_locks_everything()
    {
        var document = PdfDocument.Open(await Copies.SealedAsync());
        var form = AcroForm.Read(document.Latest);
        var person = form.Find("Person")!.Signature!;
        var seal = form.Find("Seal")!.Signature!;

        Assert.Equal(3, document.Revisions.Count);
        Assert.Equal("D:20261122094107+07'00'", person.Time);
        Assert.Equal("Nguyễn Văn Mẫu", person.Name);
        Assert.Equal(("Adobe.PPKLite", "ETSI.CAdES.detached"), (person.Filter, person.SubFilter));
        Assert.Equal(["DocMDP", "FieldMDP"], person.Transforms.Select(transform => transform.Method!));
        Assert.Equal(2, Assert.IsType<PdfInteger>(person.Transforms[0].Parameters!["P"]).Value);
        Assert.True(person.Transforms[1].Parameters!.Is("Action", "Exclude"));
        Assert.Equal("Seal", Assert.IsType<PdfString>(Assert.Single(Assert.IsType<PdfArray>(person.Transforms[1].Parameters!["Fields"]))).AsText());
        Assert.True(Assert.Single(seal.Transforms).Parameters!.Is("Action", "All"));
        Assert.DoesNotContain(person.Transforms.Concat(seal.Transforms), transform => transform.Dictionary.Contains("DigestMethod"));
        Assert.Equal(person.Reference, document.Latest.Get<PdfDictionary>(document.Latest.Catalog, "Perms")!["DocMDP"]);
        Assert.Equal(document.File.Length, seal.ByteRange!.End);
        Assert.Equal(document.Revisions[1].End, person.ByteRange!.End);
    }

    [Theory]
    [InlineData(TestKey.Rsa2048, "rsa-sha256", TestKey.P256, "ecdsa-sha256", false)]
    [InlineData(TestKey.Rsa2048, "rsa-pss-sha256", TestKey.P384, "ecdsa-sha384", true)]
    [InlineData(TestKey.P521, "ecdsa-sha512", TestKey.Rsa2048, "rsa-sha512", true)]
    public async Task Other_tools_accept_both_signatures(TestKey personKey, string personAlgorithm, TestKey agencyKey, string agencyAlgorithm, bool streams)
    {
        var signed = await Copies.SignAsync(Copies.Blank(streams), SignatureRole.Person, Pki.Person(personKey), personAlgorithm);
        var copy = await Copies.SignAsync(signed, SignatureRole.Seal, Pki.Agency(agencyKey), agencyAlgorithm);
        using var folder = new TestFolder();
        var path = folder.Write("copy.pdf", copy);

        var qpdf = OutsideTool.Run("qpdf", "--check", path);
        Assert.True(qpdf.ExitCode == 0, qpdf.All);

        var pdfsig = OutsideTool.Run("pdfsig", "-nocert", path).All;
        Assert.Equal(2, Count(pdfsig, "Signature Validation: Signature is Valid."));
        Assert.Equal(1, Count(pdfsig, "Total document signed"));
        Assert.Contains("Total document signed", pdfsig[pdfsig.IndexOf("Signature #2", StringComparison.Ordinal)..], StringComparison.Ordinal);

        var mutool = OutsideTool.Run("mutool", "sign", "-v", path).All;
        Assert.Equal(2, Count(mutool, "Verifying signature"));
        // MuPDF's PKCS#7 does not know PSS and says so; any other complaint about a digest is a failure.
        var pss = new[] { personAlgorithm, agencyAlgorithm }.Count(id => id.StartsWith("rsa-pss", StringComparison.Ordinal));
        Assert.Equal(pss, Count(mutool, "Digest error"));
        Assert.Equal(pss, Count(mutool, "Digest error: Unknown error"));
        if (pss == 0) Assert.Contains("The document is unchanged since signing", mutool, StringComparison.Ordinal);

        Assert.All(Extract(copy), one => RequireOpenSsl(folder, one.Cms, one.Covered));
    }

    [Fact]
    public void Preparing_again_gives_the_same_bytes_and_the_same_digest()
    {
        var plan = Copies.Plan(SignatureRole.Person, Pki.Person(TestKey.P256));
        var (one, other) = (PadesPreparation.Prepare(Copies.Blank(), plan), PadesPreparation.Prepare(Copies.Blank(), plan));
        Assert.Equal(one.Document.ToArray(), other.Document.ToArray());
        Assert.Equal(one.SignedAttributesDigest.ToArray(), other.SignedAttributesDigest.ToArray());
        Assert.Equal(one.ToJson(), other.ToJson());
    }

    [Fact]
    public async Task A_prepared_signature_survives_a_restart()
    {
        var person = Pki.Person(TestKey.P384);
        var prepared = PadesPreparation.Prepare(Copies.Blank(), Copies.Plan(SignatureRole.Person, person));
        var value = await Copies.ValueAsync(prepared, person);

        var again = PreparedSignature.FromJson(prepared.ToJson(), prepared.Document.ToArray());
        Assert.Equal(prepared.ToJson(), again.ToJson());
        Assert.Equal(PadesAssembly.BuildCms(prepared, value), PadesAssembly.BuildCms(again, value));
        Assert.Equal(PadesAssembly.Embed(prepared, PadesAssembly.BuildCms(prepared, value)), PadesAssembly.Embed(again, PadesAssembly.BuildCms(again, value)));
    }

    [Fact]
    public void Stored_pieces_that_do_not_belong_together_are_refused()
    {
        var prepared = PadesPreparation.Prepare(Copies.Blank(), Copies.Plan(SignatureRole.Person, Pki.Person(TestKey.P256)));
        var json = Encoding.UTF8.GetString(prepared.ToJson());
        Assert.Equal("prepared-mismatch", Refusal(() => PreparedSignature.FromJson(prepared.ToJson(), Copies.Blank())));
        foreach (var (from, to) in new[] { ("\"schema\":1", "\"schema\":2"), ("ecdsa-sha256", "ecdsa-md5"), ("\"digest\":\"", "\"digest\":\"AAAA"), ("\"chain\":[\"M", "\"chain\":[\"A"), ("\"byteRange\":[0,", "\"byteRange\":[7,"), ("{", "["), ("\"chain\"", "\"chains\"") })
        {
            Assert.Contains(from, json, StringComparison.Ordinal);
            Assert.Equal("prepared-mismatch", Refusal(() => PreparedSignature.FromJson(Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal)), prepared.Document)));
        }
    }

    [Fact]
    public async Task A_value_of_another_key_or_digest_is_not_assembled()
    {
        var (person, agency) = (Pki.Person(TestKey.P256), Pki.Agency(TestKey.P256));
        var prepared = PadesPreparation.Prepare(Copies.Blank(), Copies.Plan(SignatureRole.Person, person));
        var foreign = await Copies.ValueAsync(prepared, agency);
        Assert.Equal("signature-value-wrong", Refusal(() => PadesAssembly.BuildCms(prepared, foreign)));
        Assert.Equal("signature-value-wrong", Refusal(() => PadesAssembly.BuildCms(prepared, new byte[72])));
        Assert.Equal("signature-value-wrong", Refusal(() => PadesAssembly.BuildCms(prepared, [])));

        var other = PadesPreparation.Prepare(Copies.Blank(), Copies.Plan(SignatureRole.Person, person) with { Name = "khác" });
        var cms = PadesAssembly.BuildCms(other, await Copies.ValueAsync(other, person));
        Assert.Equal("cms-mismatch", Refusal(() => PadesAssembly.Embed(prepared, cms)));
        Assert.Equal("cms-encoding", Assert.Throws<CmsFormatException>(() => PadesAssembly.Embed(prepared, cms.AsMemory(0, 100))).Code);
    }

    [Fact]
    public async Task What_cannot_be_signed_is_refused_before_any_key()
    {
        var (person, agency) = (Pki.Person(TestKey.P256), Pki.Agency(TestKey.P256));
        var byPerson = Copies.Plan(SignatureRole.Person, person);
        var bySeal = Copies.Plan(SignatureRole.Seal, agency);
        var signed = await Copies.SignAsync(Copies.Blank(), SignatureRole.Person, person);
        var copy = await Copies.SignAsync(signed, SignatureRole.Seal, agency);

        Assert.Equal("signature-order", Refusal(() => PadesPreparation.Prepare(Copies.Blank(), bySeal)));
        Assert.Equal("field-signed", Refusal(() => PadesPreparation.Prepare(signed, byPerson)));
        Assert.Equal("field-signed", Refusal(() => PadesPreparation.Prepare(copy, bySeal)));
        Assert.Equal("lock-missing", Refusal(() => PadesPreparation.Prepare(Copies.Blank(personLock: "<</Type/SigFieldLock/Action/All>>"), byPerson)));
        Assert.Equal("lock-missing", Refusal(() => PadesPreparation.Prepare(Copies.Blank(personLock: "null"), byPerson)));
        Assert.Equal("field-missing", Refusal(() => PadesPreparation.Prepare(Tests.Pdf.Reading.PdfText.WithField().Bytes, byPerson)));
        Assert.Equal("contents-overflow", Refusal(() => PadesPreparation.Prepare(Copies.Blank(), byPerson with { Capacity = 1000 })));
        Assert.Equal("algorithm-not-allowed", Assert.Throws<KeyRefusedException>(() => PadesPreparation.Prepare(Copies.Blank(), byPerson with { Algorithm = SignatureAlgorithm.RsaSha256 })).Code);
        Assert.Throws<PdfFormatException>(() => PadesPreparation.Prepare("not a PDF"u8.ToArray(), byPerson));
    }

    [Fact]
    public void Locks_written_by_the_profile_are_the_locks_it_asks_for()
    {
        foreach (var role in Enum.GetValues<SignatureRole>())
        {
            var revision = PdfDocument.Open(Copies.Blank()).Latest;
            Assert.True(SignatureProfile.IsLock(role, SignatureProfile.Lock(role), revision));
            Assert.False(SignatureProfile.IsLock(role, SignatureProfile.Lock(1 - role), revision));
        }
    }

    [Theory]
    [InlineData("D:20261122094107+07'00'", 0)]
    [InlineData("D:20261122094107+07'00", 0)]
    [InlineData("D:20261122024107Z", 0)]
    [InlineData("D:20261122024107Z00'00'", 0)]
    [InlineData("D:20261122014107-01'00'", 0)]
    public void Claimed_times_are_read_in_every_zone(string text, int seconds) => Assert.Equal(TestPki.Now.AddSeconds(seconds), PdfDate.Read(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20261122094107+07'00'")]
    [InlineData("D:2026")]
    [InlineData("D:20261322094107+07'00'")]
    [InlineData("D:20261122094107+99'00'")]
    public void A_claimed_time_that_names_no_moment_is_none(string? text) => Assert.Null(PdfDate.Read(text));

    private static IEnumerable<(byte[] Cms, byte[] Covered)> Extract(byte[] copy)
    {
        foreach (var field in AcroForm.Read(PdfDocument.Open(copy).Latest).SignatureFields)
        {
            var value = field.Signature!;
            yield return (CmsSignedData.Read(value.Contents!.Value).Encoded.ToArray(), value.ByteRange!.Covered(copy).SelectMany(piece => piece.ToArray()).ToArray());
        }
    }

    private static void RequireOpenSsl(TestFolder folder, byte[] cms, byte[] covered)
    {
        var root = folder.Write("root.pem", Encoding.ASCII.GetBytes(Pki.Root.Certificate.ExportCertificatePem()));
        var answer = OutsideTool.Run("openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", folder.Write("cms.der", cms), "-content", folder.Write("covered.bin", covered),
            "-CAfile", root, "-purpose", "any", "-attime", TestPki.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), "-out", folder["out"]);
        Assert.True(answer.ExitCode == 0, answer.All);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Refusal(Action act) => Assert.Throws<SignatureRefusedException>(act).Code;
}
