#pragma warning disable CS9113
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>
/// Sổ chứng thực. Reserve, then issue or void; nothing else exists. All calls may be repeated and run at once.
/// IntegrityException: the book is damaged or behind its witness. TransientException: try again.
/// </summary>
internal sealed class CertificationRegister(IBlobStore store, IWitness witness, LedgerOptions options, TimeProvider time)
{
    /// <summary>The page to record in the request before its first attempt to reserve.</summary>
    public Task<int> OpenPageAsync(string agency, RegisterBook book, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Rejection <c>register-book-closed</c>: a new year's book has shut this one; choose the book anew.</summary>
    public Task<Result<ReserveOutcome>> ReserveAsync(ReserveRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Reserved to issued. Void, or issued with another digest, is an IntegrityException.</summary>
    public Task<RegisterEntry> IssueAsync(string agency, RegisterBook book, int number, string copyId, string sha256, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Reserved to void. Rejection <c>register-entry-issued</c>. The first reason stands.</summary>
    public Task<Result<RegisterEntry>> VoidAsync(string agency, RegisterBook book, int number, string copyId, string reason, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RegisterEntry?> FindAsync(string agency, RegisterBook book, int number, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<RegisterEntry> ReadBookAsync(string agency, RegisterBook book, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<RegisterBook> ListBooksAsync(string agency, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
