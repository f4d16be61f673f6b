using System.IO.Compression;
using System.Text;

namespace ECopy.Signing.Tests.Pdf.Reading;

/// <summary>Writes PDF files by hand for tests, well-formed or not: nothing here is checked, and nothing of the product is used.</summary>
internal sealed class PdfText
{
    private readonly List<byte> bytes = [];
    private readonly SortedDictionary<int, (byte Kind, long Position, int Detail)> entries = [];

    public PdfText(string header = "%PDF-1.7\n") => Raw(header);

    public long Position => bytes.Count;

    public long LastXref { get; private set; }

    public Dictionary<int, long> Offsets { get; } = [];

    public byte[] Bytes => [.. bytes];

    public PdfText Raw(string text) => Raw(Encoding.Latin1.GetBytes(text));

    public PdfText Raw(byte[] more)
    {
        bytes.AddRange(more);
        return this;
    }

    public PdfText Object(int number, string body)
    {
        Mark(number);
        return Raw($"{number} 0 obj\n{body}\nendobj\n");
    }

    public PdfText Stream(int number, string entriesText, byte[] content, string? length = null)
    {
        Mark(number);
        return Raw($"{number} 0 obj\n<<{entriesText}/Length {length ?? $"{content.Length}"}>>\nstream\n").Raw(content).Raw("\nendstream\nendobj\n");
    }

    /// <summary>An object stream with these objects; their entries come into the next cross-reference stream.</summary>
    public PdfText ObjectStream(int number, params (int Number, string Body)[] objects)
    {
        var (index, bodies) = ("", "");
        for (var i = 0; i < objects.Length; i++)
        {
            index += $"{objects[i].Number} {bodies.Length} ";
            bodies += objects[i].Body + "\n";
            entries[objects[i].Number] = (2, number, i);
        }

        return Stream(number, $"/Type/ObjStm/N {objects.Length}/First {index.Length}/Filter/FlateDecode", Deflate(Encoding.Latin1.GetBytes(index + bodies)));
    }

    public PdfText Mark(int number, long? offset = null)
    {
        Offsets[number] = offset ?? Position;
        entries[number] = (1, Offsets[number], 0);
        return this;
    }

    public PdfText Entry(int number, byte kind, long position, int detail)
    {
        entries[number] = (kind, position, detail);
        return this;
    }

    /// <summary>A table for all objects since the last section, trailer and end.</summary>
    public PdfText Table(string trailer, string lineEnd = " \n", bool end = true)
    {
        LastXref = Position;
        Raw("xref\n");
        if (!Offsets.ContainsKey(0)) Raw($"0 1\n0000000000 65535 f{lineEnd}");
        Offsets.TryAdd(0, 0);
        foreach (var (number, entry) in entries)
        {
            if (entry.Kind != 2) Raw($"{number} 1\n{entry.Position:D10} {entry.Detail:D5} {(entry.Kind == 1 ? 'n' : 'f')}{lineEnd}");
        }

        entries.Clear();
        Raw($"trailer\n<<{trailer}>>\n");
        return end ? End() : this;
    }

    /// <summary>The same as a stream, which gets this object number.</summary>
    public PdfText XrefStream(int number, string trailer, bool predictor = true, bool end = true)
    {
        LastXref = Position;
        entries[number] = (1, Position, 0);
        var rows = new List<byte>();
        var above = new byte[7];
        foreach (var (kind, position, detail) in entries.Values)
        {
            byte[] row = [kind, (byte)(position >> 24), (byte)(position >> 16), (byte)(position >> 8), (byte)position, (byte)(detail >> 8), (byte)detail];
            if (predictor) rows.Add(2);
            for (var i = 0; i < 7; i++) rows.Add(predictor ? (byte)(row[i] - above[i]) : row[i]);
            above = row;
        }

        var index = string.Join(' ', entries.Keys.Select(key => $"{key} 1"));
        entries.Clear();
        var predicted = predictor ? "/DecodeParms<</Predictor 12/Columns 7>>" : "";
        Raw($"{number} 0 obj\n<</Type/XRef/W[1 4 2]/Index[{index}]/Filter/FlateDecode{predicted}{trailer}");
        var content = Deflate([.. rows]);
        Raw($"/Length {content.Length}>>\nstream\n").Raw(content).Raw("\nendstream\nendobj\n");
        return end ? End() : this;
    }

    /// <summary>For a section that was written by hand at this offset.</summary>
    public PdfText Continue(long xref)
    {
        LastXref = xref;
        return this;
    }

    public PdfText End(long? target = null) => Raw($"startxref\n{target ?? LastXref}\n%%EOF\n");

    public static byte[] Deflate(byte[] content)
    {
        using var output = new MemoryStream();
        using (var deflater = new ZLibStream(output, CompressionLevel.Optimal)) deflater.Write(content);
        return output.ToArray();
    }

    /// <summary>One empty page and a form with one unsigned field, <c>Seal</c>, merged with its widget.</summary>
    public static PdfText WithField(bool streams = false, string form = "<</Fields[5 0 R]/SigFlags 0>>")
    {
        var field = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[10 10 110 60]/F 4/P 3 0 R/Lock 6 0 R>>";
        var file = new PdfText();
        (int, string)[] objects =
        [
            (1, $"<</Type/Catalog/Pages 2 0 R/AcroForm {form}>>"),
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
            (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>/Annots 4 0 R>>"),
            (4, "[5 0 R]"),
            (5, field),
            (6, "<</Type/SigFieldLock/Action/All/P 1>>"),
        ];
        if (streams) return file.ObjectStream(7, objects).XrefStream(8, "/Size 9/Root 1 0 R");
        foreach (var (number, body) in objects) file.Object(number, body);
        return file.Table("/Size 7/Root 1 0 R");
    }
}
