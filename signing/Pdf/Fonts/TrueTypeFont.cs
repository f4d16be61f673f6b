using System.Text;

namespace ECopy.Signing.Pdf.Fonts;

/// <summary>A TrueType font as far as embedding needs it (OpenType 1.9). Immutable, shared between documents.</summary>
public sealed class TrueTypeFont
{
    private readonly Dictionary<string, FontBytes> tables;
    private readonly FontBytes glyphs;
    private readonly int[] offsets;
    private readonly CharacterMap characters;
    private readonly PairKerning kerning;
    private readonly int longMetrics;

    private TrueTypeFont(FontBytes file)
    {
        tables = Directory(file);
        var head = Table("head");
        UnitsPerEm = head.UInt16(18);
        if (UnitsPerEm is < 16 or > 16384) throw new FontFormatException("units per em");
        Bounds = (head.Int16(36), head.Int16(38), head.Int16(40), head.Int16(42));
        GlyphCount = Table("maxp").UInt16(4);
        longMetrics = Table("hhea").UInt16(34);
        if (GlyphCount == 0 || longMetrics == 0 || longMetrics > GlyphCount) throw new FontFormatException("glyph count");
        Table("hmtx").From(0, 4L * longMetrics + 2L * (GlyphCount - longMetrics));
        glyphs = Table("glyf");
        offsets = Offsets(Table("loca"), head.Int16(50) != 0);
        characters = CharacterMap.Read(Table("cmap"), GlyphCount);
        kerning = tables.TryGetValue("GPOS", out var positions) ? PairKerning.Read(positions) : PairKerning.None;
        var os2 = Table("OS/2");
        CheckLicence(os2.UInt16(8));
        Weight = os2.UInt16(4);
        Ascent = os2.Int16(68);
        Descent = os2.Int16(70);
        CapHeight = os2.UInt16(0) >= 2 ? os2.Int16(88) : Ascent;
        ItalicAngle = tables.TryGetValue("post", out var post) ? post.Int16(4) + post.UInt16(6) / 65536.0 : 0;
        PostScriptName = Name(Table("name"));
    }

    public string PostScriptName { get; }

    public int UnitsPerEm { get; }

    internal int GlyphCount { get; }

    internal (int Left, int Bottom, int Right, int Top) Bounds { get; }

    internal int Ascent { get; }

    internal int Descent { get; }

    internal int CapHeight { get; }

    internal int Weight { get; }

    internal double ItalicAngle { get; }

    /// <summary>Reads the tables that are needed and checks that the licence bits allow embedding a subset.</summary>
    /// <exception cref="FontFormatException">Not such a font.</exception>
    public static TrueTypeFont Read(ReadOnlyMemory<byte> file) => new(new FontBytes(file));

    /// <summary>Whether the font draws this character itself.</summary>
    public bool Has(Rune character) => GlyphOf(character) != 0;

    /// <summary>The contours of a character in font units, y upwards; quadratic curves, as TrueType has them.</summary>
    public IReadOnlyList<IReadOnlyList<OutlinePoint>> OutlineOf(Rune character) => GlyphOutline.Read(this, GlyphOf(character));

    /// <summary>How far a character moves the pen, in font units.</summary>
    public int AdvanceOf(Rune character) => Advance(GlyphOf(character));

    internal int GlyphOf(Rune character) => characters.Find(character.Value);

    internal int Advance(int glyph) => Table("hmtx").UInt16(4 * Math.Min(glyph, longMetrics - 1));

    internal short LeftBearing(int glyph) => glyph < longMetrics
        ? Table("hmtx").Int16(4 * glyph + 2)
        : Table("hmtx").Int16(4 * longMetrics + 2 * (glyph - longMetrics));

    /// <summary>What to add to the advance of the left glyph, in font units.</summary>
    internal int Kerning(int left, int right) => kerning.Find(left, right);

    internal FontBytes Glyph(int glyph)
    {
        if (glyph < 0 || glyph >= GlyphCount) throw new FontFormatException("glyph number");
        return glyphs.From(offsets[glyph], offsets[glyph + 1] - offsets[glyph]);
    }

    internal bool TryTable(string tag, out FontBytes table) => tables.TryGetValue(tag, out table);

    internal FontBytes Table(string tag) =>
        tables.TryGetValue(tag, out var table) ? table : throw new FontFormatException($"no table {tag}");

    private static Dictionary<string, FontBytes> Directory(FontBytes file)
    {
        // 'true' is Apple's mark for the same outlines; OTTO has none.
        if (file.UInt32(0) is not (0x00010000 or 0x74727565)) throw new FontFormatException("not a TrueType font");
        var found = new Dictionary<string, FontBytes>(StringComparer.Ordinal);
        for (var i = 0; i < file.UInt16(4); i++)
        {
            var entry = file.From(12 + 16 * i, 16);
            found[Encoding.Latin1.GetString(entry.Memory.Span[..4])] = file.From(entry.UInt32(8), entry.UInt32(12));
        }

        return found;
    }

    private int[] Offsets(FontBytes loca, bool isLong)
    {
        var found = new int[GlyphCount + 1];
        for (var i = 0; i <= GlyphCount; i++)
        {
            var offset = isLong ? loca.UInt32(4 * i) : 2u * loca.UInt16(2 * i);
            if (offset > glyphs.Length || i > 0 && offset < found[i - 1]) throw new FontFormatException("glyph offsets");
            found[i] = (int)offset;
        }

        return found;
    }

    /// <summary>fsType (OpenType, OS/2): 2 forbids embedding, 0x100 forbids subsets, 0x200 allows bitmaps only.</summary>
    private static void CheckLicence(ushort type)
    {
        if ((type & 0x000F) == 2 || (type & 0x0300) != 0) throw new FontFormatException(FontFormatException.NotEmbeddable, $"fsType {type:X4}");
    }

    private static string Name(FontBytes table)
    {
        var storage = table.UInt16(4);
        for (var i = 0; i < table.UInt16(2); i++)
        {
            var record = table.From(6 + 12 * i, 12);
            if (record.UInt16(6) != 6 || record.UInt16(0) != 3) continue;
            var text = Encoding.BigEndianUnicode.GetString(table.From(storage + record.UInt16(10), record.UInt16(8)).Memory.Span);
            if (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return text;
        }

        throw new FontFormatException("no PostScript name");
    }
}
