using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Demo;

/// <summary>How one of the demo's people signs in.</summary>
/// <param name="Agency">Code of the agency; the file of an older program knew the first one only.</param>
internal sealed record DemoAccount(OfficeRole Role, string UserName, string FullName, string Password, string Token, string Agency = DemoOffice.AgencyCode);

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
        // Hashing a password takes its time on purpose: side by side, since a first start waits for ten of them.
        await Parallel.ForEachAsync(made, cancellationToken, async (one, stop) =>
        {
            if (await accounts.FindAsync(one.Agency, one.UserName, stop) is { Password: null })
                await accounts.SetPasswordAsync(one.Agency, one.UserName, one.Password, Operator, stop);
            if (await tokens.FindAsync(one.Token, stop) is null)
                await tokens.AddAsync(one.Agency, one.UserName, "demo", one.Token, Operator, stop);
        });
        return made;
    }

    /// <summary>Those that were made; none before <see cref="EnsureAsync"/> has begun. Reads one file.</summary>
    public async Task<IReadOnlyList<DemoAccount>> ListAsync(CancellationToken cancellationToken) =>
        terms.IsTest ? (await keys.ReadJsonAsync<DemoAccountFile>(FileName, cancellationToken))?.Value.Accounts ?? [] : [];

    private async Task<IReadOnlyList<DemoAccount>> FileOfAsync(CancellationToken cancellationToken)
    {
        var there = await keys.ReadJsonAsync<DemoAccountFile>(FileName, cancellationToken);
        var wanted = new List<DemoAccount>(there?.Value.Accounts ?? []);
        foreach (var agency in DemoAgencies.All)
        {
            var persons = await office.PersonsAsync(agency.Code, cancellationToken);
            // Those whom the demo office came with; whoever is added later gets a password from the administrator.
            wanted.AddRange(
                from person in persons
                where agency.People.Any(one => one.PersonId == person.PersonId)
                where !wanted.Any(known => known.Agency == agency.Code && known.UserName == person.PersonId)
                orderby person.Roles[0]
                select new DemoAccount(person.Roles[0], person.PersonId, person.FullName, DrawPassword(), ApiTokens.Draw(), agency.Code));
        }

        foreach (var drawn in wanted.Skip(there?.Value.Accounts.Count ?? 0))
        {
            // A store that came without this file (restored, or opened on another machine): nobody knows the old password any more.
            // Set before it is written down: cut short, the next start draws another one.
            if (await accounts.FindAsync(drawn.Agency, drawn.UserName, cancellationToken) is { Password: not null })
                await accounts.SetPasswordAsync(drawn.Agency, drawn.UserName, drawn.Password, Operator, cancellationToken);
        }

        if (wanted.Count > (there?.Value.Accounts.Count ?? 0))
            await keys.ReplaceJsonAsync(FileName, new DemoAccountFile(DemoAccountFile.CurrentSchema, wanted), there?.ETag, cancellationToken);
        return (await keys.ReadRequiredJsonAsync<DemoAccountFile>(FileName, cancellationToken)).Value.Accounts;
    }

    /// <summary>Four groups of letters that cannot be taken for one another: typed by people, about 77 bits.</summary>
    private static string DrawPassword() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)));

    private sealed record DemoAccountFile(int Schema, IReadOnlyList<DemoAccount> Accounts) : IStoredRecord
    {
        public static int CurrentSchema => 1;
    }
}
