using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>
/// Sổ chứng thực. Reserve, then issue or void; nothing else exists. All calls may be repeated and may run at once.
/// IntegrityException: the book is damaged or behind its witness, and gives no number. TransientException: try again.
/// </summary>
internal sealed class CertificationRegister(IBlobStore store, IWitness witness, LedgerOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PagedLedger<RegisterEntry>> books = new(StringComparer.Ordinal);
    private readonly RegisterShelf shelf = new(store);

    /// <summary>The page to record in the request before its first attempt to reserve.</summary>
    public Task<int> OpenPageAsync(string agency, RegisterBook book, CancellationToken cancellationToken) =>
        Open(agency, book).OpenPageAsync(cancellationToken);

    /// <summary>
    /// The number of this approval of this copy request: a new one, or the one it has, whatever its state is by now.
    /// Rejection <c>register-book-closed</c> (book): a newer book has shut this one and it holds no number of this
    /// approval, now or later; choose the book anew.
    /// </summary>
    public async Task<Result<ReserveOutcome>> ReserveAsync(ReserveRequest request, CancellationToken cancellationToken)
    {
        var ledger = Open(request.Agency, request.Book);
        var reservation = new Reservation(request, time);
        var outcome = await ledger.ChangeAsync(request.FromPage, reservation.Try, cancellationToken);
        if (outcome is not null)
            return outcome.Value;

        // The first number of a book. The books of earlier years are shut before it is given, so a late attempt
        // at one of them conflicts; and a book that a newer one has already followed is shut instead of begun.
        reservation.Superseded = await ShutEarlierAsync(request.Agency, request.Book, cancellationToken);
        reservation.MayBegin = true;
        return (await ledger.ChangeAsync(request.FromPage, reservation.Try, cancellationToken))!.Value;
    }

    /// <summary>
    /// Reserved to issued. An entry that is void, of another copy or issued with another digest is an IntegrityException.
    /// </summary>
    public Task<RegisterEntry> IssueAsync(
        string agency, RegisterBook book, int number, string copyId, string sha256, CancellationToken cancellationToken)
    {
        if (!RegisterPages.IsDigest(sha256))
            throw new ArgumentException("not a SHA-256 in lower-case hex", nameof(sha256));
        return Open(agency, book).ChangeEntryAsync(
            number,
            view =>
            {
                var entry = Required(view, agency, book, number, copyId);
                switch (entry.State)
                {
                    case RegisterState.Issued when entry.Sha256 == sha256:
                        return entry;
                    case RegisterState.Reserved:
                        var issued = entry with { State = RegisterState.Issued, Sha256 = sha256, At = time.GetUtcNow() };
                        view.Replace(issued);
                        return issued;
                    default:
                        throw new IntegrityException(
                            RegisterPages.RootOf(agency, book),
                            $"number {number} cannot be issued: it is {(entry.State is RegisterState.Void ? "void" : "issued with another digest")}");
                }
            },
            cancellationToken);
    }

    /// <summary>
    /// Reserved to void, with the reason; the first reason stands. Rejection <c>register-entry-issued</c> (book, number).
    /// </summary>
    public Task<Result<RegisterEntry>> VoidAsync(
        string agency, RegisterBook book, int number, string copyId, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return Open(agency, book).ChangeEntryAsync<Result<RegisterEntry>>(
            number,
            view =>
            {
                var entry = Required(view, agency, book, number, copyId);
                switch (entry.State)
                {
                    case RegisterState.Void:
                        return entry;
                    case RegisterState.Reserved:
                        var voided = entry with { State = RegisterState.Void, Reason = reason, At = time.GetUtcNow() };
                        view.Replace(voided);
                        return voided;
                    default:
                        return new Rejection("register-entry-issued", new Dictionary<string, string>
                        {
                            ["book"] = book.Name,
                            ["number"] = FormattableString.Invariant($"{number}"),
                        });
                }
            },
            cancellationToken);
    }

    /// <summary>The entry of this approval, looked for from a page to the end; null when there is none. Takes no number.</summary>
    public Task<RegisterEntry?> FindReservationAsync(
        string agency, RegisterBook book, int fromPage, string copyId, int approval, CancellationToken cancellationToken) =>
        Open(agency, book).ChangeAsync(
            fromPage,
            view => view.Entries.FirstOrDefault(entry => entry.CopyId == copyId && entry.Approval == approval),
            cancellationToken);

    public async Task<RegisterEntry?> FindAsync(string agency, RegisterBook book, int number, CancellationToken cancellationToken)
    {
        // Reads only: it must answer where nothing can be written.
        var pages = Open(agency, book).Pages;
        var page = await pages.FindAsync(number, await pages.LastAsync(cancellationToken), cancellationToken);
        return page?.Content.Entries[number - page.Content.Entries[0].Number];
    }

    public async IAsyncEnumerable<RegisterEntry> ReadBookAsync(
        string agency, RegisterBook book, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in Open(agency, book).Pages.ReadAllAsync(cancellationToken))
        {
            foreach (var entry in page.Content.Entries)
                yield return entry;
        }
    }

    /// <summary>The agency's books, oldest year first.</summary>
    public async IAsyncEnumerable<RegisterBook> ListBooksAsync(string agency, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var found in await shelf.ListAsync(agency, cancellationToken))
            yield return found.Name;
    }

    private static RegisterEntry Required(LedgerView<RegisterEntry> view, string agency, RegisterBook book, int number, string copyId)
    {
        var root = RegisterPages.RootOf(agency, book);
        var entry = view.Entries.FirstOrDefault(entry => entry.Number == number)
            ?? throw new IntegrityException(root, $"has no number {number}");
        return entry.CopyId == copyId
            ? entry
            : throw new IntegrityException(root, $"number {number} is of copy {entry.CopyId}, not of {copyId}");
    }

    /// <summary>Shuts the books of earlier years; true when there is one of a later year.</summary>
    private async Task<bool> ShutEarlierAsync(string agency, RegisterBook book, CancellationToken cancellationToken)
    {
        var later = false;
        foreach (var other in await shelf.ListAsync(agency, cancellationToken))
        {
            later |= other.Name.Year > book.Year;
            if (other.Name.Year >= book.Year)
                continue;
            await Open(agency, other.Name).ChangeAsync(
                PagedLedger<RegisterEntry>.LastPages,
                view =>
                {
                    view.Shut();
                    return true;
                },
                cancellationToken);
        }

        return later;
    }

    private PagedLedger<RegisterEntry> Open(string agency, RegisterBook book) =>
        books.GetOrAdd(
            RegisterPages.RootOf(agency, book),
            _ => new PagedLedger<RegisterEntry>(new RegisterPages(agency, book), store, witness, options, time));
}
