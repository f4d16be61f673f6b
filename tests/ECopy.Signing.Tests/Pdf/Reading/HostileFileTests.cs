using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed class HostileFileTests
{
    private const long MostAllocated = 256L << 20;

    [Fact]
    public void Cross_reference_loops_end_at_once()
    {
        var self = XrefTests.Simple();
        Refused(PdfFaults.XrefLoop, self.Table($"/Root 1 0 R/Prev {self.Position}").Bytes);

        var two = XrefTests.Simple();
        var first = two.Position;
        // Of equal length, so that the first can name the second.
        var second = first + Encoding.ASCII.GetByteCount(Section(first, first));
        Refused(PdfFaults.XrefLoop, two.Raw(Section(second, first)).Raw(Section(first, second)).Bytes);

        var stream = XrefTests.Simple();
        Refused(PdfFaults.XrefLoop, stream.XrefStream(3, $"/Root 1 0 R/Prev {stream.Position}").Bytes);

        static string Section(long prev, long self) => $"xref\n0 0\ntrailer\n<</Root 1 0 R/Prev {prev:D6}>>\nstartxref\n{self:D6}\n%%EOF\n";
    }

    [Theory]
    [InlineData("<</Type/Pages/Kids[2 0 R]>>", PdfFaults.Pages)]
    [InlineData("<</Type/Pages/Kids[3 0 R]>>", PdfFaults.Pages)]
    [InlineData("<</Type/Pages/Kids[4 0 R]>>", PdfFaults.Pages)]
    [InlineData("<</Type/Pages>>", PdfFaults.Pages)]
    [InlineData("7", PdfFaults.Pages)]
    public void Page_trees_that_loop_or_are_no_trees_are_refused(string pages, string code) =>
        Refused(code, new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R>>").Object(2, pages).Object(3, "<</Type/Pages/Kids[2 0 R]>>").Table("/Root 1 0 R").Bytes);

    [Fact]
    public void Deep_nesting_is_refused()
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("<</A", ">>") })
        {
            var nested = string.Concat(Enumerable.Repeat(open, 200_000)) + " 1 " + string.Concat(Enumerable.Repeat(close, 200_000));
            Refused(PdfFaults.TooDeep, XrefTests.Simple().Object(3, nested).Table("/Root 1 0 R").Bytes);
            Refused(PdfFaults.TooDeep, XrefTests.Simple().Raw("xref\n0 0\ntrailer\n<</A ").Raw(nested).Raw(">>\n").End(XrefTests.Simple().Position).Bytes);
        }

        var pages = new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R>>");
        for (var i = 2; i < 100; i++) pages.Object(i, $"<</Type/Pages/Kids[{i + 1} 0 R]>>");
        Refused(PdfFaults.TooDeep, pages.Table("/Root 1 0 R").Bytes);

        var fields = new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>").Object(2, "<</Type/Pages/Kids[]>>");
        for (var i = 3; i < 100; i++) fields.Object(i, $"<</T(a)/Kids[{i + 1} 0 R]>>");
        Refused(PdfFaults.TooDeep, fields.Table("/Root 1 0 R").Bytes);
    }

    [Fact]
    public void A_million_objects_are_refused()
    {
        var table = new StringBuilder("xref\n0 1000001\n0000000000 65535 f \n");
        for (var i = 0; i < 1_000_000; i++) table.Append("0000000009 00000 n \n");
        var file = XrefTests.Simple();
        Refused(PdfFaults.TooManyObjects, file.Raw(table.ToString()).Raw("trailer\n<</Root 1 0 R>>\n").End(XrefTests.Simple().Position).Bytes);

        var rows = PdfText.Deflate(new byte[3_000_000]);
        var stream = XrefTests.Simple();
        var at = stream.Position;
        Refused(PdfFaults.TooManyObjects, stream.Stream(3, "/Type/XRef/W[1 1 1]/Index[0 1000000]/Root 1 0 R/Filter/FlateDecode", rows).End(at).Bytes);
    }

    [Fact]
    public void A_hundred_thousand_objects_are_read()
    {
        var file = XrefTests.Simple();
        for (var i = 3; i < 100_000; i++) file.Object(i, "<</A 1>>");

        Assert.Equal(99_999, ReadWhole.Read(file.Table("/Root 1 0 R").Bytes).Latest.Objects.Count());
    }

    [Fact]
    public void Deflate_bombs_are_refused()
    {
        var bomb = PdfText.Deflate(new byte[200 << 20]);
        Refused(PdfFaults.TooMuchDecoded, XrefTests.Simple().Stream(3, "/Filter/FlateDecode", bomb).Table("/Root 1 0 R").Bytes);
        Refused(PdfFaults.TooMuchDecoded, XrefTests.Simple().Stream(3, "/Filter[/FlateDecode/FlateDecode]", PdfText.Deflate(bomb)).Table("/Root 1 0 R").Bytes);
        var runs = string.Concat(Enumerable.Repeat("\u0081a", 300_000));
        Refused(PdfFaults.TooMuchDecoded, XrefTests.Simple().Stream(3, "/Filter/RunLengthDecode", Encoding.Latin1.GetBytes(runs)).Table("/Root 1 0 R").Bytes);
        var at = XrefTests.Simple().Position;
        Refused(PdfFaults.TooMuchDecoded, XrefTests.Simple().Stream(3, "/Type/XRef/W[1 1 1]/Size 9/Root 1 0 R/Filter/FlateDecode", bomb).End(at).Bytes);
    }

    [Fact]
    public void Many_small_bombs_are_too_much_work()
    {
        var half = PdfText.Deflate(new byte[30 << 20]);
        var file = XrefTests.Simple();
        for (var i = 3; i < 30; i++) file.Stream(i, "/Filter/FlateDecode", half);

        // Each is gone before the next is decoded: what is counted here was never there at once.
        Refused(PdfFaults.TooMuchWork, file.Table("/Root 1 0 R").Bytes, 2 * MostAllocated);
    }

    [Fact]
    public void Many_entries_for_one_large_object_are_too_much_work()
    {
        var file = XrefTests.Simple().Object(3, $"({new string('x', 4 << 20)})");
        var limits = new PdfLimits { MemoryBytes = long.MaxValue };
        for (var i = 4; i < 200; i++) file.Mark(i, file.Offsets[3]);

        // Every second entry is refused for its number, after the object was read.
        var document = PdfDocument.Open(file.Table("/Root 1 0 R").Bytes, limits);
        var codes = Enumerable.Range(4, 190).Select(number => Assert.Throws<PdfFormatException>(() => document.Latest.Resolve(new PdfReference(number))).Code).ToList();

        Assert.Equal(PdfFaults.Object, codes[0]);
        Assert.Equal(PdfFaults.TooMuchWork, codes[^1]);
    }

    [Fact]
    public void Parsed_objects_are_bounded_in_memory()
    {
        var small = new PdfLimits { MemoryBytes = 16 << 20 };
        Refused(PdfFaults.TooMuchMemory, XrefTests.Simple().Object(3, "[" + string.Concat(Enumerable.Repeat("0 ", 3_000_000)) + "]").Table("/Root 1 0 R").Bytes);
        Refused(PdfFaults.TooMuchMemory, XrefTests.Simple().Object(3, "[" + string.Concat(Enumerable.Repeat("<<>>", 80_000)) + "]").Table("/Root 1 0 R").Bytes, limits: small);
        Refused(PdfFaults.TooMuchMemory, XrefTests.Simple().Object(3, "<<" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"/{i:X}[]")) + ">>").Table("/Root 1 0 R").Bytes, limits: small);
    }

    [Theory]
    [InlineData("99999999999")]
    [InlineData("2147483647")]
    [InlineData("9223372036854775807")]
    [InlineData("-1")]
    [InlineData("-2147483648")]
    [InlineData("3 0 R")]
    [InlineData("1.0")]
    [InlineData("(6)")]
    [InlineData("77 0 R")]
    [InlineData("5")]
    [InlineData("8")]
    public void Lengths_that_cannot_be_are_refused(string length)
    {
        var code = Assert.Throws<PdfFormatException>(() => ReadWhole.Read(XrefTests.Simple().Stream(3, "", "abcdef"u8.ToArray(), length).Table("/Root 1 0 R").Bytes)).Code;

        Assert.Equal(length == "3 0 R" ? PdfFaults.Loop : PdfFaults.StreamLength, code);
    }

    [Fact]
    public void Object_streams_within_each_other_are_refused()
    {
        var self = XrefTests.Simple().Stream(3, "/Type/ObjStm/N 1/First 4", "3 0 (a)"u8.ToArray()).Entry(3, 2, 3, 0);
        Refused(PdfFaults.ObjectStream, self.XrefStream(4, "/Root 1 0 R").Bytes);

        var circle = XrefTests.Simple().Entry(3, 2, 5, 0).Entry(5, 2, 3, 0);
        Refused(PdfFaults.ObjectStream, circle.XrefStream(6, "/Root 1 0 R").Bytes);

        // The stream's length lies in the stream.
        var length = XrefTests.Simple().Stream(3, "/Type/ObjStm/N 1/First 4", "5 0 9"u8.ToArray(), "5 0 R").Entry(5, 2, 3, 0);
        Refused(PdfFaults.Loop, length.XrefStream(6, "/Root 1 0 R").Bytes);

        // So do the parameters of its filter.
        var parameters = XrefTests.Simple().Stream(3, "/Type/ObjStm/N 1/First 4/Filter 5 0 R", "5 0 /FlateDecode"u8.ToArray()).Entry(5, 2, 3, 0);
        Refused(PdfFaults.Loop, parameters.XrefStream(6, "/Root 1 0 R").Bytes);
    }

    [Fact]
    public void Streams_whose_lengths_lie_in_further_streams_end_before_the_stack_does()
    {
        var file = XrefTests.Simple();
        const int count = 20_000;
        for (var i = 0; i < count; i++)
        {
            var (stream, length) = (3 + 2 * i, 4 + 2 * i);
            file.Stream(stream, $"/Type/ObjStm/N 1/First 8", Encoding.ASCII.GetBytes($"{length,-6}0 {8 + $"{length}".Length}"), $"{length + 2} 0 R").Entry(length, 2, stream, 0);
        }

        Refused(PdfFaults.TooDeep, file.XrefStream(3 + 2 * count, "/Root 1 0 R").Bytes);
    }

    [Fact]
    public void Long_names_above_many_fields_are_too_much_work()
    {
        var file = new PdfText().Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>").Object(2, "<</Type/Pages/Kids[]>>");
        var kids = string.Concat(Enumerable.Range(4, 20_000).Select(number => $"{number} 0 R "));
        file.Object(3, $"<</T({new string('x', 4000)})/Kids[{kids}]>>");
        for (var number = 4; number < 20_004; number++) file.Object(number, "<</T(a)>>");

        Refused(PdfFaults.TooMuchWork, file.Table("/Root 1 0 R").Bytes);
    }

    [Fact]
    public void Many_keys_set_and_taken_back_do_not_take_quadratic_time()
    {
        // With each removed by itself this would move 10^10 entries; the test would not end.
        var keys = Enumerable.Range(0, 200_000).ToList();
        var body = "<<" + string.Concat(keys.Select(i => $"/{i:X} 1")) + string.Concat(keys.Select(i => $"/{i:X} null")) + "/Left 1>>";
        var limits = new PdfLimits { MemoryBytes = 256 << 20 };

        var latest = ReadWhole.Read(XrefTests.Simple().Object(3, body).Table("/Root 1 0 R").Bytes, limits).Latest;

        var dictionary = Assert.IsType<PdfDictionary>(latest.Resolve(new PdfReference(3)));
        Assert.Equal(["Left"], dictionary.Keys);
        Assert.Equal(200_000, dictionary.RepeatedKeys.Count);
    }

    [Theory]
    [InlineData("/Type/ObjStm/N 1/First 4", "9 0 (a)", 0)]
    [InlineData("/Type/ObjStm/N 1/First 4", "5 0 (a)", 1)]
    [InlineData("/Type/ObjStm/N 1/First 40", "5 0 (a)", 0)]
    [InlineData("/Type/ObjStm/N 1/First 4", "5 9 (a)", 0)]
    [InlineData("/Type/ObjStm/N 1000000000/First 4", "5 0 (a)", 0)]
    [InlineData("/Type/ObjStm/N -1/First 4", "5 0 (a)", 0)]
    [InlineData("/Type/ObjStm/N 1", "5 0 (a)", 0)]
    [InlineData("/Type/ObjStm/N 1/First -4", "5 0 (a)", 0)]
    [InlineData("/Type/ObjStm/N 2/First 4", "5 0 (a)", 0)]
    [InlineData("/Type/XObject/N 1/First 4", "5 0 (a)", 0)]
    public void Object_streams_that_do_not_hold_the_object_are_refused(string entries, string content, int index) =>
        Refused(PdfFaults.ObjectStream, XrefTests.Simple().Stream(3, entries, Encoding.ASCII.GetBytes(content)).Entry(5, 2, 3, index).XrefStream(6, "/Root 1 0 R").Bytes);

    [Fact]
    public void References_that_lead_to_each_other_are_refused() =>
        Refused(PdfFaults.Loop, XrefTests.Simple().Object(3, "4 0 R").Object(4, "3 0 R").Table("/Root 1 0 R").Bytes);

    [Fact]
    public void Too_many_revisions_are_refused()
    {
        var file = XrefTests.Simple().Table("/Root 1 0 R");
        for (var i = 0; i < 300; i++)
        {
            var at = file.Position;
            file.Raw($"xref\n0 0\ntrailer\n<</Root 1 0 R/Prev {file.LastXref}>>\n").End(at).Continue(at);
        }

        Refused(PdfFaults.TooManyRevisions, file.Bytes);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_not_looked_at() =>
        Assert.Equal(PdfFaults.TooLarge, Assert.Throws<PdfFormatException>(() => PdfDocument.Open(new byte[101], new PdfLimits { FileBytes = 100 })).Code);

    private static void Refused(string code, byte[] file, long allocated = MostAllocated, PdfLimits? limits = null)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<PdfFormatException>(() => ReadWhole.Read(file, limits));
        Assert.Equal(code, fault.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, allocated);
    }
}
