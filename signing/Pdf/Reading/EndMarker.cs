namespace ECopy.Signing.Pdf.Reading;

/// <summary><c>startxref</c>, an offset, <c>%%EOF</c>: the end of a revision (ISO 32000-2, 7.5.5).</summary>
/// <param name="Start">Where <c>startxref</c> stands.</param>
/// <param name="Target">The offset it names.</param>
/// <param name="MarkerEnd">Just behind <c>%%EOF</c>.</param>
/// <param name="End">Behind the end of line that follows.</param>
internal readonly record struct EndMarker(long Start, long Target, long MarkerEnd, long End)
{
    /// <summary>The last marker of the file; a <c>startxref</c> without its <c>%%EOF</c> is a damaged end, not one to be skipped.</summary>
    public static EndMarker Last(ReadOnlySpan<byte> file)
    {
        var start = file.LastIndexOf("startxref"u8);
        if (start < 0) throw new PdfFormatException(PdfFaults.End, file.Length, "the file has no startxref");
        return At(file, start) ?? throw new PdfFormatException(PdfFaults.End, start, "the last startxref is not followed by an offset and %%EOF");
    }

    /// <summary>The marker at this place, white space and comments before it passed; null when something else stands there.</summary>
    public static EndMarker? At(ReadOnlySpan<byte> file, long position)
    {
        var lexer = new PdfLexer(file, (int)position);
        lexer.SkipSpace();
        var start = lexer.Position;
        if (!lexer.TryKeyword("startxref"u8)) return null;
        lexer.SkipWhite();
        if (!lexer.TryUnsigned(18, out var target)) return null;
        lexer.SkipWhite();
        if (!lexer.TryBytes("%%EOF"u8)) return null;
        var markerEnd = lexer.Position;
        if (lexer.Peek == '\r') lexer.Position++;
        if (lexer.Peek == '\n') lexer.Position++;
        return new EndMarker(start, target, markerEnd, lexer.Position);
    }
}
