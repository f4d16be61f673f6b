using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>Who acts, as every guarded address sees them.</summary>
/// <param name="Roles">As the person's record says now, not as they were at sign-in.</param>
internal sealed record Caller(string Agency, string UserName, string PersonId, IReadOnlyList<OfficeRole> Roles);

/// <summary>Passwords and lock-out of the accounts. Five failures close an account for a quarter of an hour.</summary>
internal sealed class Accounts(IBlobStore store, OfficeDirectory office, AuditTrail audit, TimeProvider clock) : IDisposable
{
    /// <summary>Stands in the trail for a name that no account has: what was typed may be a password.</summary>
    public const string Unknown = "unknown";

    public const int MostFailures = 5;
    public static readonly TimeSpan LockOut = TimeSpan.FromMinutes(15);
    private const int ShortestPassword = 10;
    private const int LongestPassword = 200;

    /// <summary>A comparison costs a core for half a second: guesses wait for one another, so that the office's work goes on.</summary>
    private readonly SemaphoreSlim comparing = new(Math.Max(1, Environment.ProcessorCount - 1));

    private static Rejection Failed => new("sign-in-failed", new Dictionary<string, string>
    {
        ["most"] = MostFailures.ToString(CultureInfo.InvariantCulture),
        ["minutes"] = LockOut.TotalMinutes.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>
    /// Who it is, or <c>sign-in-failed</c>: in the same words, after the same work and with an entry in the trail, whether the
    /// account is there, locked, or made up. Who has an account is nobody's to find out.
    /// </summary>
    public async Task<Result<Caller>> SignInAsync(string agency, string userName, string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Length > LongestPassword) return Failed;
        if (await FindAsync(agency, userName, cancellationToken) is not { Password: not null } account)
        {
            await MatchesAsync(null, password, cancellationToken);
            if (BlobPath.IsSegment(agency) && await office.FindAgencyAsync(agency, cancellationToken) is not null)
                await RecordAsync(new Account(Account.CurrentSchema, agency, Unknown, Unknown), "sign-in-failed", cancellationToken);
            return Failed;
        }

        // Counted before the password is looked at: however many guesses run at once, five are the most that are looked at.
        var now = clock.GetUtcNow();
        var counted = await store.UpdateAsync<Account>(BlobPaths.Account(agency, userName), account => Counted(account, now), clock, cancellationToken);
        if (counted.IsRejected)
        {
            await MatchesAsync(null, password, cancellationToken);
            await RecordAsync(account, "account-locked", cancellationToken);
            return Failed;
        }

        if (!await MatchesAsync(counted.Value.Password, password, cancellationToken) || await CallerOfAsync(counted.Value, cancellationToken) is not { } caller)
        {
            await RecordAsync(counted.Value, counted.Value.LockedUntil is null ? "sign-in-failed" : "account-locked", cancellationToken);
            return Failed;
        }

        await store.UpdateAsync<Account>(
            BlobPaths.Account(agency, userName), account => account with { Failures = 0, LockedUntil = null }, clock, cancellationToken);
        await RecordAsync(counted.Value, "signed-in", cancellationToken);
        return caller;
    }

    /// <summary>Sets a password and opens the account again. Rejects <c>password-too-short</c>, <c>password-too-long</c>, <c>account-unknown</c>.</summary>
    public async Task<Result<Account>> SetPasswordAsync(string agency, string userName, string password, string setBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Length < ShortestPassword) return new Rejection("password-too-short", "least", ShortestPassword.ToString(CultureInfo.InvariantCulture));
        if (password.Length > LongestPassword) return new Rejection("password-too-long", "most", LongestPassword.ToString(CultureInfo.InvariantCulture));
        if (await FindAsync(agency, userName, cancellationToken) is null) return new Rejection("account-unknown");
        var hash = PasswordHash.Of(password);
        var changed = await store.UpdateAsync<Account>(
            BlobPaths.Account(agency, userName),
            account => account with { Schema = Account.CurrentSchema, Password = hash, Failures = 0, LockedUntil = null },
            clock,
            cancellationToken);
        await RecordAsync(changed.Value, "password-set", cancellationToken, setBy);
        return changed;
    }

    public async Task<Account?> FindAsync(string agency, string userName, CancellationToken cancellationToken) =>
        BlobPath.IsSegment(agency) && BlobPath.IsSegment(userName)
            ? (await store.ReadJsonAsync<Account>(BlobPaths.Account(agency, userName), cancellationToken))?.Value
            : null;

    /// <summary>The person behind an account with today's roles, or null when the account is closed or the person has left.</summary>
    public async Task<Caller?> CallerOfAsync(Account account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (account.Closed) return null;
        var person = await office.FindPersonAsync(account.Agency, account.PersonId, cancellationToken);
        return person is null or { Inactive: true } ? null : new Caller(account.Agency, account.UserName, person.PersonId, person.Roles);
    }

    public async Task RecordSignOutAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (await FindAsync(caller.Agency, caller.UserName, cancellationToken) is { } account) await RecordAsync(account, "signed-out", cancellationToken);
    }

    public void Dispose() => comparing.Dispose();

    private async Task<bool> MatchesAsync(PasswordHash? stored, string password, CancellationToken cancellationToken)
    {
        await comparing.WaitAsync(cancellationToken);
        try
        {
            if (stored is not null) return stored.Matches(password);
            PasswordHash.Pretend(password);
            return false;
        }
        finally
        {
            comparing.Release();
        }
    }

    private static Change<Account> Counted(Account account, DateTimeOffset now)
    {
        if (account.LockedUntil is { } until && until > now)
            return Failed;
        var failures = (account.LockedUntil is null ? account.Failures : 0) + 1;
        return account with { Schema = Account.CurrentSchema, Failures = failures, LockedUntil = failures >= MostFailures ? now + LockOut : null };
    }

    private Task<AuditEntry> RecordAsync(Account account, string action, CancellationToken cancellationToken, string? by = null) =>
        audit.AppendAsync(
            new AuditEvent(account.Agency, by ?? account.PersonId, "account", action, account.UserName, new Dictionary<string, string>(), $"account:{action}:{Guid.NewGuid():N}"),
            null,
            cancellationToken);
}
