using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>Makes, closes and opens the accounts of an agency; passwords are set by <see cref="Accounts"/>.</summary>
internal sealed class ChangeAccount(OfficeWriter writer, OfficeDirectory office, Administrators administrators, OpenSessions sessions)
{
    /// <summary>An account without a password: nobody signs in before one is set. A person has one account.</summary>
    public async Task<Result<Account>> AddAsync(string agency, string userName, string personId, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (!OfficeText.IsId(userName)) return new Rejection("user-name-invalid");
        if (!BlobPath.IsSegment(personId) || await office.FindPersonAsync(agency, personId, cancellationToken) is not { } person) return new Rejection("person-unknown");
        if (person.Inactive) return new Rejection("person-has-left");
        if ((await office.AccountsAsync(agency, cancellationToken)).Any(account => account.PersonId == personId && account.UserName != userName)) return new Rejection("account-of-person-exists");
        return await writer.CreateAsync(
            BlobPaths.Account(agency, userName),
            new Account(Account.CurrentSchema, agency, userName, personId, Revision: 1),
            new OfficeAct(actor, agency, "account-added", userName),
            "account-exists",
            cancellationToken);
    }

    /// <summary>Closes an account: password, sessions and tokens work no more. Rejects <c>last-administrator</c>.</summary>
    public async Task<Result<Account>> CloseAsync(string agency, string userName, OfficeActor actor, CancellationToken cancellationToken)
    {
        var closed = await ChangeAsync(
            agency,
            userName,
            async account => await administrators.IsLastAsync(agency, account.PersonId, cancellationToken) ? new Rejection("last-administrator") : account with { Closed = true },
            "account-closed",
            actor,
            cancellationToken);
        if (!closed.IsRejected) await sessions.EndAsync(agency, userName, cancellationToken);
        return closed;
    }

    /// <summary>Opens it again, also after too many failures. Rejects <c>person-has-left</c>.</summary>
    public Task<Result<Account>> OpenAsync(string agency, string userName, OfficeActor actor, CancellationToken cancellationToken) => ChangeAsync(
        agency,
        userName,
        async account => await office.FindPersonAsync(agency, account.PersonId, cancellationToken) is { Inactive: false }
            ? account with { Closed = false, Failures = 0, LockedUntil = null }
            : new Rejection("person-has-left"),
        "account-opened",
        actor,
        cancellationToken);

    private async Task<Result<Account>> ChangeAsync(
        string agency, string userName, Func<Account, Task<Change<Account>>> change, string action, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (!BlobPath.IsSegment(agency) || !BlobPath.IsSegment(userName)) return new Rejection("account-unknown");
        return await writer.ChangeAsync(BlobPaths.Account(agency, userName), null, change, new OfficeAct(actor, agency, action, userName), "account-unknown", cancellationToken);
    }
}

/// <summary>Who can administer an agency now: has the role, is still there, and can sign in.</summary>
internal sealed class Administrators(OfficeDirectory office)
{
    public async Task<bool> IsLastAsync(string agency, string personId, CancellationToken cancellationToken)
    {
        var accounts = await office.AccountsAsync(agency, cancellationToken);
        var able = (await office.PersonsAsync(agency, cancellationToken))
            .Where(person => !person.Inactive && person.Has(OfficeRole.AgencyAdmin) && accounts.Any(account => account is { Closed: false, Password: not null } && account.PersonId == person.PersonId))
            .ToList();
        return able is [var only] && only.PersonId == personId;
    }
}
