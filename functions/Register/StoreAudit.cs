#pragma warning disable CS9113
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>What other parts of the program know about the store and the audit must hold it to.</summary>
internal interface IExpectedRecords
{
    /// <summary>
    /// Blobs whose digest some record states. May throw IntegrityException for a contradiction it finds itself
    /// (a request against its register entry, a public record against both).
    /// </summary>
    IAsyncEnumerable<ExpectedBlob> ExpectedAsync(CancellationToken cancellationToken);

    /// <summary>Copy ids with an open marker: their last register change may not be in the audit trail yet.</summary>
    IAsyncEnumerable<string> InFlightAsync(CancellationToken cancellationToken);
}

/// <param name="Record">The record that states the digest.</param>
internal sealed record ExpectedBlob(string Path, string Sha256, string Record);

internal enum AuditVerdict
{
    Clean = 0,
    Bad = 1,
    CannotCheck = 2,
}

/// <param name="Record">Path of the first bad record; null when clean.</param>
internal sealed record AuditReport(AuditVerdict Verdict, string? Record, string? Reason, int RegisterEntries, int AuditEntries, int Blobs);

/// <summary>Walks everything stored and names the first record that is not what it was when it was written.</summary>
internal sealed class StoreAudit(IBlobStore store, IWitness witness, IReadOnlyList<IExpectedRecords> expected)
{
    public Task<AuditReport> RunAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
