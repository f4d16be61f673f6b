using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed class SyntaxTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("+17", 17)]
    [InlineData("-98", -98)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Integers_are_read(string text, long value) => Assert.Equal(value, Assert.IsType<PdfInteger>(Parse(text)).Value);

    [Theory]
    [InlineData("34.5", 34.5)]
    [InlineData("-.002", -0.002)]
    [InlineData("4.", 4.0)]
    [InlineData("+123.6", 123.6)]
    public void Reals_are_read(string text, double value) => Assert.Equal(value, Assert.IsType<PdfReal>(Parse(text)).Value);

    [Theory]
    [InlineData("--5")]
    [InlineData("1e5")]
    [InlineData("4.-5")]
    [InlineData("1.2.3")]
    [InlineData(".")]
    [InlineData("+")]
    [InlineData("9223372036854775808")]
    [InlineData("1_000")]
    [InlineData("(never ends")]
    [InlineData("(a\\")]
    [InlineData("<41")]
    [InlineData("<4G>")]
    [InlineData("[1 2")]
    [InlineData("<</A 1")]
    [InlineData("<</A>>")]
    [InlineData("<<1 2>>")]
    [InlineData("/A#4")]
    [InlineData("/A#00")]
    [InlineData("nul")]
    [InlineData("nulls")]
    [InlineData(")")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("% only a comment")]
    [InlineData("0 0 R")]
    [InlineData("99999999 0 R")]
    public void What_is_no_object_is_refused(string text) => Assert.Equal(PdfFaults.Syntax, Assert.Throws<PdfFormatException>(() => Parse(text)).Code);

    [Theory]
    [InlineData("(plain)", "plain")]
    [InlineData("(a(b)c)", "a(b)c")]
    [InlineData("(\\(\\)\\\\\\n\\101\\7)", "()\\\nA\a")]
    [InlineData("(a\r\nb\rc)", "a\nb\nc")]
    [InlineData("(a\\\r\nb)", "ab")]
    [InlineData("(\\q)", "q")]
    [InlineData("<48 65\n6C6c6f>", "Hello")]
    [InlineData("<487>", "Hp")]
    [InlineData("()", "")]
    [InlineData("<>", "")]
    public void Strings_are_read(string text, string value) => Assert.Equal(value, Encoding.Latin1.GetString(Assert.IsType<PdfString>(Parse(text)).Bytes));

    [Theory]
    [InlineData("/Name1", "Name1")]
    [InlineData("/A#20B#23", "A B#")]
    [InlineData("/", "")]
    [InlineData("/.notdef", ".notdef")]
    public void Names_are_read(string text, string value) => Assert.Equal(value, Assert.IsType<PdfName>(Parse(text)).Value);

    [Fact]
    public void References_and_numbers_in_a_row_are_told_apart()
    {
        var array = Assert.IsType<PdfArray>(Parse("[1 2 3 0 R 4 5 6 7%c\n0%c\nR/R 8 0 RR]".Replace(" 8 0 RR", "", StringComparison.Ordinal)));

        Assert.Equal(["1", "2", "3 0 R", "4", "5", "6", "7 0 R", "R"], array.Select(item => item switch
        {
            PdfInteger integer => $"{integer.Value}",
            PdfName name => name.Value,
            _ => item.ToString(),
        }));
        Assert.Throws<PdfFormatException>(() => Parse("[8 0 RR]"));
    }

    [Fact]
    public void A_repeated_key_keeps_its_last_value_and_is_named()
    {
        var dictionary = Assert.IsType<PdfDictionary>(Parse("<</A 1/B 2/A 3/#42 4/C null/C 5>>"));

        Assert.Equal(["A", "B", "C"], dictionary.RepeatedKeys);
        Assert.Equal(3, Assert.IsType<PdfInteger>(dictionary["A"]).Value);
        Assert.Empty(Assert.IsType<PdfDictionary>(Parse("<</A 1/B<</A 2>>>>")).RepeatedKeys);
        Assert.Equal(["B"], Assert.IsType<PdfDictionary>(Parse("<</A 1/B 2/A null>>")).Keys);
    }

    [Fact]
    public void The_places_of_a_signature_dictionary_are_kept()
    {
        const string text = "<< /Type/Sig /Contents <00ff> % here\n /ByteRange [0 1 2 3] /Cert 12 0 R >>";

        var source = Assert.IsType<PdfDictionary>(Parse(text)).Source!;

        Assert.Equal(new SourceSpan(0, text.Length), source.Span);
        Assert.Equal("<00ff>", Piece(text, source.ValueOf("Contents")));
        Assert.Equal("[0 1 2 3]", Piece(text, source.ValueOf("ByteRange")));
        Assert.Equal("12 0 R", Piece(text, source.ValueOf("Cert")));
        Assert.Equal("/Cert", Piece(text, source.Entries[^1].KeySpan));
        Assert.Null(source.ValueOf("M"));
        Assert.Null(Assert.IsType<PdfDictionary>(Parse("<</Contents <00>>>")).Source);
    }

    [Fact]
    public void What_the_serializer_writes_is_read_back()
    {
        var random = new Random(20260701);
        for (var round = 0; round < 300; round++)
        {
            var value = RandomObject(random, 0);
            var first = Written(value);
            Assert.Equal(first, Written(Parse(first)));
        }
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("Bằng")]
    public void A_name_that_cannot_be_read_back_is_not_written(string name) => Assert.Throws<ArgumentException>(() => Written(new PdfName(name)));

    private static PdfObject RandomObject(Random random, int depth) => random.Next(depth > 4 ? 6 : 8) switch
    {
        0 => new PdfInteger(random.NextInt64() - (long.MaxValue / 2)),
        1 => new PdfReal(Math.Round(random.NextDouble() * 1000 - 500, 4) + 0.00001),
        2 => new PdfString(RandomBytes(random), hex: random.Next(2) == 0),
        3 => new PdfName(Encoding.Latin1.GetString([.. RandomBytes(random).Where(value => value != 0)])),
        4 => new PdfReference(random.Next(1, 1000), random.Next(0, 3)),
        5 => new PdfBoolean(random.Next(2) == 0),
        6 => new PdfArray(Enumerable.Range(0, random.Next(5)).Select(_ => RandomObject(random, depth + 1))),
        _ => new PdfDictionary(Enumerable.Range(0, random.Next(5)).Select(i => KeyValuePair.Create($"K{i}", RandomObject(random, depth + 1)))),
    };

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(12)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Written(PdfObject value)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        PdfSerializer.Write(output, value);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private static string? Piece(string text, SourceSpan? span) => span is { } some ? text[(int)some.Start..(int)some.End] : null;

    private static PdfObject Parse(string text)
    {
        var parser = new PdfParser(Encoding.Latin1.GetBytes(text), 0, new ReadBudget(PdfLimits.Default));
        return parser.ReadObject();
    }
}
