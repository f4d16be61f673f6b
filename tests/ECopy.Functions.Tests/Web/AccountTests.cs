using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

public sealed class AccountTests
{
    private const string User = "motcua.linh";
    private const string Password = "mật khẩu thử 1";

    [Fact]
    public async Task Five_failures_close_an_account_for_a_quarter_of_an_hour()
    {
        var clock = new SettableTime(new DateTimeOffset(2026, 5, 4, 2, 0, 0, TimeSpan.Zero));
        await using var office = await TestOffice.OpenAsync(clock);
        var accounts = office.Get<Accounts>();
        await accounts.SetPasswordAsync(TestOffice.Agency, User, Password, "quantri.mau", default);
        Assert.Equal([OfficeRole.OneStopClerk], (await SignInAsync(accounts, Password)).Value.Roles);

        // At once: not one guess more is looked at than five in a row would be.
        var guesses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SignInAsync(accounts, "sai")));
        Assert.All(guesses, one => Assert.Equal("sign-in-failed", one.Rejection?.Code));
        Assert.Equal(Accounts.MostFailures, (await office.Store.ReadJsonAsync<Account>(BlobPaths.Account(TestOffice.Agency, User), default))!.Value.Failures);
        // In the very words that a name without an account gets.
        var locked = (await SignInAsync(accounts, Password)).Rejection!;
        var unknown = (await accounts.SignInAsync(TestOffice.Agency, "khong.co", Password, default)).Rejection!;
        Assert.Equal((unknown.Code, "15"), (locked.Code, locked.Details!["minutes"]));
        Assert.Equal(unknown.Details, locked.Details);
        clock.Set(clock.GetUtcNow() + Accounts.LockOut - TimeSpan.FromSeconds(1));
        Assert.True((await SignInAsync(accounts, Password)).IsRejected);
        clock.Set(clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        Assert.False((await SignInAsync(accounts, Password)).IsRejected);

        var actions = new List<string>();
        await foreach (var entry in office.Get<AuditTrail>().ReadAsync(TestOffice.Agency, default)) actions.Add(entry.Action);
        // The fifth guess, those that came after it, and both while it was locked.
        Assert.Equal(4 + 2, actions.Count(action => action == "account-locked"));
        Assert.Equal(4 + 1, actions.Count(action => action == "sign-in-failed"));
        Assert.Equal(2, actions.Count(action => action == "signed-in"));
    }

    [Fact]
    public async Task A_success_in_time_starts_the_count_anew()
    {
        await using var office = await TestOffice.OpenAsync();
        var accounts = office.Get<Accounts>();
        await accounts.SetPasswordAsync(TestOffice.Agency, User, Password, "quantri.mau", default);
        for (var i = 0; i < 4; i++) await SignInAsync(accounts, "sai");
        // Composed or decomposed, the same letters.
        Assert.False((await SignInAsync(accounts, Password.Normalize(NormalizationForm.FormD))).IsRejected);
        for (var i = 0; i < 4; i++) Assert.Equal("sign-in-failed", (await SignInAsync(accounts, "sai")).Rejection?.Code);
        Assert.False((await SignInAsync(accounts, Password)).IsRejected);
        Assert.Equal("sign-in-failed", (await accounts.SignInAsync(TestOffice.Agency, "khong.co", Password, default)).Rejection?.Code);
        Assert.Equal("sign-in-failed", (await accounts.SignInAsync(TestOffice.Agency, "../x", Password, default)).Rejection?.Code);
    }

    [Fact]
    public async Task A_password_is_stored_slow_and_salted_only()
    {
        await using var office = await TestOffice.OpenAsync();
        var accounts = office.Get<Accounts>();
        Assert.Equal("password-too-short", (await accounts.SetPasswordAsync(TestOffice.Agency, User, "ngắn", "x", default)).Rejection?.Code);
        var first = (await accounts.SetPasswordAsync(TestOffice.Agency, User, Password, "x", default)).Value.Password!;
        var second = (await accounts.SetPasswordAsync(TestOffice.Agency, User, Password, "x", default)).Value.Password!;
        Assert.True(first.Iterations >= 600_000);
        Assert.NotEqual(first.Hash, second.Hash);
        var stored = await office.Store.ReadAsync(BlobPaths.Account(TestOffice.Agency, User), default);
        Assert.DoesNotContain(Password, Encoding.UTF8.GetString(stored!.Content.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_of_the_first_schema_is_read_and_takes_a_password()
    {
        await using var office = await TestOffice.OpenAsync();
        var path = BlobPaths.Account(TestOffice.Agency, "cu");
        await office.Store.CreateIfAbsentAsync(path, """{"schema":1,"agency":"H99.9.1","userName":"cu","personId":"motcua.linh"}"""u8.ToArray(), default);
        var accounts = office.Get<Accounts>();
        Assert.Equal("sign-in-failed", (await accounts.SignInAsync(TestOffice.Agency, "cu", "", default)).Rejection?.Code);
        await accounts.SetPasswordAsync(TestOffice.Agency, "cu", Password, "quantri.mau", default);
        Assert.Equal(Account.CurrentSchema, (await office.Store.ReadJsonAsync<Account>(path, default))!.Value.Schema);
        Assert.Equal(User, (await accounts.SignInAsync(TestOffice.Agency, "cu", Password, default)).Value.PersonId);
    }

    [Fact]
    public async Task The_demo_accounts_are_made_once_and_found_again()
    {
        await using var office = await TestOffice.OpenAsync();
        var made = await office.Get<DemoAccounts>().EnsureAsync(default);
        Assert.Equal(Enum.GetValues<OfficeRole>(), made.Select(account => account.Role).Distinct());
        var file = Path.Combine(office.DataPath, "keys", DemoAccounts.FileName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await office.StopAsync();
        await office.StartAsync();

        Assert.Equal(made, await office.Get<DemoAccounts>().EnsureAsync(default));
        var clerk = made.First(account => account.Role is OfficeRole.OneStopClerk);
        Assert.Equal(clerk.UserName, (await office.Get<Accounts>().SignInAsync(TestOffice.Agency, clerk.UserName, clerk.Password, default)).Value.UserName);
        Assert.Equal(clerk.UserName, (await office.Get<ApiTokens>().FindCallerAsync(clerk.Token, default))?.UserName);

        // What the office ended stays ended.
        await office.Get<ApiTokens>().RevokeAsync(TestOffice.Agency, Secret.DigestOf(clerk.Token), "quantri.mau", default);
        await office.Get<DemoAccounts>().EnsureAsync(default);
        Assert.Null(await office.Get<ApiTokens>().FindCallerAsync(clerk.Token, default));
    }

    private static Task<Result<Caller>> SignInAsync(Accounts accounts, string password) => accounts.SignInAsync(TestOffice.Agency, User, password, default);
}
