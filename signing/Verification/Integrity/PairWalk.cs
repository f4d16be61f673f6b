using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>
/// Walks two revisions side by side, along every reference, and says where they differ. An object is looked at once; where a path
/// leads to one with rights of its own, <paramref name="takes"/> takes over.
/// </summary>
/// <param name="takes">Given an object to which both lead; true when somebody else compares it.</param>
/// <param name="differs">Given the number of the object in which something differs (0: the trailer), and what.</param>
/// <param name="known">Objects that an earlier walk found to be the same, with all that they lead to.</param>
internal sealed class PairWalk(
    PdfRevision before,
    PdfRevision after,
    Func<PdfReference, PdfObject, PdfObject, bool> takes,
    Action<int, string> differs,
    IReadOnlySet<int>? known = null)
{
    private const int PairWork = 48;
    private const int MostOpen = 1 << 20;
    private const string AsSuch = "";

    private readonly HashSet<int> seen = [];
    private readonly Stack<(PdfObject? Old, PdfObject? Now, int Owner, string Key)> open = [];

    /// <summary>Puts off comparing these two until <see cref="Run"/>.</summary>
    public void Add(PdfObject? old, PdfObject? now, int owner, string key)
    {
        // Counted when it is put off, so that neither time nor memory is without a bound.
        before.Budget.Work(PairWork, before.XrefOffset);
        if (open.Count == MostOpen) throw new PdfFormatException(PdfFaults.TooMuchMemory, before.XrefOffset, "comparing two revisions takes too much memory");
        open.Push((old, now, owner, key));
    }

    /// <summary>Every object that the walk came to.</summary>
    public IReadOnlySet<int> Seen => seen;

    public void Run()
    {
        while (open.TryPop(out var pair)) Compare(pair.Old, pair.Now, pair.Owner, pair.Key);
    }

    private void Compare(PdfObject? old, PdfObject? now, int owner, string key)
    {
        switch (old, now)
        {
            // Both revisions share what neither changed; only what it leads to may differ.
            case (PdfArray or PdfDictionary or PdfStream, _) when ReferenceEquals(old, now):
                foreach (var reference in ObjectComparison.References(old)) Follow(reference, owner, key);
                break;
            case (PdfReference was, PdfReference reference) when was.Equals(reference):
                if (seen.Add(reference.Number)) Visit(reference);
                break;
            case (PdfReference, PdfReference):
                differs(owner, Named(owner, key));
                break;
            // The same thing written directly or as an object of its own.
            case (PdfReference was, _):
                Compare(before.Resolve(was), now, owner, key);
                break;
            case (_, PdfReference reference):
                Compare(old, after.Resolve(reference), owner, key);
                break;
            case (PdfArray was, PdfArray array) when was.Count == array.Count:
                for (var i = 0; i < was.Count; i++) Descend(was[i], array[i], owner, key);
                break;
            case (PdfDictionary was, PdfDictionary dictionary):
                CompareKeys(was, dictionary, owner, key);
                break;
            case (PdfStream was, PdfStream stream) when was.Encoded.Span.SequenceEqual(stream.Encoded.Span):
                CompareKeys(was.Dictionary, stream.Dictionary, owner, key);
                break;
            case (PdfArray or PdfDictionary or PdfStream, _):
                differs(owner, Named(owner, key));
                break;
            default:
                if (!ObjectComparison.Same(old, now)) differs(owner, Named(owner, key));
                break;
        }
    }

    private void Visit(PdfReference reference)
    {
        var (old, now) = (before.Resolve(reference), after.Resolve(reference));
        if (!takes(reference, old, now)) Compare(old, now, reference.Number, AsSuch);
    }

    private void CompareKeys(PdfDictionary old, PdfDictionary now, int owner, string key)
    {
        foreach (var (name, value) in old) Descend(value, now[name], owner, key.Length == 0 ? name : key);
        foreach (var (name, value) in now)
        {
            if (!old.Contains(name)) Descend(null, value, owner, key.Length == 0 ? name : key);
        }
    }

    private void Follow(PdfReference reference, int owner, string key)
    {
        if (!seen.Contains(reference.Number) && known?.Contains(reference.Number) is not true) Add(reference, reference, owner, key);
    }

    // Numbers, names and strings need no place in the queue.
    private void Descend(PdfObject? old, PdfObject? now, int owner, string key)
    {
        if (old is PdfReference was && was.Equals(now)) Follow(was, owner, key);
        else if (old is PdfReference or PdfArray or PdfDictionary or PdfStream || now is PdfReference) Add(old, now, owner, key);
        else if (!ObjectComparison.Same(old, now)) differs(owner, Named(owner, key));
    }

    public static string Named(int owner, string key) => (owner, key) switch
    {
        (0, _) => $"/{key} of the trailer was changed",
        (_, "") => $"object {owner} was changed",
        _ => $"/{key} of object {owner} was changed",
    };
}
