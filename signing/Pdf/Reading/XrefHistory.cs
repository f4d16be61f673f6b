namespace ECopy.Signing.Pdf.Reading;

/// <summary>Every definition that any revision gave to any object number, so that each revision's view costs no table of its own.</summary>
internal sealed class XrefHistory
{
    private readonly Dictionary<int, int> latest = [];
    private readonly List<Definition> definitions = [];

    public int NextNumber { get; private set; } = 1;

    public IEnumerable<int> Numbers => latest.Keys;

    public Definition this[int slot] => definitions[slot];

    /// <summary>The definition that holds in that revision, or -1.</summary>
    public int Find(int number, int revision)
    {
        if (!latest.TryGetValue(number, out var slot)) return -1;
        while (slot >= 0 && definitions[slot].Revision > revision) slot = definitions[slot].Before;
        return slot;
    }

    /// <summary>Adds the entries of the next revision; gives what it really changes.</summary>
    public (HashSet<int> Defined, HashSet<int> Freed) Add(RevisionPart part, int revision)
    {
        var entries = new Dictionary<int, XrefEntry>();
        foreach (var section in part.Sections)
        {
            foreach (var (number, entry) in section.Entries) entries.TryAdd(number, entry);
            if (section.Trailer["Size"] is PdfInteger { Value: > 0 and <= XrefEntry.HighestNumber } size) NextNumber = Math.Max(NextNumber, (int)size.Value);
        }

        HashSet<int> defined = [];
        HashSet<int> freed = [];
        // Objects in streams last: they are changed when their stream is, even if their own entry repeats.
        foreach (var entry in entries.Values.Where(one => one.Kind != XrefKind.InStream).Concat(entries.Values.Where(one => one.Kind == XrefKind.InStream)))
        {
            NextNumber = Math.Max(NextNumber, entry.Number + 1);
            var before = Find(entry.Number, revision);
            var same = before >= 0 && definitions[before].Entry == entry;
            if (same && !(entry.Kind == XrefKind.InStream && entry.Position <= XrefEntry.HighestNumber && defined.Contains((int)entry.Position))) continue;
            if (entry.Kind != XrefKind.Free) defined.Add(entry.Number);
            else if (before >= 0 && definitions[before].Entry.Kind != XrefKind.Free) freed.Add(entry.Number);
            latest[entry.Number] = definitions.Count;
            definitions.Add(new Definition(entry, revision, before));
        }

        return (defined, freed);
    }

    internal readonly record struct Definition(XrefEntry Entry, int Revision, int Before);
}
