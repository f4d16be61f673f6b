using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>The browsers in which an account is signed in.</summary>
internal sealed class OpenSessions(IBlobStore store)
{
    /// <summary>Behind the closing of an account: opened again, it must not bring back a session that somebody else may hold.</summary>
    public async Task EndAsync(string agency, string userName, CancellationToken cancellationToken)
    {
        await foreach (var path in store.ListAsync(BlobPaths.SessionsOf(agency, userName), cancellationToken)) await store.DeleteAsync(path, cancellationToken);
    }
}
