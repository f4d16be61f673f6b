using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Demo;

/// <summary>How one of the demo's people signs in.</summary>
internal sealed record DemoAccount(OfficeRole Role, string UserName, string FullName, string Password, string Token);

/// <summary>
/// Passwords and tokens of a demo store, kept readable (0600, beside the demo's keys) so that whoever runs it finds them
/// again. A production store has no such file.
/// </summary>
internal sealed class DemoAccounts(FileBlobStore keys, OfficeDirectory office, Accounts accounts, ApiTokens tokens, StoreTerms terms)
{
    public const string FileName = "demo-accounts.json";
    private const string Operator = "demo";

    /// <summary>The accounts; those that have no password yet, also of a store made by an older program, get theirs. File first, so that none is ever lost.</summary>
    public async Task<IReadOnlyList<DemoAccount>> EnsureAsync(CancellationToken cancellationToken)
    {
        if (!terms.IsTest) return [];
        var made = await FileOfAsync(cancellationToken);
        foreach (var one in made)
        {
            if (await accounts.FindAsync(DemoOffice.AgencyCode, one.UserName, cancellationToken) is { Password: null })
                await accounts.SetPasswordAsync(DemoOffice.AgencyCode, one.UserName, one.Password, Operator, cancellationToken);
            if (await tokens.FindAsync(one.Token, cancellationToken) is null)
                await tokens.AddAsync(DemoOffice.AgencyCode, one.UserName, "demo", one.Token, Operator, cancellationToken);
        }

        return made;
    }

    private async Task<IReadOnlyList<DemoAccount>> FileOfAsync(CancellationToken cancellationToken)
    {
        if (await keys.ReadJsonAsync<DemoAccountFile>(FileName, cancellationToken) is { } there) return there.Value.Accounts;
        var persons = await office.PersonsAsync(DemoOffice.AgencyCode, cancellationToken);
        await keys.CreateJsonAsync(
            FileName,
            new DemoAccountFile(
                DemoAccountFile.CurrentSchema,
                [.. persons.OrderBy(person => person.Roles[0]).Select(person => new DemoAccount(person.Roles[0], person.PersonId, person.FullName, DrawPassword(), ApiTokens.Draw()))]),
            cancellationToken);
        return (await keys.ReadRequiredJsonAsync<DemoAccountFile>(FileName, cancellationToken)).Value.Accounts;
    }

    /// <summary>Four groups of letters that cannot be taken for one another: typed by people, about 77 bits.</summary>
    private static string DrawPassword() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)));

    private sealed record DemoAccountFile(int Schema, IReadOnlyList<DemoAccount> Accounts) : IStoredRecord
    {
        public static int CurrentSchema => 1;
    }
}
