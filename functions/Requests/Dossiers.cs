using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Requests;

/// <summary>The stored dossiers.</summary>
internal sealed class Dossiers(IBlobStore store, CopyRequests requests)
{
    public async Task<Dossier?> FindAsync(string agency, string dossierCode, CancellationToken cancellationToken) =>
        BlobPath.IsSegment(dossierCode) ? (await store.ReadJsonAsync<Dossier>(BlobPaths.Dossier(agency, dossierCode), cancellationToken))?.Value : null;

    /// <summary>Writes a dossier unless it is there: then whoever was first stands, since it may have a newer link.</summary>
    public async Task<Dossier> CreateAsync(Dossier dossier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        var path = BlobPaths.Dossier(dossier.Agency, dossier.DossierCode);
        return await store.CreateJsonAsync(path, dossier, cancellationToken) is CreateOutcome.OtherAlreadyThere
            ? (await store.ReadRequiredJsonAsync<Dossier>(path, cancellationToken)).Value
            : dossier;
    }

    /// <summary>Its requests in the order of the visit. One that was never finished, or went to another dossier, is left out.</summary>
    public async Task<IReadOnlyList<CopyRequest>> CopiesAsync(Dossier dossier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        var copies = new List<CopyRequest>(dossier.CopyIds.Count);
        foreach (var copyId in dossier.CopyIds)
        {
            if (await requests.FindAsync(dossier.Agency, copyId, cancellationToken) is { } request && request.DossierCode == dossier.DossierCode) copies.Add(request);
        }

        return copies;
    }
}
