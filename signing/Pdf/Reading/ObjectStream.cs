namespace ECopy.Signing.Pdf.Reading;

/// <summary>A decoded object stream (ISO 32000-2, 7.5.7). /Extends names a stream that came before; entries name theirs, so it is not followed.</summary>
internal sealed class ObjectStream
{
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly (int Number, int Offset)[] index;
    private readonly long offset;

    private ObjectStream(ReadOnlyMemory<byte> bytes, (int Number, int Offset)[] index, long offset)
    {
        this.bytes = bytes;
        this.index = index;
        this.offset = offset;
    }

    public static ObjectStream Open(PdfStream stream, ReadOnlyMemory<byte> bytes, ReadBudget budget, long offset)
    {
        budget.Hold(bytes.Length, offset);
        var dictionary = stream.Dictionary;
        if (!dictionary.Is("Type", "ObjStm") || dictionary["N"] is not PdfInteger { Value: >= 0 } count || dictionary["First"] is not PdfInteger { Value: >= 0 } first
            || first.Value > bytes.Length || count.Value > first.Value / 2)
            throw new PdfFormatException(PdfFaults.ObjectStream, offset, "not an object stream");
        budget.Hold(8 * count.Value, offset);
        budget.Work(first.Value, offset);
        var index = new (int, int)[count.Value];
        var lexer = new PdfLexer(bytes.Span[..(int)first.Value], 0);
        for (var i = 0; i < index.Length; i++)
        {
            lexer.SkipWhite();
            if (!lexer.TryUnsigned(7, out var number)) throw new PdfFormatException(PdfFaults.ObjectStream, offset, "an object stream's index has no number");
            lexer.SkipWhite();
            if (!lexer.TryUnsigned(9, out var at) || at > bytes.Length - first.Value) throw new PdfFormatException(PdfFaults.ObjectStream, offset, "an object stream's index has no place");
            index[i] = ((int)number, (int)(first.Value + at));
        }

        return new ObjectStream(bytes, index, offset);
    }

    public PdfObject Read(XrefEntry entry, ReadBudget budget)
    {
        if (entry.Detail >= index.Length || index[entry.Detail].Number != entry.Number)
            throw new PdfFormatException(PdfFaults.ObjectStream, offset, $"object {entry.Number} is not where its stream should have it");
        var parser = new PdfParser(bytes, index[entry.Detail].Offset, budget, inFile: false);
        var start = parser.Lexer.Position;
        var value = parser.ReadObject();
        budget.Work(parser.Lexer.Position - start, offset);
        return value;
    }
}
