using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Demo;

/// <summary>Which of the demo's copies are shown as samples.</summary>
internal sealed class DemoSamples(IBlobStore store, CopyRequests requests)
{
    /// <summary>Their codes as stored, as far as they are registered; none in a store without demo data.</summary>
    public async Task<IReadOnlyList<string>> CodesAsync(CancellationToken cancellationToken)
    {
        var codes = new List<string>();
        if ((await store.ReadJsonAsync<DemoPastRecord>(BlobPaths.DemoPast, cancellationToken))?.Value is not { } past) return codes;
        foreach (var item in DemoPlan.Samples(past.BeganAt))
        {
            if (await requests.FindAsync(item.Agency.Code, item.CopyId, cancellationToken) is { State: CopyState.Registered } request) codes.Add(request.VerificationCode);
        }

        return codes;
    }
}
