namespace ECopy.Signing.Pdf.Reading;

/// <summary>One cross-reference table or stream with its trailer (ISO 32000-2, 7.5.4, 7.5.5, 7.5.8).</summary>
/// <param name="End">Behind the trailer dictionary, or behind the stream's endobj.</param>
internal sealed record XrefSection(long Offset, long End, XrefForm Form, PdfDictionary Trailer, IReadOnlyDictionary<int, XrefEntry> Entries)
{
    /// <summary>The section that stands at this offset.</summary>
    public static XrefSection Read(ReadOnlyMemory<byte> file, long offset, ReadBudget budget)
    {
        if (offset < 0 || offset >= file.Length) throw new PdfFormatException(PdfFaults.Xref, offset, "a cross-reference section outside the file");
        var lexer = new PdfLexer(file.Span, (int)offset);
        lexer.SkipWhite();
        return lexer.TryKeyword("xref"u8) ? ReadTable(file, offset, lexer.Position, budget) : ReadStream(file, offset, budget);
    }

    private static XrefSection ReadTable(ReadOnlyMemory<byte> file, long offset, int position, ReadBudget budget)
    {
        var lexer = new PdfLexer(file.Span, position);
        var entries = new Dictionary<int, XrefEntry>();
        while (true)
        {
            lexer.SkipSpace();
            if (lexer.TryBytes("trailer"u8)) break;
            if (!lexer.TryUnsigned(10, out var first)) throw lexer.Fault("neither a subsection nor a trailer", PdfFaults.Xref);
            lexer.SkipWhite();
            if (!lexer.TryUnsigned(10, out var count)) throw lexer.Fault("a subsection without a count", PdfFaults.Xref);
            if (first + count > XrefEntry.HighestNumber + 1L) throw lexer.Fault("a subsection with numbers that are too high", PdfFaults.Xref);
            for (var number = (int)first; number < first + count; number++) Add(entries, ReadEntry(ref lexer, number), budget, lexer.Position);
        }

        var parser = new PdfParser(file, lexer.Position, budget);
        var trailer = parser.ReadDictionary();
        budget.Work(parser.Lexer.Position - position, offset);
        CheckTrailer(trailer, offset);
        if (trailer["XRefStm"] is not { } hidden)
            return new XrefSection(offset, parser.Lexer.Position, XrefForm.Table, trailer, entries);

        if (hidden is not PdfInteger { Value: >= 0 } at || at.Value >= file.Length) throw new PdfFormatException(PdfFaults.Xref, offset, "an /XRefStm outside the file");
        var stream = ReadStream(file, at.Value, budget);
        return new XrefSection(offset, parser.Lexer.Position, XrefForm.Hybrid, trailer, Merge(entries, stream, offset)) { HiddenOffset = at.Value };
    }

    /// <summary>Where a hybrid section's stream stands.</summary>
    public long? HiddenOffset { get; private init; }

    private static XrefEntry ReadEntry(ref PdfLexer lexer, int number)
    {
        // 7.5.4: ten digits, space, five digits, space, n or f, two bytes of end of line. Some write one byte only.
        lexer.SkipWhite();
        var start = lexer.Position;
        if (lexer.TryUnsigned(10, out var position) && lexer.Position == start + 10 && lexer.TryBytes(" "u8)
            && lexer.TryUnsigned(5, out var generation) && lexer.Position == start + 16 && lexer.TryBytes(" "u8))
        {
            var free = lexer.TryKeyword("f"u8);
            if (free || lexer.TryKeyword("n"u8))
                return new XrefEntry(number, free ? XrefKind.Free : XrefKind.InFile, position, (int)generation);
        }

        throw lexer.Fault("not a cross-reference entry", PdfFaults.Xref);
    }

    private static XrefSection ReadStream(ReadOnlyMemory<byte> file, long offset, ReadBudget budget)
    {
        var parser = new PdfParser(file, (int)offset, budget);
        var read = parser.ReadIndirect(lengthOf: null);
        if (read.Value is not PdfStream stream || !stream.Dictionary.Is("Type", "XRef"))
            throw new PdfFormatException(PdfFaults.Xref, offset, "neither a cross-reference table nor a stream");
        var dictionary = stream.Dictionary;
        CheckTrailer(dictionary, offset);
        var widths = Integers(dictionary["W"], offset);
        if (widths.Count != 3 || widths.Any(width => width is < 0 or > 8) || widths[1] == 0)
            throw new PdfFormatException(PdfFaults.Xref, offset, "a cross-reference stream with impossible widths");
        var ranges = dictionary.Contains("Index") ? Integers(dictionary["Index"], offset) : [0, Integer(dictionary, "Size", offset)];
        if (ranges.Count % 2 != 0) throw new PdfFormatException(PdfFaults.Xref, offset, "an odd /Index");
        var bytes = StreamDecoder.Decode(stream, value => value ?? PdfNull.Instance, budget, offset).Span;
        var entries = new Dictionary<int, XrefEntry>();
        var size = (int)widths.Sum();
        for (var i = 0; i < ranges.Count; i += 2)
        {
            var (first, count) = (ranges[i], ranges[i + 1]);
            if (first < 0 || count < 0 || first > XrefEntry.HighestNumber || count > XrefEntry.HighestNumber + 1L - first)
                throw new PdfFormatException(PdfFaults.Xref, offset, "an /Index that cannot be");
            if (count > bytes.Length / size) throw new PdfFormatException(PdfFaults.Xref, offset, "a cross-reference stream that is too short");
            for (var number = (int)first; number < first + count; number++)
            {
                if (ReadEntry(bytes, widths, number, offset) is { } entry) Add(entries, entry, budget, offset);
                bytes = bytes[size..];
            }
        }

        return new XrefSection(offset, read.Span.End, XrefForm.Stream, dictionary, entries);
    }

    private static XrefEntry? ReadEntry(ReadOnlySpan<byte> bytes, IReadOnlyList<long> widths, int number, long offset)
    {
        var kind = widths[0] == 0 ? 1 : Field(bytes, 0, widths[0]);
        var second = Field(bytes, widths[0], widths[1]);
        var third = Field(bytes, widths[0] + widths[1], widths[2]);
        // 7.5.8.3: an entry of any other type is a reference to the null object.
        if (kind > 2) return null;
        if (second > long.MaxValue || third > int.MaxValue) throw new PdfFormatException(PdfFaults.Xref, offset, "a cross-reference entry out of range");
        return new XrefEntry(number, (XrefKind)kind, (long)second, (int)third);
    }

    private static ulong Field(ReadOnlySpan<byte> bytes, long start, long width)
    {
        ulong value = 0;
        foreach (var part in bytes.Slice((int)start, (int)width)) value = value << 8 | part;
        return value;
    }

    /// <summary>
    /// 7.5.8.4: the stream of a hybrid file shows what the table hides (as free) or leaves out. Two different
    /// definitions of one object would let readers of different age see different documents.
    /// </summary>
    private static Dictionary<int, XrefEntry> Merge(Dictionary<int, XrefEntry> table, XrefSection stream, long offset)
    {
        foreach (var (number, hidden) in stream.Entries)
        {
            if (!table.TryGetValue(number, out var shown) || shown.Kind == XrefKind.Free) table[number] = hidden;
            else if (hidden.Kind != XrefKind.Free && hidden != shown) throw new PdfFormatException(PdfFaults.Xref, offset, $"table and stream differ about object {number}");
        }

        return table;
    }

    private static void Add(Dictionary<int, XrefEntry> entries, XrefEntry entry, ReadBudget budget, long offset)
    {
        budget.CountEntry(offset);
        if (entry.Number == 0 && entry.Kind != XrefKind.Free) throw new PdfFormatException(PdfFaults.Xref, offset, "object 0 is not free");
        if (!entries.TryAdd(entry.Number, entry) && entries[entry.Number] != entry)
            throw new PdfFormatException(PdfFaults.Xref, offset, $"one section defines object {entry.Number} twice");
    }

    private static void CheckTrailer(PdfDictionary trailer, long offset)
    {
        if (trailer.Contains("Encrypt")) throw new PdfFormatException(PdfFaults.Encrypted, offset, "the file is encrypted");
        if (trailer.RepeatedKeys.Count > 0) throw new PdfFormatException(PdfFaults.Trailer, offset, $"the trailer has /{trailer.RepeatedKeys[0]} twice");
        if (trailer["Prev"] is not (null or PdfInteger)) throw new PdfFormatException(PdfFaults.Trailer, offset, "/Prev is not an integer");
    }

    private static IReadOnlyList<long> Integers(PdfObject? value, long offset) =>
        value is PdfArray array && array.All(item => item is PdfInteger)
            ? [.. array.Select(item => ((PdfInteger)item).Value)]
            : throw new PdfFormatException(PdfFaults.Xref, offset, "a cross-reference stream lacks its integers");

    private static long Integer(PdfDictionary dictionary, string key, long offset) =>
        dictionary[key] is PdfInteger integer ? integer.Value : throw new PdfFormatException(PdfFaults.Xref, offset, $"no integer /{key}");
}
