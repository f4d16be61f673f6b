namespace ECopy.Signing.Pdf.Fonts;

/// <summary>
/// Pair kerning of the default script (OpenType, GPOS, lookup type 2, also through type 9). Only horizontal advance of
/// the left glyph is used; letters are never replaced, so every character stays itself for search and copy.
/// </summary>
internal sealed class PairKerning
{
    public static readonly PairKerning None = new();

    private readonly List<PairTable> lookups = [];

    private PairKerning()
    {
    }

    public static PairKerning Read(FontBytes positions)
    {
        var found = new PairKerning();
        var features = positions.From(positions.UInt16(6));
        var lookups = positions.From(positions.UInt16(8));
        var wanted = new SortedSet<int>();
        for (var i = 0; i < features.UInt16(0); i++)
        {
            if (features.UInt32(2 + 6 * i) != 0x6B65726E) continue;
            var feature = features.From(features.UInt16(6 + 6 * i));
            for (var n = 0; n < feature.UInt16(2); n++) wanted.Add(feature.UInt16(4 + 2 * n));
        }

        foreach (var index in wanted) found.AddLookup(lookups.From(lookups.UInt16(2 + 2 * index)));
        return found;
    }

    public int Find(int left, int right)
    {
        // The first subtable that covers the left glyph and knows the pair decides.
        foreach (var table in lookups)
            if (table.Find(left, right) is { } value) return value;
        return 0;
    }

    private void AddLookup(FontBytes lookup)
    {
        var type = lookup.UInt16(0);
        for (var i = 0; i < lookup.UInt16(4); i++)
        {
            var part = lookup.From(lookup.UInt16(6 + 2 * i));
            if (type == 2) lookups.Add(new PairTable(part));
            else if (type == 9 && part.UInt16(2) == 2) lookups.Add(new PairTable(part.From(part.UInt32(4))));
        }
    }

    private sealed class PairTable(FontBytes part)
    {
        private readonly FontBytes coverage = part.From(part.UInt16(2));

        public int? Find(int left, int right)
        {
            var format = part.UInt16(0);
            // Without XAdvance for the left glyph there is nothing to read.
            if ((part.UInt16(4) & 4) == 0 || Covered(left) is not { } index) return null;
            var before = 2 * System.Numerics.BitOperations.PopCount((uint)part.UInt16(4) & 3);
            var record = 2 * (System.Numerics.BitOperations.PopCount(part.UInt16(4)) + System.Numerics.BitOperations.PopCount(part.UInt16(6)));
            if (format == 1)
            {
                var set = part.From(part.UInt16(10 + 2 * index));
                for (var i = 0; i < set.UInt16(0); i++)
                {
                    var pair = set.From(2 + i * (2 + record), 2 + record);
                    if (pair.UInt16(0) == right) return pair.Int16(2 + before);
                }

                return null;
            }

            if (format != 2) return null;
            var leftClass = Class(part.From(part.UInt16(8)), left);
            var rightClass = Class(part.From(part.UInt16(10)), right);
            var columns = part.UInt16(14);
            if (leftClass >= part.UInt16(12) || rightClass >= columns) return null;
            return part.Int16(16 + (leftClass * columns + rightClass) * record + before);
        }

        private int? Covered(int glyph)
        {
            var format = coverage.UInt16(0);
            for (var i = 0; i < coverage.UInt16(2); i++)
            {
                if (format == 1 && coverage.UInt16(4 + 2 * i) == glyph) return i;
                if (format != 2) continue;
                int start = coverage.UInt16(4 + 6 * i), end = coverage.UInt16(6 + 6 * i);
                if (glyph >= start && glyph <= end) return coverage.UInt16(8 + 6 * i) + glyph - start;
            }

            return null;
        }

        private static int Class(FontBytes classes, int glyph)
        {
            if (classes.UInt16(0) == 1)
            {
                var offset = glyph - classes.UInt16(2);
                return offset >= 0 && offset < classes.UInt16(4) ? classes.UInt16(6 + 2 * offset) : 0;
            }

            for (var i = 0; i < classes.UInt16(2); i++)
                if (glyph >= classes.UInt16(4 + 6 * i) && glyph <= classes.UInt16(6 + 6 * i)) return classes.UInt16(8 + 6 * i);
            return 0;
        }
    }
}
