using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Requests;

/// <summary>The stored copy requests: read, and changed by compare-and-swap behind the fence.</summary>
internal sealed class CopyRequests(IBlobStore store, TimeProvider clock)
{
    /// <summary>The request, or null when there is none.</summary>
    public async Task<CopyRequest?> FindAsync(string agency, string copyId, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<CopyRequest>(BlobPaths.Request(agency, copyId), cancellationToken))?.Value;

    /// <summary>The request of a running step, or null when another attempt or approval has taken over.</summary>
    /// <exception cref="IntegrityException">It is gone: an open request is never removed.</exception>
    public async Task<CopyRequest?> ForStepAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = await FindAsync(work.Agency, work.CopyId, cancellationToken)
            ?? throw new IntegrityException(BlobPaths.Request(work.Agency, work.CopyId), "missing");
        return request.Supersedes(work) ? null : request;
    }

    /// <summary>
    /// Changes the request while the fence holds: asked again inside every compare-and-swap, so that the answer is
    /// still true when it is written. A finished request is not changed by any step: one delivered again, late, finds its work
    /// done. Null when superseded, else the request as it now stands.
    /// </summary>
    public async Task<CopyRequest?> ChangeAsync(CopyWork work, Func<CopyRequest, CopyRequest> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var superseded = false;
        var changed = await ChangeAsync(
            work.Agency,
            work.CopyId,
            request => (superseded = request.Supersedes(work)) || request.IsFinished ? request : change(request),
            cancellationToken);
        return superseded ? null : changed;
    }

    /// <summary>Changes the request; a change that gives the same record back writes nothing.</summary>
    public async Task<CopyRequest> ChangeAsync(string agency, string copyId, Func<CopyRequest, CopyRequest> change, CancellationToken cancellationToken)
    {
        var updated = await store.UpdateAsync<CopyRequest>(
            BlobPaths.Request(agency, copyId),
            current => change(current) is var wanted && wanted == current ? Change<CopyRequest>.Keep : wanted,
            clock,
            cancellationToken);
        return updated.Value;
    }
}
