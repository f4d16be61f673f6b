using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Hash;

/// <summary>
/// Reads every stored page back, compares it with the digest taken while it was uploaded, and records the digest of
/// the scan: what the official will see, confirm and have written on the copy.
/// </summary>
internal sealed class HashScan(IBlobStore store, CopyRequests requests, AuditTrail audit) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;

        // Where the upload was killed before it could write this.
        await audit.AppendAsync(RequestEvents.Received(request), request.AuditPage, cancellationToken);
        var digests = new List<byte[]>(request.Files.Count);
        foreach (var file in request.Files)
        {
            await using var stored = await store.OpenReadAsync(file.Path, cancellationToken)
                ?? throw new IntegrityException(file.Path, "missing");
            var digest = await SHA256.HashDataAsync(stored, cancellationToken);
            if (Convert.ToHexStringLower(digest) != file.Sha256) throw new IntegrityException(file.Path, "is not the file that was uploaded");
            digests.Add(digest);
        }

        var scanDigest = ScanDigest.Of(digests);
        if (request.ScanDigest is not null && request.ScanDigest != scanDigest)
            throw new IntegrityException(BlobPaths.Request(work.Agency, work.CopyId), "scan digest differs from the stored pages");

        var changed = await requests.ChangeAsync(
            work,
            current => current.State is CopyState.Uploaded
                ? current with { ScanDigest = scanDigest, State = CopyState.WaitingForReview }
                : current,
            cancellationToken);
        return changed is null ? StepOutcome.Superseded : StepOutcome.Done;
    }
}
