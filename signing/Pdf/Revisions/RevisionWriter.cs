using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pdf.Revisions;

/// <summary>Lays out one appended revision: objects, cross-reference section, trailer.</summary>
internal sealed class RevisionWriter
{
    private const int IdentifierBytes = 16;

    /// <summary>What belongs to one section only, or to the stream that held it.</summary>
    private static readonly string[] OwnKeys = ["Size", "Prev", "ID", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "F", "FFilter", "FDecodeParms", "DL"];

    private readonly PdfDocument document;
    private readonly ArrayBufferWriter<byte> output;
    private readonly SortedDictionary<int, (int Generation, long Offset)> entries = [];
    private readonly Dictionary<PdfReference, long> offsets = [];

    public RevisionWriter(PdfDocument document)
    {
        this.document = document;
        output = new ArrayBufferWriter<byte>(document.File.Length + 4096);
        output.Write(document.File.Span);
        if (document.File.Span[^1] is not ((byte)'\n' or (byte)'\r')) output.Write("\n"u8);
    }

    public void Write(PdfReference reference, PdfObject value)
    {
        offsets.Add(reference, output.WrittenCount);
        entries.Add(reference.Number, (reference.Generation, output.WrittenCount));
        PdfSerializer.WriteIndirect(output, reference, value);
    }

    public FinishedUpdate Finish(int next)
    {
        var latest = document.Latest;
        var at = output.WrittenCount;
        var trailer = new PdfDictionary();
        // The section keeps the form of the one before; a hybrid file goes on with its table (7.5.8.4).
        var stream = latest.XrefForm == XrefForm.Stream;
        trailer["Size"] = new PdfInteger(stream ? next + 1 : next);
        trailer["Prev"] = new PdfInteger(latest.XrefOffset);
        foreach (var (key, value) in latest.Trailer)
        {
            if (!OwnKeys.Contains(key)) trailer[key] = value;
        }

        trailer["ID"] = Identifier();
        if (stream) WriteStream(trailer, next, at);
        else WriteTable(trailer);
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"startxref\n{at}\n%%EOF\n")));
        return new FinishedUpdate(output.WrittenSpan.ToArray(), offsets);
    }

    private void WriteTable(PdfDictionary trailer)
    {
        output.Write("xref\n"u8);
        foreach (var run in Runs())
        {
            Line($"{run.First} {run.Count}\n");
            for (var number = run.First; number < run.First + run.Count; number++) Line($"{entries[number].Offset:D10} {entries[number].Generation:D5} n\r\n");
        }

        // An update of nothing still needs a subsection to be a table.
        if (entries.Count == 0) Line($"0 0\n");
        output.Write("trailer\n"u8);
        PdfSerializer.Write(output, trailer);
        output.Write("\n"u8);
    }

    private void WriteStream(PdfDictionary trailer, int number, long at)
    {
        const int width = 1 + 8 + 2;
        entries.Add(number, (0, at));
        var bytes = new byte[entries.Count * width];
        var row = bytes.AsSpan();
        foreach (var (generation, offset) in entries.Values)
        {
            row[0] = 1;
            BinaryPrimitives.WriteInt64BigEndian(row[1..], offset);
            BinaryPrimitives.WriteUInt16BigEndian(row[9..], (ushort)generation);
            row = row[width..];
        }

        var dictionary = new PdfDictionary { { "Type", new PdfName("XRef") }, { "W", PdfArray.Numbers(1, 8, 2) } };
        dictionary["Index"] = new PdfArray(Runs().SelectMany(run => new PdfObject[] { new PdfInteger(run.First), new PdfInteger(run.Count) }));
        foreach (var (key, value) in trailer) dictionary[key] = value;
        PdfSerializer.WriteIndirect(output, new PdfReference(number), new PdfStream(dictionary, bytes));
    }

    // 14.4: the first identifier stays for the life of the document, the second names this state of it. Taken from the
    // content, since a file that is made twice must be the same file.
    private PdfArray Identifier()
    {
        var latest = document.Latest;
        var changed = SHA256.HashData(output.WrittenSpan)[..IdentifierBytes];
        var known = latest.Get<PdfArray>(latest.Trailer, "ID") is { Count: 2 } pair ? latest.Resolve(pair[0]) as PdfString : null;
        return new PdfArray(new PdfString(known?.Bytes ?? changed, hex: true), new PdfString(changed, hex: true));
    }

    private List<(int First, int Count)> Runs()
    {
        var runs = new List<(int First, int Count)>();
        foreach (var number in entries.Keys)
        {
            if (runs.Count > 0 && runs[^1].First + runs[^1].Count == number) runs[^1] = (runs[^1].First, runs[^1].Count + 1);
            else runs.Add((number, 1));
        }

        return runs;
    }

    private void Line(FormattableString text) => output.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant(text)));
}
