using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>
/// One link of the chain. <see cref="Hash"/> is the SHA-256 of the entry as it is stored with the hash member left out;
/// <see cref="Prev"/> is the hash of the entry before, 64 zeros in the first.
/// </summary>
internal sealed record AuditEntry(
    int Seq,
    DateTimeOffset At,
    string Agency,
    string Actor,
    string Role,
    string Action,
    string Subject,
    IReadOnlyDictionary<string, string> Details,
    string Key,
    string Prev,
    string Hash) : ILedgerEntry
{
    int ILedgerEntry.Number => Seq;

    public static AuditEntry After(AuditEntry? previous, AuditEvent what, DateTimeOffset at)
    {
        // Sorted, so that the same event is the same bytes.
        var details = new SortedDictionary<string, string>(what.Details.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        var entry = new AuditEntry(
            (previous?.Seq ?? 0) + 1, at.ToUniversalTime(), what.Agency, what.Actor, what.Role, what.Action, what.Subject,
            details, what.Key, previous?.Hash ?? Start, "");
        return entry with { Hash = entry.ComputeHash() };
    }

    public static readonly string Start = new('0', 64);

    public string ComputeHash() => Convert.ToHexStringLower(SHA256.HashData(StoredJson.Serialize(
        new Unhashed(Seq, At, Agency, Actor, Role, Action, Subject, Details, Key, Prev))));

    private sealed record Unhashed(
        int Seq,
        DateTimeOffset At,
        string Agency,
        string Actor,
        string Role,
        string Action,
        string Subject,
        IReadOnlyDictionary<string, string> Details,
        string Key,
        string Prev);
}

/// <summary>The pages of one agency's audit trail: <c>audit/{agency}/{page:0000}.json</c>.</summary>
internal sealed class AuditBook(string agency) : LedgerBook<AuditEntry>($"{Prefix}{agency}")
{
    public const string Prefix = "audit/";

    public override byte[] Serialize(LedgerPage<AuditEntry> page) =>
        StoredJson.Serialize(new AuditPage(AuditPage.CurrentSchema, agency, page.Page, page.Closed, page.Entries));

    public override byte[] Unchanging(AuditEntry entry) => Encoding.ASCII.GetBytes(entry.Hash);

    public override string? Fault(AuditEntry? previous, AuditEntry entry)
    {
        if (entry.Agency != agency)
            return $"is of agency {entry.Agency}";
        if (previous is null ? entry.Seq == 1 && entry.Prev != AuditEntry.Start : entry.Prev != previous.Hash)
            return "does not continue the chain";
        return entry.Hash == entry.ComputeHash() ? null : "its hash is not that of its content";
    }

    protected override LedgerPage<AuditEntry> Deserialize(Blob blob)
    {
        var page = StoredJson.Parse<AuditPage>(blob.Path, blob.Content.Span);
        if (page.Agency != agency)
            throw new IntegrityException(blob.Path, $"is of agency {page.Agency}");
        return new LedgerPage<AuditEntry>(page.Page, page.Closed, Shut: false, page.Entries);
    }

    private sealed record AuditPage(int Schema, string Agency, int Page, bool Closed, IReadOnlyList<AuditEntry> Entries) : IStoredRecord
    {
        public static int CurrentSchema => 1;
    }
}
