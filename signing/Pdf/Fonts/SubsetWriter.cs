using System.Buffers.Binary;
using System.Text;

namespace ECopy.Signing.Pdf.Fonts;

/// <summary>
/// A TrueType file with the given glyphs numbered 1, 2, 3 … in their order, .notdef at 0 and the parts of composite
/// glyphs behind: the tables that a PDF reader needs (ISO 32000-2, 9.9.1) and no others.
/// </summary>
internal static class SubsetWriter
{
    private const int ArgumentsAreWords = 0x0001, HasScale = 0x0008, MoreComponents = 0x0020, HasTwoScales = 0x0040, HasMatrix = 0x0080;

    public static byte[] Write(TrueTypeFont font, IReadOnlyList<int> glyphs)
    {
        var (bodies, originals) = Glyphs(font, glyphs);
        var tables = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["head"] = Head(font),
            ["hhea"] = Patched(font.Table("hhea"), 34, (ushort)originals.Count),
            ["hmtx"] = Metrics(font, originals),
            ["maxp"] = Patched(font.Table("maxp"), 4, (ushort)originals.Count),
        };
        (tables["loca"], tables["glyf"]) = Outlines(bodies);
        // Hinting programs, where there are any.
        foreach (var tag in (ReadOnlySpan<string>)["cvt ", "fpgm", "prep"])
            if (font.TryTable(tag, out var table)) tables[tag] = table.Memory.ToArray();
        return Assemble(tables);
    }

    private static (List<byte[]> Bodies, List<int> Originals) Glyphs(TrueTypeFont font, IReadOnlyList<int> glyphs)
    {
        List<int> originals = [0, .. glyphs];
        var parts = new Dictionary<int, int> { [0] = 0 };
        for (var i = 1; i < originals.Count; i++) parts.TryAdd(originals[i], i);
        var bodies = new List<byte[]>();
        // The list grows while it is walked: components bring their own components.
        for (var i = 0; i < originals.Count; i++)
        {
            var body = font.Glyph(originals[i]).Memory.ToArray();
            foreach (var at in ComponentPositions(body))
            {
                int part = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at));
                if (!parts.TryGetValue(part, out var number))
                {
                    number = originals.Count;
                    if (number > ushort.MaxValue) throw new FontFormatException("too many glyphs");
                    originals.Add(part);
                    parts.Add(part, number);
                }

                BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(at), (ushort)number);
            }

            bodies.Add(body);
        }

        return (bodies, originals);
    }

    /// <summary>Where a composite glyph names its components (OpenType, glyf); nothing for a simple one.</summary>
    internal static List<int> ComponentPositions(byte[] body)
    {
        var found = new List<int>();
        if (body.Length == 0) return found;
        var bytes = new FontBytes(body);
        if (bytes.Int16(0) >= 0) return found;
        var at = 10;
        ushort flags;
        do
        {
            flags = bytes.UInt16(at);
            found.Add(at + 2);
            _ = bytes.UInt16(at + 2);
            at += 4 + ((flags & ArgumentsAreWords) != 0 ? 4 : 2);
            at += (flags & HasScale) != 0 ? 2 : (flags & HasTwoScales) != 0 ? 4 : (flags & HasMatrix) != 0 ? 8 : 0;
        }
        while ((flags & MoreComponents) != 0);
        return found;
    }

    private static byte[] Head(TrueTypeFont font)
    {
        var head = Patched(font.Table("head"), 50, 1);
        // Filled in once the file stands (OpenType, checkSumAdjustment).
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), 0);
        return head;
    }

    private static byte[] Patched(FontBytes table, int at, ushort value)
    {
        var copy = table.Memory.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at), value);
        return copy;
    }

    private static byte[] Metrics(TrueTypeFont font, List<int> originals)
    {
        var metrics = new byte[4 * originals.Count];
        for (var i = 0; i < originals.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(metrics.AsSpan(4 * i), (ushort)font.Advance(originals[i]));
            BinaryPrimitives.WriteInt16BigEndian(metrics.AsSpan(4 * i + 2), font.LeftBearing(originals[i]));
        }

        return metrics;
    }

    private static (byte[] Loca, byte[] Glyf) Outlines(List<byte[]> bodies)
    {
        var loca = new byte[4 * (bodies.Count + 1)];
        using var glyf = new MemoryStream();
        for (var i = 0; i < bodies.Count; i++)
        {
            glyf.Write(bodies[i]);
            while (glyf.Length % 4 != 0) glyf.WriteByte(0);
            BinaryPrimitives.WriteUInt32BigEndian(loca.AsSpan(4 * (i + 1)), (uint)glyf.Length);
        }

        return (loca, glyf.ToArray());
    }

    private static byte[] Assemble(SortedDictionary<string, byte[]> tables)
    {
        var file = new byte[12 + 16 * tables.Count + tables.Values.Sum(t => Padded(t.Length))];
        BinaryPrimitives.WriteUInt32BigEndian(file, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(4), (ushort)tables.Count);
        var power = (int)Math.Log2(tables.Count);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(6), (ushort)(16 << power));
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(8), (ushort)power);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(10), (ushort)(16 * tables.Count - (16 << power)));
        int entry = 12, offset = 12 + 16 * tables.Count, head = 0;
        foreach (var (tag, table) in tables)
        {
            if (tag == "head") head = offset;
            table.CopyTo(file, offset);
            Encoding.ASCII.GetBytes(tag, file.AsSpan(entry));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(entry + 4), Checksum(file.AsSpan(offset, Padded(table.Length))));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(entry + 8), (uint)offset);
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(entry + 12), (uint)table.Length);
            offset += Padded(table.Length);
            entry += 16;
        }

        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(head + 8), 0xB1B0AFBA - Checksum(file));
        return file;
    }

    private static int Padded(int length) => length + 3 & ~3;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i < bytes.Length; i += 4) sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]);
        return sum;
    }
}
