using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Cli;

/// <summary><c>user add|password|lock|unlock|token|revoke|list</c>.</summary>
internal static class UserCommand
{
    private const int ShortestTokenName = 8;

    private static readonly OfficeActor Actor = OfficeActor.Operator;

    public static Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ActOf(arguments) switch
    {
        ("add", { } user) => ChangeAsync(
            arguments,
            terminal,
            "account-saved",
            async (store, agency) =>
            {
                // Asked before anything is written: an account of which nobody has the password is of no use.
                var password = SecretInput.Read(terminal, "prompt-password", twice: true);
                if (password.IsRejected) return password.Rejection!;
                var added = await store.Get<ChangeAccount>().AddAsync(agency, user, arguments.Option("person") ?? user, Actor, cancellationToken);
                return added.IsRejected ? added : await store.Get<Accounts>().SetPasswordAsync(agency, user, password.Value, Actor.Id, cancellationToken);
            },
            cancellationToken),
        ("password", { } user) => ChangeAsync(
            arguments,
            terminal,
            "account-saved",
            async (store, agency) =>
            {
                var password = SecretInput.Read(terminal, "prompt-password", twice: true);
                return password.IsRejected ? password.Rejection! : await store.Get<Accounts>().SetPasswordAsync(agency, user, password.Value, Actor.Id, cancellationToken);
            },
            cancellationToken),
        ("lock", { } user) => ChangeAsync(
            arguments, terminal, "account-now-closed", (store, agency) => store.Get<ChangeAccount>().CloseAsync(agency, user, Actor, cancellationToken), cancellationToken),
        ("unlock", { } user) => ChangeAsync(
            arguments, terminal, "account-now-open", (store, agency) => store.Get<ChangeAccount>().OpenAsync(agency, user, Actor, cancellationToken), cancellationToken),
        ("token", { } user) => TokenAsync(arguments, terminal, user, cancellationToken),
        ("revoke", { } token) => RevokeAsync(arguments, terminal, token, cancellationToken),
        ("list", null) => ListAsync(arguments, terminal, cancellationToken),
        _ => Task.FromResult(OfficeVerb.Usage(terminal, "user")),
    };

    private static Task<int> ChangeAsync(
        Arguments arguments, Terminal terminal, string sentence, Func<OfficeStore, string, Task<Result<Account>>> change, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var agency = await store.AgencyAsync(arguments.Option("agency"), cancellationToken);
            return agency.IsRejected ? agency.Rejection! : await change(store, agency.Value.Code);
        },
        Json,
        account => terminal.Sentence(sentence, ("user", account.UserName)),
        cancellationToken);

    private static Task<int> TokenAsync(Arguments arguments, Terminal terminal, string user, CancellationToken cancellationToken)
    {
        var token = ApiTokens.Draw();
        return OfficeVerb.ChangeAsync(
            arguments,
            terminal,
            async store =>
            {
                var agency = await store.AgencyAsync(arguments.Option("agency"), cancellationToken);
                return agency.IsRejected
                    ? agency.Rejection!
                    : await store.Get<ApiTokens>().AddAsync(agency.Value.Code, user, arguments.Option("name") ?? "", token, Actor.Id, cancellationToken);
            },
            // Here and nowhere else: the store keeps its digest only.
            added => new { added.Agency, added.UserName, added.Name, added.Sha256, token },
            _ => token,
            cancellationToken);
    }

    private static Task<int> RevokeAsync(Arguments arguments, Terminal terminal, string token, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var agency = await store.AgencyAsync(arguments.Option("agency"), cancellationToken);
            if (agency.IsRejected) return agency.Rejection!;
            var tokens = store.Get<ApiTokens>();
            var named = (await tokens.ListAsync(agency.Value.Code, cancellationToken)).Where(one => token.Length >= ShortestTokenName && one.Sha256.StartsWith(token, StringComparison.Ordinal)).ToList();
            return named is [var only] ? await tokens.RevokeAsync(only.Agency, only.Sha256, Actor.Id, cancellationToken) : new Rejection("token-unknown");
        },
        revoked => new { revoked.UserName, revoked.Name, revoked.Sha256, revoked.RevokedAt },
        revoked => terminal.Sentence("token-now-revoked", ("name", revoked.Name), ("user", revoked.UserName)),
        cancellationToken);

    /// <summary>Accounts, each followed by its tokens.</summary>
    private static Task<int> ListAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ListAsync(
        arguments,
        terminal,
        async services =>
        {
            var office = services.GetRequiredService<OfficeDirectory>();
            var agency = await OfficeStore.AgencyAsync(office, arguments.Option("agency"), cancellationToken);
            if (agency.IsRejected) return agency.Rejection!;
            var tokens = await services.GetRequiredService<ApiTokens>().ListAsync(agency.Value.Code, cancellationToken);
            return (Result<IReadOnlyList<(Account Account, List<ApiToken> Tokens)>>)(await office.AccountsAsync(agency.Value.Code, cancellationToken))
                .Select(account => (account, tokens.Where(token => token.UserName == account.UserName).ToList())).ToList();
        },
        row => new
        {
            row.Account.UserName,
            row.Account.PersonId,
            row.Account.Closed,
            hasPassword = row.Account.Password is not null,
            row.Account.LockedUntil,
            tokens = row.Tokens.Select(token => new { token.Name, token.Sha256, token.CreatedAt, token.RevokedAt }).ToList(),
        },
        row =>
        [
            row.Account.UserName,
            row.Account.PersonId,
            terminal.Sentence(row.Account.Closed ? "account-is-closed" : row.Account.Password is null ? "account-without-password" : "account-is-open"),
            string.Join(", ", row.Tokens.Where(token => token.RevokedAt is null).Select(token => $"{token.Name} ({token.Sha256[..12]})")),
        ],
        cancellationToken);

    private static object Json(Account account) => new { account.Agency, account.UserName, account.PersonId, account.Closed, hasPassword = account.Password is not null };
}
