using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed class XrefTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_minimal_file_is_read_and_qpdf_agrees_that_it_is_sound(bool streams)
    {
        var file = PdfText.WithField(streams).Bytes;
        var document = PdfDocument.Open(file);

        Assert.Equal(0, OutsideTool.RunOn(file, ".pdf", "qpdf", "--check", "{}").ExitCode);
        var revision = Assert.Single(document.Revisions);
        Assert.Equal(streams ? XrefForm.Stream : XrefForm.Table, revision.XrefForm);
        Assert.Equal(file.Length, revision.End);
        Assert.Equal("1.7", document.HeaderVersion);
        Assert.Equal(streams ? 9 : 7, revision.NextNumber);
        Assert.Equal(Enumerable.Range(1, streams ? 8 : 6), revision.Defined.Order());
        Assert.Single(PageTree.Read(revision));
        Assert.Equal("Seal", Assert.Single(AcroForm.Read(revision).SignatureFields).Name);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" \r")]
    [InlineData("\r")]
    public void Entries_of_19_or_20_bytes_are_read(string lineEnd)
    {
        var file = Simple().Table("/Size 3/Root 1 0 R", lineEnd);

        Assert.Equal([1, 2], PdfDocument.Open(file.Bytes).Latest.Defined.Order());
    }

    [Theory]
    [InlineData("/Size 1")]
    [InlineData("/Size 4000")]
    [InlineData("/Size 0")]
    [InlineData("")]
    public void A_wrong_size_is_tolerated(string size)
    {
        var latest = PdfDocument.Open(Simple().Table($"{size}/Root 1 0 R").Bytes).Latest;

        Assert.Equal(size.Contains("4000", StringComparison.Ordinal) ? 4000 : 3, latest.NextNumber);
        Assert.Empty(PageTree.Read(latest));
    }

    [Fact]
    public void A_hybrid_file_shows_what_its_table_hides()
    {
        var file = Simple();
        file.ObjectStream(4, (3, "(hidden)")).XrefStream(5, "/Size 6/Root 1 0 R", end: false);
        var stream = file.LastXref;
        file.Mark(1, file.Offsets[1]).Mark(2, file.Offsets[2]).Entry(3, 0, 0, 0).Table($"/Size 6/Root 1 0 R/XRefStm {stream}");

        var latest = PdfDocument.Open(file.Bytes).Latest;

        Assert.Equal(XrefForm.Hybrid, latest.XrefForm);
        Assert.Equal("hidden", Assert.IsType<PdfString>(latest.Resolve(new PdfReference(3))).AsText());
    }

    [Fact]
    public void A_hybrid_file_whose_halves_differ_is_refused()
    {
        var file = Simple().Object(3, "(one)");
        var one = file.Offsets[3];
        file.Object(3, "(two)").XrefStream(5, "/Size 6/Root 1 0 R", end: false);
        var stream = file.LastXref;
        file.Mark(1, file.Offsets[1]).Mark(2, file.Offsets[2]).Mark(3, one).Table($"/Size 6/Root 1 0 R/XRefStm {stream}");

        Refused(PdfFaults.Xref, file);
    }

    [Fact]
    public void A_file_for_fast_web_view_is_one_revision()
    {
        var plain = PdfText.WithField().Bytes;
        foreach (var mode in new[] { "disable", "generate" })
        {
            var linear = Linearized(plain, mode);
            var document = PdfDocument.Open(linear);

            Assert.Single(document.Revisions);
            Assert.Equal(linear.Length, document.Latest.End);
            Assert.Single(PageTree.Read(document.Latest));
        }
    }

    [Fact]
    public void An_object_is_refused_where_the_table_says_another() =>
        Assert.Equal(PdfFaults.Object, Assert.Throws<PdfFormatException>(() => PdfDocument.Open(Simple().Mark(2, 9).Table("/Size 3/Root 1 0 R").Bytes).Latest.Resolve(new PdfReference(2))).Code);

    [Fact]
    public void A_reference_of_another_generation_is_null()
    {
        var latest = PdfDocument.Open(Simple().Table("/Size 3/Root 1 0 R").Bytes).Latest;

        Assert.IsType<PdfNull>(latest.Resolve(new PdfReference(2, 1)));
        Assert.IsType<PdfNull>(latest.Resolve(new PdfReference(77)));
        Assert.Null(latest.ReferenceTo(77));
    }

    [Theory]
    [InlineData("/Encrypt 9 0 R", PdfFaults.Encrypted)]
    [InlineData("/Encrypt<<>>", PdfFaults.Encrypted)]
    [InlineData("/Root 1 0 R", PdfFaults.Trailer)]
    [InlineData("/Prev 2 0 R", PdfFaults.Trailer)]
    [InlineData("/Prev -1", PdfFaults.Xref)]
    [InlineData("/Prev 99999999", PdfFaults.Xref)]
    [InlineData("/Prev 9", PdfFaults.Xref)]
    [InlineData("/XRefStm 9", PdfFaults.Xref)]
    [InlineData("/XRefStm -4", PdfFaults.Xref)]
    public void Trailers_that_cannot_be_are_refused(string extra, string code) => Refused(code, Simple().Table($"/Size 3/Root 1 0 R{extra}"));

    [Theory]
    [InlineData("xref\n0 1\n0000000000 65535 f \n1 1\n-000000009 00000 n \n")]
    [InlineData("xref\n0 1\n0000000000 65535 f \n1 1\n9 0 n \n")]
    [InlineData("xref\n0 -1\n")]
    [InlineData("xref\n0 2\n0000000000 65535 f \n")]
    [InlineData("xref\n9000000 1\n0000000009 00000 n \n")]
    [InlineData("xref\n0 1\n0000000000 65535 n \n")]
    [InlineData("xref\n1 1\n0000000009 00000 n \n1 1\n0000000010 00000 n \n")]
    [InlineData("xref\n1 1\n0000000009 00000 x \n")]
    [InlineData("xref 99999999999 1\n")]
    public void Tables_that_cannot_be_are_refused(string table)
    {
        var file = Simple();
        var at = file.Position;
        Refused(PdfFaults.Xref, file.Raw($"{table}trailer\n<</Root 1 0 R>>\n").End(at));
    }

    [Theory]
    [InlineData("/W[1 0 2]/Index[1 1]")]
    [InlineData("/W[1 4]/Index[1 1]")]
    [InlineData("/W[0 0 0]/Index[0 8000000]")]
    [InlineData("/W[1 9 2]/Index[1 1]")]
    [InlineData("/W[1 -4 2]/Index[1 1]")]
    [InlineData("/W[1 2 2]/Index[1]")]
    [InlineData("/W[1 2 2]/Index[-1 1]")]
    [InlineData("/W[1 2 2]/Index[1 -1]")]
    [InlineData("/W[1 2 2]/Index[1 9223372036854775807]")]
    [InlineData("/W[1 2 2]/Index[1 2 0 R]")]
    [InlineData("/W[1 2 2]")]
    [InlineData("/W 1 0 R")]
    public void Streams_that_cannot_be_are_refused(string entries)
    {
        var file = Simple();
        var at = file.Position;
        Refused(PdfFaults.Xref, file.Stream(3, $"/Type/XRef/Root 1 0 R{entries}", [1, 0, 9, 0, 0]).End(at));
    }

    [Fact]
    public void The_length_of_a_cross_reference_stream_cannot_lie_elsewhere()
    {
        var file = Simple();
        var at = file.Position;
        Refused(PdfFaults.StreamLength, file.Stream(3, "/Type/XRef/Root 1 0 R/W[1 2 2]/Index[1 1]", [1, 0, 9, 0, 0], "4 0 R").End(at));
    }

    [Fact]
    public void Damaged_ends_and_heads_are_refused()
    {
        var whole = Simple().Table("/Size 3/Root 1 0 R").Bytes;

        Refused(PdfFaults.Header, []);
        Refused(PdfFaults.Header, "%PDF-"u8.ToArray());
        Refused(PdfFaults.Header, [.. " "u8, .. whole]);
        Refused(PdfFaults.Header, [.. "%PDF-3.0"u8, .. whole[8..]]);
        Refused(PdfFaults.End, whole[..^20]);
        Refused(PdfFaults.End, whole[..^2]);
        Refused(PdfFaults.End, [.. whole, .. "startxref\n"u8]);
        Refused(PdfFaults.Revision, [.. whole, .. whole[^30..].AsSpan()[whole[^30..].AsSpan().IndexOf("startxref"u8)..]]);
        Assert.Equal("junk", Encoding.ASCII.GetString(PdfDocument.Open((byte[])[.. whole, .. "junk"u8]).Trailing.Span));
        Assert.Equal(whole.Length - 1, PdfDocument.Open(whole.AsMemory(0, whole.Length - 1)).Latest.End);
    }

    internal static PdfText Simple() => new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R>>").Object(2, "<</Type/Pages/Kids[]/Count 0>>");

    internal static void Refused(string code, PdfText file) => Refused(code, file.Bytes);

    internal static void Refused(string code, byte[] file) => Assert.Equal(code, Assert.Throws<PdfFormatException>(() => ReadWhole.Read(file)).Code);

    private static byte[] Linearized(byte[] plain, string objectStreams)
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-test-");
        try
        {
            var (source, target) = (Path.Combine(folder.FullName, "a.pdf"), Path.Combine(folder.FullName, "b.pdf"));
            File.WriteAllBytes(source, plain);
            Assert.Equal(0, OutsideTool.Run("qpdf", "--linearize", "--deterministic-id", $"--object-streams={objectStreams}", source, target).ExitCode);
            return File.ReadAllBytes(target);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
