using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Requests;

/// <summary>
/// Links by which a requester sees their dossier without an account: 128 random bits, stored as their SHA-256 only.
/// </summary>
internal sealed class AccessLinks(IBlobStore store, Dossiers dossiers, AuditTrail audit, TimeProvider clock)
{
    private const int TokenBytes = 16;
    private static readonly int Length = Secret.LengthOf(TokenBytes);

    public static string Draw() => Secret.Draw(TokenBytes);

    /// <summary>The dossier that a token opens; null for a wrong one and for one that has ended alike.</summary>
    public async Task<Dossier?> FindDossierAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length != Length) return null;
        var digest = Secret.DigestOf(token);
        if ((await store.ReadJsonAsync<AccessLink>(BlobPaths.AccessLink(digest), cancellationToken))?.Value is not { RevokedAt: null } link) return null;
        var dossier = await dossiers.FindAsync(link.Agency, link.DossierCode, cancellationToken);
        // Another link has come into force, and the end of this one is still to be written.
        return dossier?.AccessLink == digest ? dossier : null;
    }

    /// <summary>Writes the link that a dossier names; a repeat finds it there.</summary>
    public Task CreateAsync(Dossier dossier, string sha256, string by, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dossier);
        return store.CreateJsonAsync(
            BlobPaths.AccessLink(sha256), new AccessLink(AccessLink.CurrentSchema, sha256, dossier.Agency, dossier.DossierCode, at, by, null), cancellationToken);
    }

    /// <summary>
    /// Makes a new link and ends the one in force; gives the token, which is shown once. Order: the link, the trail, the
    /// dossier, the end of the old link. The dossier's change is the one moment at which the old link ends and the new one
    /// begins; the trail comes before it, since nothing later would write what a kill left out.
    /// Rejects <c>dossier-not-found</c>.
    /// </summary>
    public async Task<Result<string>> ReplaceAsync(string agency, string dossierCode, string by, CancellationToken cancellationToken)
    {
        if (await dossiers.FindAsync(agency, dossierCode, cancellationToken) is not { } dossier) return new Rejection("dossier-not-found");
        var token = Draw();
        var digest = Secret.DigestOf(token);
        var now = clock.GetUtcNow();
        await CreateAsync(dossier, digest, by, now, cancellationToken);
        var details = new Dictionary<string, string> { ["link"] = digest };
        if (dossier.AccessLink is { } before) details["ends"] = before;
        await audit.AppendAsync(
            new AuditEvent(agency, by, "OneStopClerk", "access-link-replaced", dossierCode, details, $"{dossierCode}:access:{digest}"), null, cancellationToken);
        string? ended = null;
        await store.UpdateAsync<Dossier>(
            BlobPaths.Dossier(agency, dossierCode),
            current =>
            {
                if (current.AccessLink == digest) return Change<Dossier>.Keep;
                ended = current.AccessLink;
                return current with { AccessLink = digest };
            },
            clock,
            cancellationToken);
        if (ended is not null && await store.ReadAsync(BlobPaths.AccessLink(ended), cancellationToken) is not null)
        {
            await store.UpdateAsync<AccessLink>(
                BlobPaths.AccessLink(ended), link => link.RevokedAt is null ? link with { RevokedAt = now } : Change<AccessLink>.Keep, clock, cancellationToken);
        }

        return token;
    }
}
