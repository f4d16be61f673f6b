using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Revisions;

public sealed class SignatureRevisionTests
{
    [Theory]
    [InlineData("table")]
    [InlineData("streams")]
    [InlineData("no-line-end")]
    public void A_declared_field_is_signed_and_pdfsig_calls_it_valid_over_the_whole_document(string input)
    {
        var file = IncrementalUpdateTests.Input(input);
        var prepared = Prepare(file);
        var signed = Sign(prepared);

        var answer = OutsideTool.RunOn(signed, ".pdf", "pdfsig", "-nocert", "{}").Output;
        Assert.Contains("Signature is Valid.", answer, StringComparison.Ordinal);
        Assert.Contains("Total document signed", answer, StringComparison.Ordinal);
        Assert.Contains($"[0 - {prepared.Range.A}], [{prepared.Range.B} - {signed.Length}]", answer, StringComparison.Ordinal);
        IncrementalUpdateTests.AssertSound(signed);
        Assert.Equal(file, signed[..file.Length]);
    }

    [Fact]
    public void The_field_keeps_what_it_had_and_gets_value_and_appearance()
    {
        var file = IncrementalUpdateTests.Input("streams");
        var signed = Sign(Prepare(file));

        var (before, after) = (PdfDocument.Open(file), PdfDocument.Open(signed));
        var (old, filled) = (AcroForm.Read(before.Latest).Find("Seal")!, AcroForm.Read(after.Latest).Find("Seal")!);
        Assert.Equal([.. old.Dictionary.Keys, "AP", "V"], filled.Dictionary.Keys);
        Assert.Equal(old.Reference, filled.Reference);
        Assert.Equal(3, AcroForm.Read(after.Latest).SignatureFlags);
        var appearance = Assert.IsType<PdfStream>(after.Latest.Resolve(Assert.IsType<PdfDictionary>(filled.Dictionary["AP"])["N"]));
        Assert.True(appearance.Dictionary.Is("Subtype", "Form"));
        Assert.Null(AcroForm.Read(after.Revisions[0]).Find("Seal")!.Signature);
        // Catalog, field, appearance, signature, cross-reference stream.
        Assert.Equal([1, 5, 9, 10, 11], after.Latest.Defined.Order());
    }

    [Fact]
    public void The_byte_range_is_four_numbers_around_exactly_the_contents()
    {
        var prepared = Prepare(IncrementalUpdateTests.Input("table"), capacity: 100);
        var signature = AcroForm.Read(PdfDocument.Open(prepared.Document).Latest).Find("Seal")!.Signature!;

        Assert.Equal(prepared.Signature, signature.Reference);
        Assert.Equal(prepared.Range, signature.ByteRange);
        Assert.Equal(prepared.Range.Gap, signature.ContentsSpan);
        Assert.Equal(prepared.Document.Length, prepared.Range.End);
        Assert.Equal(100, prepared.Range.Capacity);
        Assert.Equal(new byte[100], signature.Contents!.Value.ToArray());
        Assert.Contains($"[0 {prepared.Range.A} {prepared.Range.B} {prepared.Range.C} ", Encoding.Latin1.GetString(prepared.Document), StringComparison.Ordinal);
        Assert.Empty(signature.RepeatedKeys);
    }

    [Fact]
    public async Task The_digest_is_that_of_the_two_pieces_from_memory_and_from_a_stream()
    {
        var prepared = Prepare(IncrementalUpdateTests.Input("table"));
        var range = prepared.Range;
        byte[] covered = [.. prepared.Document[..(int)range.A], .. prepared.Document[(int)range.B..]];

        var expected = SHA384.HashData(covered);

        Assert.Equal(expected, range.Digest(prepared.Document, HashAlgorithmName.SHA384));
        using var stream = new MemoryStream(prepared.Document);
        Assert.Equal(expected, await range.DigestAsync(stream, HashAlgorithmName.SHA384, CancellationToken.None));
        using var shorter = new MemoryStream(prepared.Document, 0, prepared.Document.Length - 1);
        await Assert.ThrowsAsync<EndOfStreamException>(() => range.DigestAsync(shorter, HashAlgorithmName.SHA384, CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Digest(prepared.Document.AsMemory(0, 50), HashAlgorithmName.SHA384));
    }

    [Fact]
    public void What_does_not_fit_is_an_overflow_and_what_just_fits_is_not()
    {
        var prepared = Prepare(IncrementalUpdateTests.Input("table"), capacity: 10);
        var range = prepared.Range;

        var full = SignatureRevision.Embed(prepared.Document, range, Enumerable.Repeat((byte)0xAB, 10).ToArray());
        var overflow = Assert.Throws<PdfUpdateException>(() => SignatureRevision.Embed(prepared.Document, range, new byte[11]));

        Assert.Equal(PdfUpdateException.ContentsOverflow, overflow.Code);
        Assert.Equal("<ABABABABABABABABABAB>", Encoding.ASCII.GetString(full[(int)range.A..(int)range.B]));
        Assert.Equal(prepared.Document[..(int)range.A], full[..(int)range.A]);
        Assert.Equal(prepared.Document[(int)range.B..], full[(int)range.B..]);
        Assert.Throws<ArgumentException>(() => SignatureRevision.Embed(full, range, new byte[1]));
        Assert.Throws<ArgumentException>(() => SignatureRevision.Embed(prepared.Document, range with { A = range.A - 1 }, new byte[1]));
        Assert.Throws<ArgumentException>(() => SignatureRevision.Embed(prepared.Document, new ByteRange(5, 2, 1), new byte[1]));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("streams")]
    public void A_signature_a_store_and_a_field_made_on_the_fly_follow_each_other(string input)
    {
        var first = Sign(Prepare(IncrementalUpdateTests.Input(input)));
        var revision = new SignatureRevision(PdfDocument.Open(IncrementalUpdateTests.AppendStore(PdfDocument.Open(first))));
        revision.Create("Stamp 1", new SignatureContent(Content("DocTimeStamp"), 4096));
        var second = Sign(revision.Finish());

        var document = PdfDocument.Open(second);
        var fields = AcroForm.Read(document.Latest).SignatureFields.ToList();
        Assert.Equal(["Seal", "Stamp 1"], fields.Select(one => one.Name));
        Assert.True(fields[1].Widgets[0].HasZeroArea);
        Assert.Equal(0, fields[1].Widgets[0].PageIndex);
        Assert.Equal("DocTimeStamp", fields[1].Signature!.Type);
        Assert.Equal([document.Revisions[1].End, document.Revisions[3].End], fields.Select(one => one.Signature!.ByteRange!.End));
        Assert.Same(document.Revisions[1].Resolve(fields[0].Value), document.Latest.Resolve(fields[0].Value));
        // The page's annotations are an object of their own: the page itself does not change.
        Assert.DoesNotContain(3, document.Latest.Defined);
        Assert.Contains(4, document.Latest.Defined);
        IncrementalUpdateTests.AssertSound(second);
        var answer = OutsideTool.RunOn(second, ".pdf", "pdfsig", "-nocert", "{}").Output;
        Assert.Contains($"[{fields[0].Signature!.ByteRange!.B} - {first.Length}]", answer, StringComparison.Ordinal);
        Assert.Equal(2, answer.Split("Signature is Valid.").Length - 1);
    }

    [Fact]
    public void A_document_without_a_form_gets_one()
    {
        var file = new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R>>").Object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
            .Object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>").Table("/Size 4/Root 1 0 R").Bytes;
        var revision = new SignatureRevision(PdfDocument.Open(file));
        revision.Create("Stamp", new SignatureContent(Content("Sig"), 4096));
        var signed = Sign(revision.Finish());

        var latest = PdfDocument.Open(signed).Latest;
        Assert.Equal(3, AcroForm.Read(latest).SignatureFlags);
        Assert.Equal(AcroForm.Read(latest).Fields[0].Reference, Assert.IsType<PdfArray>(PageTree.Read(latest)[0].Dictionary["Annots"])[0]);
        IncrementalUpdateTests.AssertSound(signed);
    }

    [Fact]
    public void A_certifying_signature_is_named_in_the_permissions()
    {
        var revision = new SignatureRevision(PdfDocument.Open(IncrementalUpdateTests.Input("table")));
        revision.Fill("Seal", new SignatureContent(Content("Sig"), 4096, Certifies: true));
        var prepared = revision.Finish();

        var latest = PdfDocument.Open(prepared.Document).Latest;
        Assert.Equal(prepared.Signature, latest.Get<PdfDictionary>(latest.Catalog, "Perms")!["DocMDP"]);
    }

    [Fact]
    public void A_form_that_is_an_object_of_its_own_is_changed_there()
    {
        var file = new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>").Object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
            .Object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>/Annots[5 0 R]>>")
            .Object(4, "<</T(Seal)/FT/Sig/Kids[5 0 R]>>").Object(5, "<</Type/Annot/Subtype/Widget/Parent 4 0 R/Rect[0 0 5 5]/F 4>>")
            .Object(6, "<</Fields 7 0 R>>").Object(7, "[4 0 R]").Table("/Size 8/Root 1 0 R").Bytes;

        var filled = Sign(Prepare(file));
        var creating = new SignatureRevision(PdfDocument.Open(filled));
        creating.Create("Next", new SignatureContent(Content("Sig"), 4096));
        var both = Sign(creating.Finish());

        var document = PdfDocument.Open(both);
        Assert.Equal([4, 5, 6], document.Revisions[1].Defined.Where(number => number < 8).Order());
        Assert.Equal([3, 7], document.Revisions[2].Defined.Where(number => number < 8).Order());
        Assert.Equal(["Seal", "Next"], AcroForm.Read(document.Latest).SignatureFields.Select(one => one.Name));
        IncrementalUpdateTests.AssertSound(both);
    }

    [Theory]
    [InlineData("Nobody", PdfUpdateException.FieldMissing)]
    [InlineData("Text", PdfUpdateException.FieldNotSignature)]
    [InlineData("Signed", PdfUpdateException.FieldSigned)]
    [InlineData("Direct", PdfUpdateException.FieldUnusable)]
    [InlineData("Nowhere", PdfUpdateException.FieldUnusable)]
    [InlineData("Twice", PdfUpdateException.FieldUnusable)]
    public void A_field_that_cannot_be_signed_is_refused_with_a_code(string name, string code)
    {
        var file = new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 5 0 R<</T(Direct)/FT/Sig>>6 0 R<</T(Twice)/FT/Sig>><</T(Twice)>>]>>>>").Object(2, "<</Type/Pages/Kids[]/Count 0>>")
            .Object(4, "<</T(Text)/FT/Tx>>").Object(5, "<</T(Signed)/FT/Sig/V<<>>>>").Object(6, "<</T(Nowhere)/FT/Sig>>").Table("/Size 7/Root 1 0 R").Bytes;

        Assert.Equal(code, Assert.Throws<PdfUpdateException>(() => Prepare(file, name)).Code);
    }

    [Fact]
    public void Misuse_is_an_error_of_the_caller()
    {
        var document = PdfDocument.Open(IncrementalUpdateTests.Input("table"));

        Assert.Throws<InvalidOperationException>(() => new SignatureRevision(document).Finish());
        Assert.Throws<ArgumentException>(() => new SignatureRevision(document).Fill("Seal", new SignatureContent([], 10)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SignatureRevision(document).Fill("Seal", new SignatureContent(Content("Sig"), 0)));
        Assert.Throws<ArgumentException>(() => new SignatureRevision(document).Create("a.b", new SignatureContent(Content("Sig"), 10)));
        Assert.Equal(PdfUpdateException.FieldExists, Assert.Throws<PdfUpdateException>(() => new SignatureRevision(document).Create("Seal", new SignatureContent(Content("Sig"), 10))).Code);
        Assert.Equal(PdfUpdateException.PageMissing, Assert.Throws<PdfUpdateException>(() => new SignatureRevision(document).Create("New", new SignatureContent(Content("Sig"), 10), 1)).Code);
    }

    [Fact]
    public void The_same_preparation_gives_the_same_bytes()
    {
        var file = IncrementalUpdateTests.Input("streams");

        Assert.Equal(Prepare(file).Document, Prepare(file).Document);
    }

    private static PreparedSignature Prepare(byte[] file, string name = "Seal", int capacity = 4096)
    {
        var revision = new SignatureRevision(PdfDocument.Open(file));
        revision.Fill(name, new SignatureContent(Content("Sig"), capacity), Appearance);
        return revision.Finish();
    }

    private static PdfReference Appearance(IPdfObjectSink sink) => sink.Add(new PdfStream(
        new PdfDictionary { { "Type", new PdfName("XObject") }, { "Subtype", new PdfName("Form") }, { "BBox", PdfArray.Numbers(0, 0, 100, 50) }, { "Resources", new PdfDictionary() } },
        "0 0 100 50 re S"u8.ToArray()));

    private static PdfDictionary Content(string type) => new()
    {
        { "Type", new PdfName(type) },
        { "Filter", new PdfName("Adobe.PPKLite") },
        { "SubFilter", new PdfName("adbe.pkcs7.detached") },
        { "M", PdfString.Text("D:20260701120000+07'00'") },
    };

    private static byte[] Sign(PreparedSignature prepared)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, critical: true));
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));
        byte[] covered = [.. prepared.Range.Covered(prepared.Document).SelectMany(piece => piece.ToArray())];
        var cms = new SignedCms(new ContentInfo(covered), detached: true);
        cms.ComputeSignature(new CmsSigner(certificate) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1") });
        return SignatureRevision.Embed(prepared.Document, prepared.Range, cms.Encode());
    }
}
