namespace ECopy.Signing.Pdf.Reading;

/// <summary>The cross-reference sections and the end marker of one revision.</summary>
/// <param name="Sections">One; two where the file was written for fast web view (Annex F): the first page's, then the rest's.</param>
internal sealed record RevisionPart(IReadOnlyList<XrefSection> Sections, EndMarker Marker)
{
    public XrefSection Head => Sections[0];
}

/// <summary>Finds all revisions, from the last startxref back through /Prev.</summary>
internal static class RevisionChain
{
    /// <summary>Oldest first.</summary>
    public static List<RevisionPart> Read(ReadOnlyMemory<byte> file, ReadBudget budget)
    {
        var last = EndMarker.Last(file.Span);
        var parts = new List<RevisionPart>();
        var seen = new HashSet<long>();
        for (long? target = last.Target; target is { } offset;)
        {
            if (parts.Count == budget.Limits.Revisions) throw new PdfFormatException(PdfFaults.TooManyRevisions, offset, "the file has too many revisions");
            var part = ReadPart(file, offset, seen, budget);
            // Every revision lies behind the one it follows. Were an end found elsewhere, signed bytes could be given another meaning.
            var mustEnd = parts.Count == 0 ? last.MarkerEnd : parts[^1].Sections.Min(section => section.Offset);
            if (parts.Count == 0 ? part.Marker.MarkerEnd != mustEnd : part.Marker.MarkerEnd > mustEnd)
                throw new PdfFormatException(PdfFaults.Revision, offset, "a revision does not end where it should");
            parts.Add(part);
            target = Prev(part.Sections[^1]);
        }

        parts.Reverse();
        for (var i = 0; i < parts.Count; i++) CheckHidden(parts[i], i == 0 ? 0 : parts[i - 1].Marker.End);
        return parts;
    }

    private static RevisionPart ReadPart(ReadOnlyMemory<byte> file, long offset, HashSet<long> seen, ReadBudget budget)
    {
        var head = ReadSection(file, offset, seen, budget);
        if (EndMarker.At(file.Span, head.End) is { } marker && marker.Target == offset) return new RevisionPart([head], marker);
        // Annex F: the first page's section stands at the front and names the other one, which stands at the end.
        if (Prev(head) is { } rest && rest > offset)
        {
            var main = ReadSection(file, rest, seen, budget);
            if (EndMarker.At(file.Span, main.End) is { } end && end.Target == offset) return new RevisionPart([head, main], end);
        }

        throw new PdfFormatException(PdfFaults.Revision, offset, "a cross-reference section without its end of file");
    }

    private static XrefSection ReadSection(ReadOnlyMemory<byte> file, long offset, HashSet<long> seen, ReadBudget budget)
    {
        if (!seen.Add(offset)) throw new PdfFormatException(PdfFaults.XrefLoop, offset, "the cross-reference sections form a loop");
        return XrefSection.Read(file, offset, budget);
    }

    private static void CheckHidden(RevisionPart part, long start)
    {
        foreach (var section in part.Sections)
        {
            if (section.HiddenOffset is { } hidden && (hidden < start || hidden >= part.Marker.Start))
                throw new PdfFormatException(PdfFaults.Revision, section.Offset, "an /XRefStm outside its revision");
        }
    }

    private static long? Prev(XrefSection section) => section.Trailer["Prev"] is PdfInteger prev ? prev.Value : null;
}
