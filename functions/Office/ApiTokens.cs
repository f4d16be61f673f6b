using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>
/// Tokens for programs: 256 random bits, shown once and stored as their SHA-256 only. A token may do what its account's person may do.
/// </summary>
internal sealed class ApiTokens(IBlobStore store, Accounts accounts, AuditTrail audit, TimeProvider clock)
{
    private const string Prefix = "ecopy_";
    private const int TokenBytes = 32;
    private const int LongestName = 100;
    private static readonly int Length = Prefix.Length + Secret.LengthOf(TokenBytes);

    public static string Draw() => Prefix + Secret.Draw(TokenBytes);

    /// <summary>Makes <paramref name="token"/>, which <see cref="Draw"/> gave, good for an account. A repeat changes nothing.</summary>
    public async Task<Result<ApiToken>> AddAsync(string agency, string userName, string name, string token, string addedBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Trim() is not { Length: > 0 and <= LongestName } called) return new Rejection("token-name-invalid");
        if (await accounts.FindAsync(agency, userName, cancellationToken) is null) return new Rejection("account-unknown");
        var sha256 = Secret.DigestOf(token);
        var made = new ApiToken(ApiToken.CurrentSchema, sha256, agency, userName, called, clock.GetUtcNow(), null);
        if (await store.CreateJsonAsync(BlobPaths.ApiToken(sha256), made, cancellationToken) is CreateOutcome.OtherAlreadyThere)
            made = (await store.ReadRequiredJsonAsync<ApiToken>(BlobPaths.ApiToken(sha256), cancellationToken)).Value;
        await RecordAsync(made, "token-added", addedBy, cancellationToken);
        return made;
    }

    /// <summary>Ends a token of the agency. Rejects <c>token-unknown</c>.</summary>
    public async Task<Result<ApiToken>> RevokeAsync(string agency, string sha256, string revokedBy, CancellationToken cancellationToken)
    {
        if (!BlobPath.IsSegment(sha256)) return new Rejection("token-unknown");
        var path = BlobPaths.ApiToken(sha256);
        if ((await store.ReadJsonAsync<ApiToken>(path, cancellationToken))?.Value.Agency != agency) return new Rejection("token-unknown");
        var now = clock.GetUtcNow();
        var revoked = await store.UpdateAsync<ApiToken>(
            path, token => token.RevokedAt is null ? token with { RevokedAt = now } : Change<ApiToken>.Keep, clock, cancellationToken);
        await RecordAsync(revoked.Value, "token-revoked", revokedBy, cancellationToken);
        return revoked;
    }

    /// <summary>All tokens of an agency, the newest first; revoked ones too.</summary>
    public async Task<IReadOnlyList<ApiToken>> ListAsync(string agency, CancellationToken cancellationToken)
    {
        var tokens = new List<ApiToken>();
        await foreach (var path in store.ListAsync(BlobPaths.ApiTokens, cancellationToken))
        {
            if ((await store.ReadJsonAsync<ApiToken>(path, cancellationToken))?.Value is { } token && token.Agency == agency) tokens.Add(token);
        }

        return [.. tokens.OrderByDescending(token => token.CreatedAt)];
    }

    /// <summary>The record of a token, revoked or not.</summary>
    public async Task<ApiToken?> FindAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length != Length || !token.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        return (await store.ReadJsonAsync<ApiToken>(BlobPaths.ApiToken(Secret.DigestOf(token)), cancellationToken))?.Value;
    }

    /// <summary>For whom a token speaks, or null.</summary>
    public async Task<Caller?> FindCallerAsync(string token, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { RevokedAt: null } stored) return null;
        var account = await accounts.FindAsync(stored.Agency, stored.UserName, cancellationToken);
        return account is null ? null : await accounts.CallerOfAsync(account, cancellationToken);
    }

    /// <summary>The digest names the token in the trail; its key makes a repeated entry the same one.</summary>
    private Task<AuditEntry> RecordAsync(ApiToken token, string action, string by, CancellationToken cancellationToken) =>
        audit.AppendAsync(
            new AuditEvent(token.Agency, by, "account", action, token.UserName, new Dictionary<string, string> { ["token"] = token.Sha256 }, $"{action}:{token.Sha256}"),
            null,
            cancellationToken);
}
