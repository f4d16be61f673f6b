using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Review;

/// <summary>Ends a request without a copy: refused, returned, or stopped.</summary>
internal sealed class CloseRequest(IBlobStore store, CopyRequests requests, TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var code = work.Reason ?? ClosingCodes.Terminated;
        var now = clock.GetUtcNow();
        var request = await requests.ChangeAsync(
            work,
            current => current with
            {
                State = code switch
                {
                    ClosingCodes.Refused => CopyState.Refused,
                    ClosingCodes.Returned => CopyState.Returned,
                    _ => CopyState.Failed,
                },
                Waiting = null,
                Failure = code is ClosingCodes.Refused or ClosingCodes.Returned ? null : new Failure(code, ClosingCodes.VoidReason(code), now),
            },
            cancellationToken);
        if (request is null) return StepOutcome.Superseded;

        // Last: until here the sweeper still finds the request and finishes it.
        await store.DeleteAsync(BlobPaths.OpenMarker(work.Agency, work.CopyId), cancellationToken);
        return StepOutcome.Done;
    }
}
