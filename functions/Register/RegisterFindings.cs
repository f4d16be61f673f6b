using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>What the register says about its numbers, to be compared with the audit trails.</summary>
internal sealed class RegisterFindings(IBlobStore store)
{
    private readonly Dictionary<string, RegisterPages> books = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Book, int Number), Known> numbers = [];
    private readonly HashSet<(string Agency, string CopyId, int Approval)> approvals = [];
    private readonly HashSet<(string Agency, string CopyId)> issued = [];
    private readonly Dictionary<string, StoredPage<RegisterEntry>> lastPages = new(StringComparer.Ordinal);
    private IntegrityException? deferred;

    public int Count => numbers.Count;

    public void Begin(RegisterPages book) => books.Add(book.Root, book);

    /// <summary>Keeps a fault that names no certain page until the comparison had its chance to name the entry.</summary>
    public void Defer(IntegrityException fault) => deferred ??= fault;

    public void Add(RegisterPages book, StoredPage<RegisterEntry> page)
    {
        lastPages[book.Root] = page;
        foreach (var entry in page.Content.Entries)
        {
            numbers.Add((book.Root, entry.Number), Known.From(page.Path, entry));
            if (!approvals.Add((book.Agency, entry.CopyId, entry.Approval)))
                Defer(new IntegrityException(page.Path, $"number {entry.Number} is the second of approval {entry.Approval} of copy {entry.CopyId}"));
            if (entry.State is RegisterState.Issued && !issued.Add((book.Agency, entry.CopyId)))
                Defer(new IntegrityException(page.Path, $"number {entry.Number} is the second issued of copy {entry.CopyId}"));
        }
    }

    /// <summary>Only the newest year's book of an agency takes entries.</summary>
    public void CheckShut()
    {
        foreach (var agency in books.Values.GroupBy(book => book.Agency))
        {
            var newest = agency.Max(book => book.Name.Year);
            foreach (var book in agency.Where(book => book.Name.Year < newest))
            {
                if (lastPages[book.Root] is { Content.Shut: false } open)
                    throw new IntegrityException(open.Path, $"is not shut although the agency has a book of {newest}");
            }
        }
    }

    public async Task CompareAsync(TrailFindings trails, IReadOnlySet<string> inFlight, CancellationToken cancellationToken)
    {
        foreach (var (key, known) in numbers)
        {
            var events = trails.EventsOf(key.Book, key.Number);
            if (FaultOf(known, events, inFlight) is null)
                continue;
            // The trail was read after the register: the entry may have moved on in between.
            var now = await ReadAgainAsync(key.Book, key.Number, cancellationToken) ?? known;
            if (FaultOf(now, events, inFlight) is { } fault)
                throw new IntegrityException(now.Path, $"number {key.Number} {fault}");
        }

        foreach (var (key, events) in trails.Numbers)
        {
            if (numbers.ContainsKey(key) || await ReadAgainAsync(key.Book, key.Number, cancellationToken) is not null)
                continue;
            var witness = events.Values.First();
            throw deferred ?? new IntegrityException(
                lastPages.GetValueOrDefault(key.Book)?.Path ?? key.Book,
                $"has no number {key.Number}, which entry {witness.Seq} of {witness.Path} tells of");
        }

        if (deferred is not null)
            throw deferred;
    }

    /// <summary>
    /// A state is vouched for by its own event. Only a copy in flight may lack it: a crash between the register page
    /// and the trail, which the copy's next attempt makes good.
    /// </summary>
    private static string? FaultOf(
        Known known, IReadOnlyDictionary<string, TrailFindings.NumberEvent> events, IReadOnlySet<string> inFlight)
    {
        var own = RegisterEvents.ActionOf(known.State);
        var final = events.Keys.FirstOrDefault(action => action != RegisterEvents.Reserved && action != own);
        if (final is not null)
            return $"is {known.State} but entry {events[final].Seq} of {events[final].Path} says {final}: put back to an earlier state";
        if (!events.TryGetValue(own, out var vouched))
            return inFlight.Contains(known.CopyId) ? null : $"is {known.State}, which the audit trail does not know";
        return vouched.Digest == known.Digest ? null : $"is not as entry {vouched.Seq} of {vouched.Path} saw it";
    }

    private async Task<Known?> ReadAgainAsync(string root, int number, CancellationToken cancellationToken)
    {
        if (!books.TryGetValue(root, out var book))
        {
            book = (await new RegisterShelf(store).ListAsync(null, cancellationToken)).FirstOrDefault(found => found.Root == root);
            if (book is null)
                return null;
        }

        var pages = new LedgerPages<RegisterEntry>(book, store);
        var page = await pages.FindAsync(number, await pages.LastAsync(cancellationToken), cancellationToken);
        return page is null ? null : Known.From(page.Path, page.Content.Entries.First(entry => entry.Number == number));
    }

    private sealed record Known(string Path, RegisterState State, string CopyId, string Digest)
    {
        public static Known From(string path, RegisterEntry entry) =>
            new(path, entry.State, entry.CopyId, RegisterEvents.DigestOf(entry));
    }
}
