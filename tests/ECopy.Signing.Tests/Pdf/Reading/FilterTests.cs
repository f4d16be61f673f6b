using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed class FilterTests
{
    [Fact]
    public void The_example_of_the_standard_for_lzw_is_decoded() =>
        Assert.Equal([45, 45, 45, 45, 45, 65, 45, 45, 45, 66], Decode("/Filter/LZWDecode", [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]));

    [Theory]
    [InlineData("/Filter/ASCIIHexDecode", "48 65 6C6c6F2>", "Hello ")]
    [InlineData("/Filter/ASCII85Decode", "87cUR\nD]j7BEbo7~>", "Hello world")]
    [InlineData("/Filter/ASCII85Decode", "z~>", "\0\0\0\0")]
    [InlineData("/Filter/RunLengthDecode", "\u0002abc\u00fed\u0080rest", "abcddd")]
    [InlineData("/Filter[/ASCIIHexDecode/ASCIIHexDecode]", "343145>", "A\u00e0")]
    [InlineData("/Filter[]", "as it is", "as it is")]
    public void Text_filters_are_undone(string filter, string encoded, string plain) =>
        Assert.Equal(plain, Encoding.Latin1.GetString(Decode(filter, Encoding.Latin1.GetBytes(encoded))));

    [Theory]
    [InlineData("/Filter/ASCIIHexDecode", "4x")]
    [InlineData("/Filter/ASCII85Decode", "!")]
    [InlineData("/Filter/ASCII85Decode", "uuuuu")]
    [InlineData("/Filter/RunLengthDecode", "\u0010a")]
    [InlineData("/Filter/RunLengthDecode", "\u00ff")]
    [InlineData("/Filter/FlateDecode", "no zlib stream")]
    [InlineData("/Filter/LZWDecode", "\u00ff\u00ff\u00ff")]
    [InlineData("/Filter 7", "")]
    [InlineData("/Filter[/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode]", "")]
    public void Broken_streams_are_refused(string filter, string encoded) =>
        Assert.Equal(PdfFaults.Filter, Assert.Throws<PdfFormatException>(() => Decode(filter, Encoding.Latin1.GetBytes(encoded))).Code);

    [Theory]
    [InlineData("/Filter/DCTDecode")]
    [InlineData("/Filter/Crypt")]
    [InlineData("/F(other.bin)")]
    public void Filters_that_are_not_for_this_reader_have_a_code_of_their_own(string filter) =>
        Assert.Equal(PdfFaults.FilterUnsupported, Assert.Throws<PdfFormatException>(() => Decode(filter, [])).Code);

    [Theory]
    [InlineData(10, 1, 8, 37)]
    [InlineData(11, 3, 8, 20)]
    [InlineData(12, 4, 8, 9)]
    [InlineData(13, 1, 16, 21)]
    [InlineData(14, 3, 8, 13)]
    [InlineData(15, 1, 1, 77)]
    [InlineData(15, 2, 4, 31)]
    [InlineData(2, 3, 8, 20)]
    [InlineData(2, 1, 16, 15)]
    [InlineData(2, 3, 4, 11)]
    [InlineData(2, 1, 1, 50)]
    [InlineData(2, 4, 2, 9)]
    public void Predictors_are_undone(int predictor, int colors, int bits, int columns)
    {
        var random = new Random(predictor * 1000 + bits);
        var row = (colors * bits * columns + 7) / 8;
        var plain = new byte[row * 6];
        random.NextBytes(plain);
        // Bits behind the last sample of a row are no sample, and TIFF prediction leaves them.
        var encoded = predictor == 2 ? PredictTiff(plain, row, colors, bits, columns) : PredictPng(plain, row, Math.Max(1, colors * bits / 8), predictor, random);

        var parameters = $"/Filter/FlateDecode/DecodeParms<</Predictor {predictor}/Colors {colors}/BitsPerComponent {bits}/Columns {columns}>>";

        Assert.Equal(plain, Decode(parameters, PdfText.Deflate(encoded)));
    }

    [Theory]
    [InlineData("/Predictor 12/Columns 4", 3)]
    [InlineData("/Predictor 2/Columns 4", 3)]
    [InlineData("/Predictor 9", 4)]
    [InlineData("/Predictor 15/Columns 2147483647/Colors 32/BitsPerComponent 16", 4)]
    [InlineData("/Predictor 15/Columns -1", 4)]
    [InlineData("/Predictor 15/BitsPerComponent 7", 4)]
    [InlineData("/Predictor 15/Colors 0", 4)]
    public void Rows_that_do_not_come_out_even_are_refused(string parameters, int length) =>
        Assert.Equal(PdfFaults.Filter, Assert.Throws<PdfFormatException>(() => Decode($"/Filter/FlateDecode/DecodeParms<<{parameters}>>", PdfText.Deflate(new byte[length]))).Code);

    [Fact]
    public void Long_lzw_streams_are_read_as_qpdf_reads_them()
    {
        var random = new Random(4);
        var plain = new byte[40_000];
        for (var i = 0; i < plain.Length; i++) plain[i] = (byte)random.Next(3, 9);
        var encoded = Lzw(plain);
        var file = PdfText.WithField();
        file.Stream(9, "/Filter/LZWDecode", encoded).Table($"/Size 10/Root 1 0 R/Prev {file.LastXref}");

        Assert.Equal(plain, Decode("/Filter/LZWDecode", encoded));
        var shown = OutsideTool.RunOn(file.Bytes, ".pdf", "qpdf", "--show-object=9", "--filtered-stream-data", "{}");
        Assert.Equal(Encoding.Latin1.GetString(plain), shown.Output);
    }

    private static byte[] Decode(string filter, byte[] encoded)
    {
        var budget = new ReadBudget(PdfLimits.Default);
        var parser = new PdfParser(Encoding.Latin1.GetBytes($"<<{filter}>>"), 0, budget);
        var stream = new PdfStream(parser.ReadDictionary(), encoded);
        return StreamDecoder.Decode(stream, value => value ?? PdfNull.Instance, budget, 0).ToArray();
    }

    private static byte[] PredictPng(byte[] plain, int row, int pixel, int predictor, Random random)
    {
        var output = new List<byte>();
        for (var start = 0; start < plain.Length; start += row)
        {
            var kind = predictor == 15 ? random.Next(5) : predictor - 10;
            output.Add((byte)kind);
            for (var i = 0; i < row; i++)
            {
                int left = i >= pixel ? plain[start + i - pixel] : 0;
                int above = start > 0 ? plain[start + i - row] : 0;
                int corner = start > 0 && i >= pixel ? plain[start + i - row - pixel] : 0;
                var estimate = left + above - corner;
                var (a, b, c) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - corner));
                var paeth = a <= b && a <= c ? left : b <= c ? above : corner;
                output.Add((byte)(plain[start + i] - kind switch { 1 => left, 2 => above, 3 => (left + above) / 2, 4 => paeth, _ => 0 }));
            }
        }

        return [.. output];
    }

    private static byte[] PredictTiff(byte[] plain, int row, int colors, int bits, int columns)
    {
        var output = (byte[])plain.Clone();
        for (var start = 0; start < plain.Length; start += row)
        {
            for (var i = colors * columns - 1; i >= colors; i--)
            {
                var difference = Bits(plain, start * 8 + i * bits, bits) - Bits(plain, start * 8 + (i - colors) * bits, bits);
                for (var bit = 0; bit < bits; bit++)
                {
                    var at = start * 8 + i * bits + bit;
                    var mask = (byte)(0x80 >> (at % 8));
                    output[at / 8] = (difference >> (bits - 1 - bit) & 1) == 1 ? (byte)(output[at / 8] | mask) : (byte)(output[at / 8] & ~mask);
                }
            }
        }

        return output;
    }

    private static int Bits(byte[] bytes, int at, int count)
    {
        var value = 0;
        for (var i = at; i < at + count; i++) value = value << 1 | bytes[i / 8] >> (7 - i % 8) & 1;
        return value;
    }

    private static byte[] Lzw(byte[] plain)
    {
        var bits = new List<bool>();
        var table = new Dictionary<string, int>();
        var (next, width) = (258, 9);
        void Put(int code)
        {
            for (var i = width - 1; i >= 0; i--) bits.Add((code >> i & 1) == 1);
        }

        int Code(string text) => text.Length == 1 ? text[0] : table[text];
        Put(256);
        var known = "";
        foreach (var value in plain)
        {
            var longer = known + (char)value;
            if (longer.Length == 1 || table.ContainsKey(longer))
            {
                known = longer;
                continue;
            }

            Put(Code(known));
            table[longer] = next++;
            width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
            if (next == 4095)
            {
                Put(256);
                table.Clear();
                (next, width) = (258, 9);
            }

            known = $"{(char)value}";
        }

        Put(Code(known));
        next++;
        width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
        Put(257);
        var bytes = new byte[(bits.Count + 7) / 8];
        for (var i = 0; i < bits.Count; i++)
        {
            if (bits[i]) bytes[i / 8] |= (byte)(0x80 >> (i % 8));
        }

        return bytes;
    }
}
