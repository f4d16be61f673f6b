using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.TestKit;

/// <summary>Fonts as they are used: clause 6.2.11.</summary>
internal sealed class PdfAFontRules(PdfRevision revision, PdfAFindings found)
{
    private readonly Dictionary<PdfDictionary, SortedSet<int>> used = new(ReferenceEqualityComparer.Instance);

    public void Shown(PdfDictionary font, byte[] text)
    {
        if (!used.TryGetValue(font, out var codes)) used.Add(font, codes = []);
        for (var i = 0; i + 1 < text.Length; i += 2) codes.Add(BinaryPrimitives.ReadUInt16BigEndian(text.AsSpan(i)));
    }

    public void Check()
    {
        foreach (var (font, codes) in used) Check(font, codes);
    }

    private void Check(PdfDictionary font, SortedSet<int> codes)
    {
        var where = (font["BaseFont"] as PdfName)?.Value ?? "font";
        found.Demand(font.Is("Type", "Font") && font.Is("Subtype", "Type0"), "6.2.11.2", where);
        // Identity-H is predefined and needs no CMap of its own.
        found.Demand(font.Is("Encoding", "Identity-H"), "6.2.11.3.3", where);
        var descendant = (PdfDictionary)revision.Resolve(revision.Get<PdfArray>(font, "DescendantFonts")![0]);
        found.Demand(descendant.Is("Subtype", "CIDFontType2") && descendant.Is("BaseFont", where), "6.2.11.2", where);
        found.Demand(descendant.Is("CIDToGIDMap", "Identity"), "6.2.11.3.2", where);
        found.Demand(descendant["CIDSystemInfo"] is PdfDictionary, "6.2.11.3.1", where);
        found.Demand(Regex.IsMatch(where, "^[A-Z]{6}\\+"), "6.2.11.4.2", $"{where} has no subset tag");
        var descriptor = revision.Get<PdfDictionary>(descendant, "FontDescriptor")!;
        found.Demand(descriptor.Is("FontName", where) && !descriptor.Contains("CIDSet"), "6.2.11.4.2", where);
        if (revision.Get<PdfStream>(descriptor, "FontFile2") is not { } file)
        {
            found.Demand(false, "6.2.11.4.1", $"{where} is not embedded");
            return;
        }

        var program = revision.Decode(file).ToArray();
        found.Demand(revision.Get<PdfInteger>(file.Dictionary, "Length1")?.Value == program.Length, "6.2.11.4.1", $"{where} Length1");
        Program(program, codes, Widths(descendant), where);
        var map = Encoding.ASCII.GetString(revision.Decode(revision.Get<PdfStream>(font, "ToUnicode")!).Span);
        var mapped = Regex.Matches(map, "^<([0-9A-F]{4})> <[0-9A-F]+>$", RegexOptions.Multiline).Select(m => Convert.ToInt32(m.Groups[1].Value, 16)).ToHashSet();
        found.Demand(codes.All(mapped.Contains), "6.2.11.7", $"{where} has characters without Unicode");
    }

    /// <summary>6.2.11.5 widths agree to one thousandth, 6.2.11.4.1 every glyph is there, 6.2.11.8 none is .notdef.</summary>
    private void Program(byte[] program, SortedSet<int> codes, Dictionary<int, double> widths, string where)
    {
        var tables = new Dictionary<string, int>();
        for (var i = 0; i < UInt16(program, 4); i++)
            tables[Encoding.ASCII.GetString(program, 12 + 16 * i, 4)] = (int)BinaryPrimitives.ReadUInt32BigEndian(program.AsSpan(20 + 16 * i));
        found.Demand(new[] { "glyf", "head", "hhea", "hmtx", "loca", "maxp" }.All(tables.ContainsKey), "6.2.11.4.1", $"{where} tables");
        int units = UInt16(program, tables["head"] + 18), glyphs = UInt16(program, tables["maxp"] + 4), metrics = UInt16(program, tables["hhea"] + 34);
        foreach (var code in codes)
        {
            found.Demand(code != 0, "6.2.11.8", $"{where} shows .notdef");
            found.Demand(code < glyphs, "6.2.11.4.1", $"{where} has no glyph {code}");
            var advance = UInt16(program, tables["hmtx"] + 4 * Math.Min(code, metrics - 1)) * 1000.0 / units;
            found.Demand(widths.TryGetValue(code, out var width) && Math.Abs(width - advance) <= 1, "6.2.11.5", $"{where} width of {code}");
        }
    }

    private Dictionary<int, double> Widths(PdfDictionary descendant)
    {
        var widths = new Dictionary<int, double>();
        var array = revision.Get<PdfArray>(descendant, "W") ?? [];
        for (var i = 0; i + 1 < array.Count; i += 2)
        {
            var first = (int)((PdfInteger)array[i]).Value;
            foreach (var (offset, width) in ((PdfArray)array[i + 1]).Index()) widths[first + offset] = ((PdfNumber)width).AsDouble;
        }

        return widths;
    }

    private static int UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
}
