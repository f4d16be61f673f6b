using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;

namespace ECopy.Functions.Register;

/// <summary>What the audit trails say about numbers and blobs.</summary>
internal sealed class TrailFindings
{
    private readonly Dictionary<(string Book, int Number), Dictionary<string, NumberEvent>> numbers = [];

    public int Count { get; private set; }

    public Dictionary<string, ExpectedBlob> Blobs { get; } = new(StringComparer.Ordinal);

    public IEnumerable<((string Book, int Number) Key, Dictionary<string, NumberEvent> Events)> Numbers =>
        numbers.Select(pair => (pair.Key, pair.Value));

    public IReadOnlyDictionary<string, NumberEvent> EventsOf(string book, int number) =>
        numbers.GetValueOrDefault((book, number)) ?? [];

    public void Add(StoredPage<AuditEntry> page)
    {
        foreach (var entry in page.Content.Entries)
        {
            Count++;
            AddBlob(page.Path, entry);
            if (entry.Action is RegisterEvents.Reserved or RegisterEvents.Issued or RegisterEvents.Voided)
                AddNumber(page.Path, entry);
        }
    }

    private void AddBlob(string path, AuditEntry entry)
    {
        if (entry.Details.TryGetValue(AuditedBlobs.Purged, out var purged))
            Blobs.Remove(purged);
        if (entry.Details.TryGetValue(AuditedBlobs.Blob, out var blob) && entry.Details.TryGetValue(AuditedBlobs.Sha256, out var sha256))
            Blobs[blob] = new ExpectedBlob(blob, sha256, $"{path} (entry {entry.Seq})");
    }

    private void AddNumber(string path, AuditEntry entry)
    {
        if (!RegisterBook.TryParse(entry.Details.GetValueOrDefault(RegisterEvents.Book), out var book)
            || !int.TryParse(entry.Details.GetValueOrDefault(RegisterEvents.Number), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !entry.Details.TryGetValue(RegisterEvents.Entry, out var digest))
            throw new IntegrityException(path, $"entry {entry.Seq} does not name its register entry");
        var key = (RegisterPages.RootOf(entry.Agency, book), number);
        if (!numbers.TryGetValue(key, out var events))
            numbers.Add(key, events = new Dictionary<string, NumberEvent>(StringComparer.Ordinal));
        if (!events.TryAdd(entry.Action, new NumberEvent(digest, path, entry.Seq)))
            throw new IntegrityException(path, $"entry {entry.Seq} repeats {entry.Action} of number {number}");
    }

    /// <param name="Digest">Of the register entry in the state that the event tells of.</param>
    internal sealed record NumberEvent(string Digest, string Path, int Seq);
}
