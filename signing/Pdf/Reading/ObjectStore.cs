namespace ECopy.Signing.Pdf.Reading;

/// <summary>
/// Reads objects by their definition and keeps them, so that an object which two revisions share is one instance.
/// </summary>
internal sealed class ObjectStore(ReadOnlyMemory<byte> file, XrefHistory history, IReadOnlyList<RevisionPart> parts, ReadBudget budget)
{
    private const int LongestChain = 32;

    /// <summary>A stream needs its length, which may need an object stream, which needs its own; honest files go no further.</summary>
    private const int DeepestNeed = 16;

    private readonly Dictionary<int, PdfObject> objects = [];
    private readonly Dictionary<int, ObjectStream> streams = [];
    private readonly HashSet<int> reading = [];

    public XrefHistory History { get; } = history;

    public ReadBudget Budget { get; } = budget;

    public PdfObject Resolve(PdfObject? value, int revision)
    {
        for (var links = 0; value is PdfReference reference; links++)
        {
            if (links == LongestChain) throw new PdfFormatException(PdfFaults.Loop, 0, $"references that lead nowhere from {reference}");
            value = Get(reference, revision);
        }

        return value ?? PdfNull.Instance;
    }

    /// <summary>The definition behind a reference in that revision, or -1: free, undefined, or of another generation (7.3.10).</summary>
    public int Slot(PdfReference reference, int revision)
    {
        var slot = History.Find(reference.Number, revision);
        return slot >= 0 && History[slot].Entry is { Kind: not XrefKind.Free } entry && entry.Generation == reference.Generation ? slot : -1;
    }

    private PdfObject Get(PdfReference reference, int revision)
    {
        var slot = Slot(reference, revision);
        if (slot < 0) return PdfNull.Instance;
        var definition = History[slot];
        // An object must not change because something that only its bytes depend on was redefined without it.
        if (definition.Entry.Kind == XrefKind.InStream) CheckSame((int)Math.Min(definition.Entry.Position, int.MaxValue), definition.Revision, revision, reference);
        var value = Load(slot);
        if (value is PdfStream { Dictionary: var dictionary } && dictionary["Length"] is PdfReference length)
            CheckSame(length.Number, definition.Revision, revision, reference);
        return value;
    }

    private void CheckSame(int number, int home, int revision, PdfReference reference)
    {
        if (home != revision && History.Find(number, home) != History.Find(number, revision))
            throw new PdfFormatException(PdfFaults.Revision, 0, $"a later revision redefines object {number}, on which the bytes of {reference} depend");
    }

    private PdfObject Load(int slot)
    {
        if (objects.TryGetValue(slot, out var known)) return known;
        var (entry, revision, _) = History[slot];
        if (reading.Count == DeepestNeed) throw new PdfFormatException(PdfFaults.TooDeep, entry.Position, $"reading object {entry.Number} needs too many others");
        if (!reading.Add(slot)) throw new PdfFormatException(PdfFaults.Loop, entry.Position, $"reading object {entry.Number} needs itself");
        try
        {
            var value = entry.Kind == XrefKind.InFile ? ReadAt(entry, revision, everySpan: false).Value : ReadInStream(entry, revision);
            objects[slot] = value;
            return value;
        }
        finally
        {
            reading.Remove(slot);
        }
    }

    /// <summary>The object with the places of all its dictionaries; null when it is in an object stream.</summary>
    public PdfSource? Source(int slot)
    {
        var (entry, revision, _) = History[slot];
        return entry.Kind == XrefKind.InFile ? ReadAt(entry, revision, everySpan: true) : null;
    }

    /// <summary>The object that begins there, as that revision sees the file.</summary>
    public PdfSource ReadAt(long position, int revision, bool everySpan)
    {
        var view = file[..(int)parts[revision].Marker.End];
        if (position < 0 || position >= view.Length) throw new PdfFormatException(PdfFaults.Object, position, "an object outside its revision");
        var parser = new PdfParser(view, (int)position, Budget, everySpan);
        return parser.ReadIndirect(length => Resolve(length, revision) is PdfInteger integer
            ? integer.Value
            : throw new PdfFormatException(PdfFaults.StreamLength, position, "a stream's length is no integer"));
    }

    private PdfSource ReadAt(XrefEntry entry, int revision, bool everySpan)
    {
        var read = ReadAt(entry.Position, revision, everySpan);
        if (read.Reference.Number != entry.Number || read.Reference.Generation != entry.Generation)
            throw new PdfFormatException(PdfFaults.Object, entry.Position, $"object {entry.Number} is not where the cross-reference says");
        return read;
    }

    private PdfObject ReadInStream(XrefEntry entry, int revision)
    {
        var container = entry.Position <= XrefEntry.HighestNumber ? History.Find((int)entry.Position, revision) : -1;
        // 7.5.7: a container is never itself inside one.
        if (container < 0 || History[container].Entry.Kind != XrefKind.InFile)
            throw new PdfFormatException(PdfFaults.ObjectStream, 0, $"object {entry.Number} lies in a stream that is not there");
        if (!streams.TryGetValue(container, out var stream))
        {
            var at = History[container].Entry.Position;
            if (Load(container) is not PdfStream found) throw new PdfFormatException(PdfFaults.ObjectStream, at, "an object stream that is no stream");
            stream = ObjectStream.Open(found, Decode(found, revision, at), Budget, at);
            streams[container] = stream;
        }

        return stream.Read(entry, Budget);
    }

    public ReadOnlyMemory<byte> Decode(PdfStream stream, int revision, long offset) =>
        StreamDecoder.Decode(stream, value => Resolve(value, revision), Budget, offset);
}
