using System.Text.Json.Serialization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>The pages of one book: <c>register/{agency}/{year}/{book}/{page:0000}.json</c>.</summary>
internal sealed class RegisterPages(string agency, RegisterBook book) : LedgerBook<RegisterEntry>(RootOf(agency, book))
{
    public const string Prefix = BlobPaths.Registers;

    public string Agency { get; } = agency;

    public RegisterBook Name { get; } = book;

    public static string RootOf(string agency, RegisterBook book) => $"{Prefix}{agency}/{book.Year:0000}/{book.PathSegment}";

    public override byte[] Serialize(LedgerPage<RegisterEntry> page) =>
        StoredJson.Serialize(new RegisterPage(
            RegisterPage.CurrentSchema, Agency, Name.Name, page.Page, page.Closed, page.Entries, page.Shut));

    /// <summary>What was reserved. The state and what comes with it are held by the audit trail instead.</summary>
    public override byte[] Unchanging(RegisterEntry entry) =>
        StoredJson.Serialize(entry with { State = RegisterState.Reserved, Sha256 = null, Reason = null, At = DateTimeOffset.UnixEpoch });

    public override string? Fault(RegisterEntry? previous, RegisterEntry entry)
    {
        if (entry.Date < previous?.Date)
            return $"its date {entry.Date:yyyy-MM-dd} is before {previous.Date:yyyy-MM-dd} of the number before";
        if (entry.Date.Year != Name.Year)
            return $"its date {entry.Date:yyyy-MM-dd} is not of the book's year";
        return entry.State switch
        {
            RegisterState.Reserved when entry is { Sha256: not null } or { Reason: not null } => "is reserved but has a digest or a reason",
            RegisterState.Issued when !IsDigest(entry.Sha256) => "is issued without the copy's digest",
            RegisterState.Issued when entry.Reason is not null => "is issued but has a reason",
            RegisterState.Void when string.IsNullOrWhiteSpace(entry.Reason) => "is void without a reason",
            RegisterState.Void when entry.Sha256 is not null => "is void but has a digest",
            _ => null,
        };
    }

    public static bool IsDigest(string? value) => value is { Length: 64 } && value.All(char.IsAsciiHexDigitLower);

    protected override LedgerPage<RegisterEntry> Deserialize(Blob blob)
    {
        var page = StoredJson.Parse<RegisterPage>(blob.Path, blob.Content.Span);
        if (page.Agency != Agency)
            throw new IntegrityException(blob.Path, $"is of agency {page.Agency}");
        if (page.Book != Name.Name)
            throw new IntegrityException(blob.Path, $"is of book {page.Book}");
        return new LedgerPage<RegisterEntry>(page.Page, page.Closed, page.Shut, page.Entries);
    }
}

internal sealed record RegisterPage(
    int Schema,
    string Agency,
    string Book,
    int Page,
    bool Closed,
    IReadOnlyList<RegisterEntry> Entries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Shut = false) : IStoredRecord
{
    public static int CurrentSchema => 1;
}
