namespace ECopy.Signing.Pdf.Reading;

/// <summary>Reads objects (ISO 32000-2, 7.3) from a piece of a file, or from a decoded object stream.</summary>
/// <param name="source">Begins at offset 0 of the file; ends where the reader may not look further.</param>
/// <param name="everySpan">Keeps the places of every dictionary, not only of those with a /ByteRange.</param>
/// <param name="inFile">Whether positions are positions in the file; in an object stream no place is kept.</param>
internal ref struct PdfParser(ReadOnlyMemory<byte> source, int position, ReadBudget budget, bool everySpan = false, bool inFile = true)
{
    private const int IntegerBytes = 32;
    private const int StringBytes = 72;
    private const int NameBytes = 88;
    private const int ArrayBytes = 112;
    private const int DictionaryBytes = 240;
    private const int EntryBytes = 72;

    private readonly ReadOnlyMemory<byte> source = source;
    private readonly ReadBudget budget = budget;
    private readonly bool everySpan = everySpan;
    private readonly bool inFile = inFile;
    private readonly List<EntrySource> entries = [];
    private int skipped;

    public PdfLexer Lexer = new(source.Span, position);

    /// <summary>
    /// <c>12 0 obj … endobj</c>. A /Length that is a reference is asked of <paramref name="lengthOf"/>; without it, it is an error.
    /// </summary>
    public PdfSource ReadIndirect(Func<PdfReference, long>? lengthOf)
    {
        var begin = Lexer.Position;
        try
        {
            Lexer.SkipWhite();
            var start = Lexer.Position;
            if (!Lexer.TryUnsigned(10, out var number) || number is 0 or > XrefEntry.HighestNumber) throw Lexer.Fault("no object here", PdfFaults.Object);
            Lexer.SkipSpace();
            if (!Lexer.TryUnsigned(5, out var generation) || generation > XrefEntry.HighestGeneration) throw Lexer.Fault("no object here", PdfFaults.Object);
            Lexer.SkipSpace();
            if (!Lexer.TryKeyword("obj"u8)) throw Lexer.Fault("no object here", PdfFaults.Object);
            var value = ReadObject();
            Lexer.SkipSpace();
            if (value is PdfDictionary dictionary && Lexer.TryBytes("stream"u8))
            {
                value = ReadStream(dictionary, lengthOf);
                Lexer.SkipSpace();
            }

            if (!Lexer.TryKeyword("endobj"u8)) throw Lexer.Fault("the object does not end with endobj", PdfFaults.Object);
            return new PdfSource(new PdfReference((int)number, (int)generation), value, new SourceSpan(start, Lexer.Position));
        }
        finally
        {
            // A stream's bytes are stepped over, not read; what they cost is counted when they are decoded.
            budget.Work(Math.Max(0, Lexer.Position - begin - skipped), begin);
            skipped = 0;
        }
    }

    public PdfObject ReadObject(int depth = 0)
    {
        Lexer.SkipSpace();
        switch (Lexer.Peek)
        {
            case '/':
                var name = Lexer.ReadName();
                budget.Hold(NameBytes + 2 * name.Length, Lexer.Position);
                return new PdfName(name);
            case '(':
                return Text(Lexer.ReadLiteral(), hex: false);
            case '[':
                return ReadArray(depth);
            case '<':
                return Lexer.PeekNext == '<' ? ReadDictionary(depth) : Text(Lexer.ReadHex(), hex: true);
            case 't' when Lexer.TryKeyword("true"u8):
                return new PdfBoolean(true);
            case 'f' when Lexer.TryKeyword("false"u8):
                return new PdfBoolean(false);
            case 'n' when Lexer.TryKeyword("null"u8):
                return PdfNull.Instance;
            case (>= '0' and <= '9') or '+' or '-' or '.':
                budget.Hold(IntegerBytes, Lexer.Position);
                return TryReference() ?? (PdfObject)Lexer.ReadNumber();
            default:
                throw Lexer.Fault(Lexer.AtEnd ? "the file ends within an object" : "not an object");
        }
    }

    /// <summary>A dictionary, which must stand here.</summary>
    public PdfDictionary ReadDictionary(int depth = 0)
    {
        Lexer.SkipSpace();
        CheckDepth(depth);
        var start = Lexer.Position;
        if (!Lexer.TryBytes("<<"u8)) throw Lexer.Fault("no dictionary here");
        budget.Hold(DictionaryBytes, start);
        var first = entries.Count;
        var dictionary = new PdfDictionary();
        List<string>? repeated = null;
        HashSet<string>? nulls = null;
        while (true)
        {
            Lexer.SkipSpace();
            if (Lexer.TryBytes(">>"u8)) break;
            if (Lexer.Peek != '/') throw Lexer.Fault("a dictionary has something that is no key");
            var keyStart = Lexer.Position;
            var key = Lexer.ReadName();
            var keyEnd = Lexer.Position;
            Lexer.SkipSpace();
            var valueStart = Lexer.Position;
            var value = ReadObject(depth + 1);
            budget.Hold(EntryBytes + 2 * key.Length, keyStart);
            if (dictionary.Contains(key) || (nulls is not null && nulls.Contains(key))) (repeated ??= []).Add(key);
            entries.Add(new EntrySource(key, new SourceSpan(keyStart, keyEnd), new SourceSpan(valueStart, Lexer.Position)));
            // 7.3.7: a key whose value is null is absent, and yet it stood there. Taken out at the end, all at once.
            if (value is PdfNull) (nulls ??= []).Add(key);
            else dictionary[key] = value;
            if (value is not PdfNull) nulls?.Remove(key);
        }

        if (nulls is not null && nulls.Any(dictionary.Contains)) dictionary = new PdfDictionary(dictionary.Where(entry => !nulls.Contains(entry.Key)));
        if (repeated is not null) dictionary.RepeatedKeys = repeated;
        if (inFile && (everySpan || dictionary.Contains("ByteRange")))
            dictionary.Source = new DictionarySource(new SourceSpan(start, Lexer.Position), [.. entries[first..]]);
        entries.RemoveRange(first, entries.Count - first);
        return dictionary;
    }

    private PdfArray ReadArray(int depth)
    {
        CheckDepth(depth);
        budget.Hold(ArrayBytes, Lexer.Position);
        Lexer.Position++;
        var array = new PdfArray();
        while (true)
        {
            Lexer.SkipSpace();
            if (Lexer.Peek == ']') break;
            array.Add(ReadObject(depth + 1));
            budget.Hold(16, Lexer.Position);
        }

        Lexer.Position++;
        return array;
    }

    private readonly PdfString Text(byte[] bytes, bool hex)
    {
        budget.Hold(StringBytes + bytes.Length, Lexer.Position);
        return new PdfString(bytes, hex);
    }

    private PdfReference? TryReference()
    {
        var start = Lexer.Position;
        if (Lexer.TryUnsigned(10, out var number))
        {
            Lexer.SkipSpace();
            if (Lexer.TryUnsigned(5, out var generation))
            {
                Lexer.SkipSpace();
                if (Lexer.TryKeyword("R"u8))
                {
                    if (number is 0 or > XrefEntry.HighestNumber || generation > XrefEntry.HighestGeneration) throw Lexer.Fault("a reference that cannot be");
                    return new PdfReference((int)number, (int)generation);
                }
            }
        }

        Lexer.Position = start;
        return null;
    }

    private PdfStream ReadStream(PdfDictionary dictionary, Func<PdfReference, long>? lengthOf)
    {
        // 7.3.8.1: the keyword is followed by CR LF or LF; a lone CR would make the first byte uncertain.
        if (Lexer.Peek == '\r') Lexer.Position++;
        if (Lexer.Peek != '\n') throw Lexer.Fault("no line feed after stream", PdfFaults.StreamLength);
        Lexer.Position++;
        var length = dictionary["Length"] switch
        {
            PdfInteger integer => integer.Value,
            PdfReference reference when lengthOf is not null => lengthOf(reference),
            _ => throw Lexer.Fault("a stream without a length", PdfFaults.StreamLength),
        };
        if (length < 0 || length > Lexer.Length - Lexer.Position) throw Lexer.Fault("a stream longer than the file", PdfFaults.StreamLength);
        var encoded = source.Slice(Lexer.Position, (int)length);
        skipped = (int)length;
        Lexer.Position += (int)length;
        Lexer.SkipWhite();
        if (!Lexer.TryKeyword("endstream"u8)) throw Lexer.Fault("the stream does not end at its length", PdfFaults.StreamLength);
        budget.Hold(ArrayBytes, Lexer.Position);
        return new PdfStream(dictionary, encoded);
    }

    private readonly void CheckDepth(int depth)
    {
        if (depth >= budget.Limits.Depth) throw Lexer.Fault("objects are nested too deeply", PdfFaults.TooDeep);
    }
}
