using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

internal sealed record SequenceEntry(int Number, string Key, DateTimeOffset At) : ILedgerEntry;

/// <summary>One agency's day: <c>sequences/{agency}/{yyMMdd}/{page:0000}.json</c>; without a witness, since a code proves nothing.</summary>
internal sealed class SequenceBook(string agency, string day) : LedgerBook<SequenceEntry>($"{Prefix}{agency}/{day}")
{
    public const string Prefix = "sequences/";

    public override byte[] Serialize(LedgerPage<SequenceEntry> page) =>
        StoredJson.Serialize(new SequencePage(SequencePage.CurrentSchema, agency, day, page.Page, page.Closed, page.Entries));

    public override byte[] Unchanging(SequenceEntry entry) => StoredJson.Serialize(entry);

    public override string? Fault(SequenceEntry? previous, SequenceEntry entry) => null;

    protected override LedgerPage<SequenceEntry> Deserialize(Blob blob)
    {
        var page = StoredJson.Parse<SequencePage>(blob.Path, blob.Content.Span);
        if (page.Agency != agency || page.Day != day)
            throw new IntegrityException(blob.Path, $"is of {page.Agency}, {page.Day}");
        return new LedgerPage<SequenceEntry>(page.Page, page.Closed, Shut: false, page.Entries);
    }

    private sealed record SequencePage(int Schema, string Agency, string Day, int Page, bool Closed, IReadOnlyList<SequenceEntry> Entries) : IStoredRecord
    {
        public static int CurrentSchema => 1;
    }
}
