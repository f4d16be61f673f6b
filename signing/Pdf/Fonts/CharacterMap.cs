namespace ECopy.Signing.Pdf.Fonts;

/// <summary>Which glyph draws which character: cmap formats 4 and 12 of the Unicode encodings (OpenType, cmap).</summary>
internal sealed class CharacterMap
{
    private readonly Dictionary<int, int> glyphs = [];

    private CharacterMap()
    {
    }

    public static CharacterMap Read(FontBytes table, int glyphCount)
    {
        var map = new CharacterMap();
        for (var i = 0; i < table.UInt16(2); i++)
        {
            var record = table.From(4 + 8 * i, 8);
            var (platform, encoding) = (record.UInt16(0), record.UInt16(2));
            if (!(platform == 0 && encoding <= 4 || platform == 3 && encoding is 1 or 10)) continue;
            var part = table.From(record.UInt32(4));
            if (part.UInt16(0) == 4) map.Segments(part, glyphCount);
            else if (part.UInt16(0) == 12) map.Groups(part, glyphCount);
        }

        if (map.glyphs.Count == 0) throw new FontFormatException("no Unicode character map");
        return map;
    }

    public int Find(int character) => glyphs.GetValueOrDefault(character);

    private void Segments(FontBytes part, int glyphCount)
    {
        var doubled = part.UInt16(6);
        for (var i = 0; i < doubled; i += 2)
        {
            int end = part.UInt16(14 + i), start = part.UInt16(16 + doubled + i);
            int delta = part.UInt16(16 + 2 * doubled + i), rangeAt = 16 + 3 * doubled + i, range = part.UInt16(rangeAt);
            for (var character = start; character <= end && character != 0xFFFF; character++)
            {
                var glyph = range == 0 ? character : part.UInt16(rangeAt + range + 2 * (character - start));
                if (range == 0 || glyph != 0) Add(character, glyph + delta & 0xFFFF, glyphCount);
            }
        }
    }

    private void Groups(FontBytes part, int glyphCount)
    {
        var count = part.UInt32(12);
        if (count > 100_000) throw new FontFormatException("character groups");
        for (var i = 0; i < count; i++)
        {
            var group = part.From(16 + 12L * i, 12);
            uint start = group.UInt32(0), end = group.UInt32(4), glyph = group.UInt32(8);
            if (end > 0x10FFFF || start > end || end - start > glyphCount) throw new FontFormatException("character group");
            for (var character = start; character <= end; character++) Add((int)character, (int)(glyph + character - start), glyphCount);
        }
    }

    private void Add(int character, int glyph, int glyphCount)
    {
        if (glyph > 0 && glyph < glyphCount) glyphs.TryAdd(character, glyph);
    }
}
