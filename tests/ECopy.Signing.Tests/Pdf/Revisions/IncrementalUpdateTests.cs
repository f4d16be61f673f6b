using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Revisions;

public sealed class IncrementalUpdateTests
{
    public static TheoryData<string> Inputs =>
    [
        "table", "streams", "hybrid", "no-line-end", "no-id",
        .. SignedCorpus.Entries.Where(entry => entry.IsValid).Select(entry => entry.File),
    ];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void A_security_store_is_appended_and_nothing_before_it_is_touched(string input)
    {
        var file = Input(input);
        var document = PdfDocument.Open(file);

        var updated = AppendStore(document);

        Assert.Equal(file, updated[..file.Length]);
        var after = PdfDocument.Open(updated);
        Assert.Equal(document.Revisions.Count + 1, after.Revisions.Count);
        Assert.Equal(document.Latest.XrefForm == XrefForm.Stream ? XrefForm.Stream : XrefForm.Table, after.Latest.XrefForm);
        Assert.Equal(updated.Length, after.Latest.End);
        var store = after.Latest.Get<PdfDictionary>(after.Latest.Catalog, "DSS")!;
        var certificate = Assert.IsType<PdfStream>(after.Latest.Resolve(Assert.IsType<PdfArray>(store["Certs"])[0]));
        Assert.Equal("certificate", Encoding.ASCII.GetString(after.Latest.Decode(certificate).Span));
        AssertSound(updated);
        Assert.Equal(CountValid(file), CountValid(updated));
    }

    [Fact]
    public void The_same_edits_give_the_same_bytes()
    {
        var file = Input("table");

        Assert.Equal(AppendStore(PdfDocument.Open(file)), AppendStore(PdfDocument.Open(file)));
    }

    [Fact]
    public void The_trailer_keeps_what_it_had_and_changes_the_second_identifier()
    {
        var file = XrefTests.Simple().Object(3, "<<>>").Table("/Size 4/Root 1 0 R/Info 3 0 R/ID[<AA><BB>]/Own(kept)");

        var once = AppendStore(PdfDocument.Open(file.Bytes));
        var first = PdfDocument.Open(once).Latest.Trailer;
        var second = PdfDocument.Open(AppendStore(PdfDocument.Open(once))).Latest.Trailer;

        Assert.Equal("kept", Assert.IsType<PdfString>(first["Own"]).AsText());
        Assert.Equal(new PdfReference(3), first["Info"]);
        Assert.Equal(file.LastXref, Assert.IsType<PdfInteger>(first["Prev"]).Value);
        Assert.Equal([0xAA], Identifiers(first)[0]);
        Assert.Equal([0xAA], Identifiers(second)[0]);
        Assert.Equal(16, Identifiers(first)[1].Length);
        Assert.NotEqual(Identifiers(first)[1], Identifiers(second)[1]);
    }

    [Fact]
    public void Entries_of_the_table_are_twenty_bytes_and_runs_are_joined()
    {
        var update = new IncrementalUpdate(PdfDocument.Open(Input("table")));
        update.Replace(new PdfReference(3), update.Document.Latest.Resolve(new PdfReference(3)));
        var (x, y) = (update.Add(new PdfString("x"u8.ToArray())), update.Add(new PdfString("y"u8.ToArray())));
        var (bytes, offsets) = update.Finish();

        var text = Encoding.Latin1.GetString(bytes);
        var at = text.LastIndexOf("\nxref\n", StringComparison.Ordinal) + 1;
        Assert.StartsWith(
            $"xref\n3 1\n{offsets[new PdfReference(3)]:D10} 00000 n\r\n7 2\n{offsets[x]:D10} 00000 n\r\n{offsets[y]:D10} 00000 n\r\ntrailer\n", text[at..], StringComparison.Ordinal);
        Assert.EndsWith($"startxref\n{at}\n%%EOF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_of_an_object_stream_is_replaced()
    {
        var update = new IncrementalUpdate(PdfDocument.Open(Input("streams")));
        var page = new PdfReference(3);
        update.Edit(page)["Rotate"] = new PdfInteger(90);
        update.Edit(page)["UserUnit"] = new PdfInteger(2);
        var bytes = update.Finish().Document;

        var after = PdfDocument.Open(bytes);
        var changed = Assert.IsType<PdfDictionary>(after.Latest.Resolve(page));
        Assert.Equal((90, 2), (Assert.IsType<PdfInteger>(changed["Rotate"]).Value, Assert.IsType<PdfInteger>(changed["UserUnit"]).Value));
        Assert.Null(Assert.IsType<PdfDictionary>(after.Revisions[0].Resolve(page))["Rotate"]);
        Assert.Null(Assert.IsType<PdfDictionary>(update.Document.Latest.Resolve(page))["Rotate"]);
        Assert.Equal([3, 9], after.Latest.Defined.Order());
        AssertSound(bytes);
    }

    [Fact]
    public void An_edit_does_not_reach_into_what_the_reader_holds()
    {
        var document = PdfDocument.Open(new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R/Names<</A[1]>>>>").Object(2, "<</Type/Pages/Kids[]/Count 0>>").Table("/Size 3/Root 1 0 R").Bytes);
        var update = new IncrementalUpdate(document);

        var names = Assert.IsType<PdfDictionary>(update.EditCatalog()["Names"]);
        Assert.IsType<PdfArray>(names["A"]).Add(new PdfInteger(2));
        names["B"] = new PdfInteger(3);

        var held = Assert.IsType<PdfDictionary>(document.Latest.Catalog["Names"]);
        Assert.Null(held["B"]);
        Assert.Single(Assert.IsType<PdfArray>(held["A"]));
        Assert.Same(names, Assert.IsType<PdfDictionary>(update.Resolve(document.Latest.CatalogReference))["Names"]);
    }

    [Fact]
    public void Misuse_is_an_error_of_the_caller()
    {
        var update = new IncrementalUpdate(PdfDocument.Open(Input("table")));

        Assert.Throws<ArgumentException>(() => update.Set(new PdfReference(3), PdfNull.Instance));
        Assert.Throws<ArgumentException>(() => update.Set(new PdfReference(70), PdfNull.Instance));
        Assert.Throws<ArgumentException>(() => update.Replace(new PdfReference(70), PdfNull.Instance));
        Assert.Throws<ArgumentException>(() => update.Replace(new PdfReference(3, 1), PdfNull.Instance));
        Assert.Throws<ArgumentException>(() => update.EditArray(new PdfReference(3)));
        update.Reserve();
        Assert.Throws<InvalidOperationException>(() => update.Finish());
    }

    [Fact]
    public void A_document_with_something_behind_its_end_is_not_extended()
    {
        var file = Input("table");

        Assert.Equal(PdfUpdateException.TrailingBytes, Assert.Throws<PdfUpdateException>(() => new IncrementalUpdate(PdfDocument.Open((byte[])[.. file, .. "x"u8]))).Code);
        AssertSound(AppendStore(PdfDocument.Open((byte[])[.. file, .. "\r\n \n"u8])));
    }

    internal static byte[] AppendStore(PdfDocument document)
    {
        var update = new IncrementalUpdate(document);
        var certificate = update.Add(new PdfStream([], "certificate"u8.ToArray()));
        update.EditCatalog()["DSS"] = update.Add(new PdfDictionary { { "Type", new PdfName("DSS") }, { "Certs", new PdfArray(certificate) } });
        return update.Finish().Document;
    }

    internal static byte[] Input(string name) => name switch
    {
        "table" => PdfText.WithField().Bytes,
        "streams" => PdfText.WithField(streams: true).Bytes,
        "no-line-end" => PdfText.WithField().Bytes[..^1],
        "no-id" => XrefTests.Simple().Table("/Size 3/Root 1 0 R").Bytes,
        "hybrid" => Hybrid(),
        _ => SignedCorpus.Read(name),
    };

    internal static void AssertSound(byte[] file)
    {
        var answer = OutsideTool.RunOn(file, ".pdf", "qpdf", "--check", "{}");
        Assert.True(answer.ExitCode == 0, answer.All);
    }

    private static int CountValid(byte[] file) => OutsideTool.RunOn(file, ".pdf", "pdfsig", "-nocert", "{}").Output.Split("Signature is Valid.").Length - 1;

    private static byte[][] Identifiers(PdfDictionary trailer) => [.. Assert.IsType<PdfArray>(trailer["ID"]).Select(one => Assert.IsType<PdfString>(one).Bytes)];

    private static byte[] Hybrid()
    {
        var file = XrefTests.Simple();
        file.ObjectStream(4, (3, "(hidden)")).XrefStream(5, "/Size 6/Root 1 0 R", end: false);
        var stream = file.LastXref;
        foreach (var number in new[] { 1, 2, 4 }) file.Mark(number, file.Offsets[number]);
        return file.Mark(5, stream).Entry(3, 0, 0, 0).Table($"/Size 6/Root 1 0 R/XRefStm {stream}").Bytes;
    }
}
