namespace ECopy.Signing.Pdf;

/// <summary>A piece of a file: from the first byte up to, not including, the byte at <paramref name="End"/>.</summary>
public readonly record struct SourceSpan(long Start, long End)
{
    public long Length => End - Start;

    public bool Contains(SourceSpan other) => Start <= other.Start && other.End <= End;
}

/// <summary>
/// The bytes of a dictionary that was read, from its <c>&lt;&lt;</c> to its <c>&gt;&gt;</c>. Kept for every dictionary with a
/// /ByteRange, and for all below an object read by <c>PdfDocument.ParseAt</c> or <c>PdfRevision.Source</c>.
/// </summary>
/// <param name="Span">The dictionary's own bytes.</param>
/// <param name="Entries">Every entry as written, repeated keys too.</param>
public sealed record DictionarySource(SourceSpan Span, IReadOnlyList<EntrySource> Entries)
{
    /// <summary>The bytes of the value of this key (the last, where it is repeated), or null.</summary>
    public SourceSpan? ValueOf(string key)
    {
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Key == key) return Entries[i].Value;
        }

        return null;
    }
}

/// <summary>One entry of a dictionary as written.</summary>
/// <param name="Key">The key without its slash, decoded.</param>
/// <param name="KeySpan">The key's bytes, slash included.</param>
/// <param name="Value">The value's bytes; for a reference all of <c>12 0 R</c>.</param>
public readonly record struct EntrySource(string Key, SourceSpan KeySpan, SourceSpan Value);
