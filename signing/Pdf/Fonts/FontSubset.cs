using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ECopy.Signing.Pdf.Fonts;

/// <summary>
/// The characters of one font that one document uses, embedded as CIDFontType2 with Identity-H (ISO 32000-2, 9.7.4.2).
/// Every character gets a code of its own, even where two share a glyph, so that ToUnicode gives back what was written.
/// </summary>
internal sealed class FontSubset(TrueTypeFont font, PdfReference reference)
{
    private static readonly Rune Square = new('\u25A1');
    private static readonly Rune QuestionMark = new('?');
    private readonly Dictionary<Rune, int> codes = [];
    private readonly List<Rune> characters = [];
    private readonly SortedSet<Rune> substituted = [];

    public PdfReference Reference { get; } = reference;

    /// <summary>Characters that the font does not draw; a square or question mark stands for them.</summary>
    public IEnumerable<Rune> Substituted => substituted;

    /// <summary>The width of one character in thousandths of the size, as /W says it.</summary>
    public static int Width(TrueTypeFont font, Rune character) => Thousandths(font, font.Advance(Glyph(font, character)));

    /// <summary>What kerning adds between two characters, in thousandths of the size.</summary>
    public static int Kerning(TrueTypeFont font, Rune left, Rune right) => Thousandths(font, font.Kerning(Glyph(font, left), Glyph(font, right)));

    public int Encode(Rune character)
    {
        if (codes.TryGetValue(character, out var code)) return code;
        if (!font.Has(character)) substituted.Add(character);
        characters.Add(character);
        // Code 0 is .notdef, which PDF/A forbids to show (ISO 19005-2, 6.2.11.8).
        code = characters.Count;
        codes.Add(character, code);
        return code;
    }

    /// <summary>Writes font program, descriptor, descendant and ToUnicode, and gives the reserved number its font.</summary>
    public void Write(IPdfObjectSink sink)
    {
        var glyphs = characters.ConvertAll(c => Glyph(font, c));
        var name = new PdfName($"{Tag(glyphs)}+{font.PostScriptName}");
        var program = SubsetWriter.Write(font, glyphs);
        var file = sink.Add(FlateStreams.Compress(new PdfDictionary { ["Length1"] = new PdfInteger(program.Length) }, program));
        var descendant = sink.Add(new PdfDictionary
        {
            ["Type"] = new PdfName("Font"),
            ["Subtype"] = new PdfName("CIDFontType2"),
            ["BaseFont"] = name,
            ["CIDSystemInfo"] = new PdfDictionary
            {
                ["Registry"] = PdfString.Text("Adobe"),
                ["Ordering"] = PdfString.Text("Identity"),
                ["Supplement"] = new PdfInteger(0),
            },
            ["FontDescriptor"] = sink.Add(Descriptor(name, file)),
            ["DW"] = new PdfInteger(Thousandths(font, font.Advance(0))),
            ["W"] = new PdfArray(new PdfInteger(1), new PdfArray(characters.Select(c => new PdfInteger(Width(font, c))))),
            ["CIDToGIDMap"] = new PdfName("Identity"),
        });
        sink.Set(Reference, new PdfDictionary
        {
            ["Type"] = new PdfName("Font"),
            ["Subtype"] = new PdfName("Type0"),
            ["BaseFont"] = name,
            ["Encoding"] = new PdfName("Identity-H"),
            ["DescendantFonts"] = new PdfArray(descendant),
            ["ToUnicode"] = sink.Add(FlateStreams.Compress([], Encoding.ASCII.GetBytes(ToUnicode()))),
        });
    }

    private static int Glyph(TrueTypeFont font, Rune character) =>
        font.GlyphOf(character) is var glyph and not 0 ? glyph
        : font.GlyphOf(Square) is var square and not 0 ? square
        : font.GlyphOf(QuestionMark);

    private static int Thousandths(TrueTypeFont font, int units) => (int)Math.Round(units * 1000.0 / font.UnitsPerEm);

    private PdfDictionary Descriptor(PdfName name, PdfReference file)
    {
        int Scaled(int units) => Thousandths(font, units);
        const int nonsymbolic = 1 << 5, italic = 1 << 6;
        var (left, bottom, right, top) = font.Bounds;
        return new PdfDictionary
        {
            ["Type"] = new PdfName("FontDescriptor"),
            ["FontName"] = name,
            ["Flags"] = new PdfInteger(nonsymbolic | (font.ItalicAngle == 0 ? 0 : italic)),
            ["FontBBox"] = PdfArray.Numbers(Scaled(left), Scaled(bottom), Scaled(right), Scaled(top)),
            ["ItalicAngle"] = new PdfReal(font.ItalicAngle),
            ["Ascent"] = new PdfInteger(Scaled(font.Ascent)),
            ["Descent"] = new PdfInteger(Scaled(font.Descent)),
            ["CapHeight"] = new PdfInteger(Scaled(font.CapHeight)),
            // Fonts do not state their stems; this rule of thumb gives 88 for regular and 166 for bold.
            ["StemV"] = new PdfInteger((int)Math.Round(50 + Math.Pow(font.Weight / 65.0, 2))),
            ["FontFile2"] = file,
        };
    }

    /// <summary>Six letters that depend on the glyphs alone (9.9.2).</summary>
    private string Tag(List<int> glyphs)
    {
        var bytes = new byte[4 * glyphs.Count];
        var sorted = glyphs.Distinct().Order().ToArray();
        for (var i = 0; i < sorted.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), sorted[i]);
        var digest = SHA256.HashData([.. Encoding.ASCII.GetBytes(font.PostScriptName), .. bytes.AsSpan(0, 4 * sorted.Length)]);
        return string.Create(6, digest, (letters, from) =>
        {
            for (var i = 0; i < letters.Length; i++) letters[i] = (char)('A' + from[i] % 26);
        });
    }

    /// <summary>The CMap back to Unicode (9.10.3), at most one hundred lines a block.</summary>
    private string ToUnicode()
    {
        var map = new StringBuilder("""
            /CIDInit /ProcSet findresource begin
            12 dict begin
            begincmap
            /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
            /CMapName /Adobe-Identity-UCS def
            /CMapType 2 def
            1 begincodespacerange
            <0000> <FFFF>
            endcodespacerange

            """.ReplaceLineEndings("\n"));
        foreach (var block in characters.Index().Chunk(100))
        {
            map.Append(CultureInfo.InvariantCulture, $"{block.Length} beginbfchar\n");
            foreach (var (index, character) in block)
                map.Append(CultureInfo.InvariantCulture, $"<{index + 1:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(character.ToString()))}>\n");
            map.Append("endbfchar\n");
        }

        return map.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n").ToString();
    }
}
