using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Office;

/// <summary>Agencies, persons and accounts as an administrator changes them.</summary>
public sealed class OfficeChangeTests
{
    private const string Admin = "quantri.mau";
    private static readonly OfficeActor Actor = new(Admin, nameof(OfficeRole.AgencyAdmin));
    private static readonly AgencyForm Ward = new(
        ["ỦY BAN NHÂN DÂN", " PHƯỜNG  VÍ DỤ ", ""], "UBND phường Ví Dụ", "Ủy ban nhân dân phường Ví Dụ", "Phường Ví Dụ", "1900 0001", "sct/bs", new AgencyPolicies(false, true, PadesLevel.BaselineB));

    private static readonly PersonForm Clerk = new("Lâm Thị Mẫu", [], [OfficeRole.OneStopClerk], null);

    [Fact]
    public async Task An_agency_is_made_changed_and_audited()
    {
        await using var office = await TestOffice.OpenAsync();
        var agencies = office.Get<ChangeAgency>();
        var made = (await agencies.AddAsync("H99.9.7", Ward, Actor, default)).Value;
        Assert.Equal(["ỦY BAN NHÂN DÂN", "PHƯỜNG VÍ DỤ"], made.HeaderLines);
        Assert.Equal("SCT/BS", made.BookSuffix);
        Assert.Equal("agency-exists", (await agencies.AddAsync("H99.9.7", Ward with { Place = "Nơi khác" }, Actor, default)).Rejection?.Code);
        // The same again is a repeat.
        Assert.Equal(made.Revision, (await agencies.AddAsync("H99.9.7", Ward, Actor, default)).Value.Revision);

        var changed = (await agencies.SetAsync("H99.9.7", Ward with { Hotline = "1900 0002" }, made.Revision, Actor, default)).Value;
        Assert.Equal(("1900 0002", 2), (changed.Hotline, changed.Revision));
        Assert.Equal("office-record-changed", (await agencies.SetAsync("H99.9.7", Ward, made.Revision, Actor, default)).Rejection?.Code);
        Assert.Equal(2, (await agencies.SetAsync("H99.9.7", Ward with { Hotline = "1900 0002" }, 2, Actor, default)).Value.Revision);
        Assert.Equal("agency-unknown", (await agencies.SetAsync("H99.9.8", Ward, null, Actor, default)).Rejection?.Code);

        var trail = await TrailAsync(office, "H99.9.7");
        Assert.Equal(["agency-added", "agency-changed"], trail.Select(entry => entry.Action));
        Assert.All(trail, entry => Assert.Equal(Admin, entry.Actor));
        Assert.Equal(trail[0].Details["after"], trail[1].Details["before"]);
        Assert.DoesNotContain(trail, entry => entry.Details.Values.Any(value => value.Contains("1900", StringComparison.Ordinal)));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Theory]
    [InlineData("code", "agency-code-invalid")]
    [InlineData("header", "office-text-invalid")]
    [InlineData("short", "office-text-invalid")]
    [InlineData("control", "office-text-invalid")]
    [InlineData("hotline", "office-text-invalid")]
    [InlineData("test-book", "book-suffix-invalid")]
    [InlineData("book", "book-suffix-invalid")]
    public async Task What_an_agency_cannot_be_is_told(string what, string code)
    {
        await using var office = await TestOffice.OpenAsync();
        var (name, form) = what switch
        {
            "code" => ("store", Ward),
            "header" => ("H99.9.7", Ward with { HeaderLines = ["", " "] }),
            "short" => ("H99.9.7", Ward with { ShortName = new string('x', 61) }),
            "control" => ("H99.9.7", Ward with { Place = "Phường\u0007" }),
            "hotline" => ("H99.9.7", Ward with { Hotline = "gọi văn thư" }),
            "test-book" => ("H99.9.7", Ward with { BookSuffix = "SCT/BS-TEST" }),
            _ => ("H99.9.7", Ward with { BookSuffix = "../x" }),
        };
        Assert.Equal(code, (await office.Get<ChangeAgency>().AddAsync(name, form, Actor, default)).Rejection?.Code);
        Assert.Empty(await TrailAsync(office, "H99.9.7"));
    }

    [Fact]
    public async Task An_official_who_is_not_the_chairman_needs_a_delegation()
    {
        await using var office = await TestOffice.OpenAsync();
        var persons = office.Get<ChangePerson>();
        var vice = new PersonForm("Đỗ Văn Mẫu", ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], [OfficeRole.Attestor], null);
        Assert.Equal("delegation-missing", (await persons.AddAsync(TestOffice.Agency, "do.mau", vice, Actor, default)).Rejection?.Code);
        Assert.Equal("office-text-invalid", (await persons.AddAsync(TestOffice.Agency, "do.mau", vice with { TitleLines = [] }, Actor, default)).Rejection?.Code);
        Assert.Equal("roles-missing", (await persons.AddAsync(TestOffice.Agency, "do.mau", vice with { Roles = [] }, Actor, default)).Rejection?.Code);
        Assert.Equal("person-id-invalid", (await persons.AddAsync(TestOffice.Agency, "Đỗ Mẫu", vice, Actor, default)).Rejection?.Code);
        foreach (var (from, until) in ((string, string?)[])[("2026-01-01", null), ("31/02/2026", null), ("02/01/2026", "01/01/2026")])
        {
            var wrong = vice with { Delegation = new DelegationForm("phân công", "03/PC", from, until, null) };
            Assert.Equal("delegation-dates-invalid", (await persons.AddAsync(TestOffice.Agency, "do.mau", wrong, Actor, default)).Rejection?.Code);
        }

        var right = vice with { Delegation = new DelegationForm("Ủy Quyền", "03/UQ-UBND", "01/01/2026", "31/12/2026", "bản sao từ bản chính") };
        var added = (await persons.AddAsync(TestOffice.Agency, "do.mau", right, Actor, default)).Value;
        Assert.Equal(new Delegation("ủy quyền", "03/UQ-UBND", new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), "bản sao từ bản chính"), added.Delegation);
        // The chairman, and who acts as one, sign in their own right.
        foreach (var title in (string[])["CHỦ TỊCH", "Q. CHỦ TỊCH"])
            Assert.False((await persons.SetAsync(TestOffice.Agency, "do.mau", vice with { TitleLines = [title] }, null, Actor, default)).IsRejected);
        Assert.Equal("delegation-missing", (await persons.SetAsync(TestOffice.Agency, "do.mau", vice with { TitleLines = ["TUQ. CHỦ TỊCH", "CÔNG CHỨC TƯ PHÁP"] }, null, Actor, default)).Rejection?.Code);
    }

    [Fact]
    public async Task Who_leaves_keeps_the_record_and_loses_roles_sign_in_and_tokens()
    {
        await using var office = await TestOffice.OpenAsync();
        var accounts = office.Get<Accounts>();
        const string Password = "mật khẩu thử 9";
        await accounts.SetPasswordAsync(TestOffice.Agency, DemoOffice.Clerk, Password, Admin, default);
        var token = ApiTokens.Draw();
        await office.Get<ApiTokens>().AddAsync(TestOffice.Agency, DemoOffice.Clerk, "máy quét", token, Admin, default);
        Assert.NotNull(await office.Get<ApiTokens>().FindCallerAsync(token, default));

        var directory = office.Get<OfficeDirectory>();
        var clerk = await directory.PersonAsync(TestOffice.Agency, DemoOffice.Clerk, default);
        var left = (await office.Get<ChangePerson>().SetAsync(TestOffice.Agency, DemoOffice.Clerk, PersonForm.Of(clerk) with { HasLeft = true }, clerk.Revision, Actor, default)).Value;
        Assert.Equal((clerk.FullName, 0, true), (left.FullName, left.Roles.Count, left.Inactive));
        Assert.Null(await office.Get<ApiTokens>().FindCallerAsync(token, default));
        Assert.Equal("sign-in-failed", (await accounts.SignInAsync(TestOffice.Agency, DemoOffice.Clerk, Password, default)).Rejection?.Code);
        Assert.True((await accounts.FindAsync(TestOffice.Agency, DemoOffice.Clerk, default))!.Closed);
        Assert.Equal("person-has-left", (await office.Get<ChangeAccount>().OpenAsync(TestOffice.Agency, DemoOffice.Clerk, Actor, default)).Rejection?.Code);

        // Who comes back gets roles first, then the account.
        await office.Get<ChangePerson>().SetAsync(TestOffice.Agency, DemoOffice.Clerk, PersonForm.Of(clerk), left.Revision, Actor, default);
        Assert.Null(await office.Get<ApiTokens>().FindCallerAsync(token, default));
        Assert.False((await office.Get<ChangeAccount>().OpenAsync(TestOffice.Agency, DemoOffice.Clerk, Actor, default)).IsRejected);
        Assert.NotNull(await office.Get<ApiTokens>().FindCallerAsync(token, default));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task The_last_administrator_who_can_sign_in_stays()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, Admin, "mật khẩu quản trị", Admin, default);
        var persons = office.Get<ChangePerson>();
        var admin = PersonForm.Of(await office.Get<OfficeDirectory>().PersonAsync(TestOffice.Agency, Admin, default));
        async Task RequireStaysAsync()
        {
            Assert.Equal("last-administrator", (await persons.SetAsync(TestOffice.Agency, Admin, admin with { Roles = [OfficeRole.Inspector] }, null, Actor, default)).Rejection?.Code);
            Assert.Equal("last-administrator", (await persons.SetAsync(TestOffice.Agency, Admin, admin with { HasLeft = true }, null, Actor, default)).Rejection?.Code);
            Assert.Equal("last-administrator", (await office.Get<ChangeAccount>().CloseAsync(TestOffice.Agency, Admin, Actor, default)).Rejection?.Code);
        }

        await RequireStaysAsync();
        // A second one who cannot sign in is none.
        await persons.AddAsync(TestOffice.Agency, "quantri.hai", Clerk with { Roles = [OfficeRole.AgencyAdmin] }, Actor, default);
        await RequireStaysAsync();
        await office.Get<ChangeAccount>().AddAsync(TestOffice.Agency, "quantri.hai", "quantri.hai", Actor, default);
        await RequireStaysAsync();
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, "quantri.hai", "mật khẩu thứ hai", Admin, default);
        Assert.False((await persons.SetAsync(TestOffice.Agency, Admin, admin with { HasLeft = true }, null, Actor, default)).IsRejected);
        Assert.Equal("last-administrator", (await office.Get<ChangeAccount>().CloseAsync(TestOffice.Agency, "quantri.hai", Actor, default)).Rejection?.Code);
    }

    [Fact]
    public async Task Two_administrators_who_remove_each_other_at_once_do_not_both_succeed()
    {
        await using var office = await TestOffice.OpenAsync();
        string[] names = [Admin, "quantri.hai"];
        await office.Get<ChangePerson>().AddAsync(TestOffice.Agency, names[1], Clerk with { Roles = [OfficeRole.AgencyAdmin] }, Actor, default);
        await office.Get<ChangeAccount>().AddAsync(TestOffice.Agency, names[1], names[1], Actor, default);
        foreach (var name in names) await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, name, "mật khẩu " + name, Admin, default);
        var outcomes = await Task.WhenAll(names.Select(name => office.Get<ChangePerson>().SetAsync(TestOffice.Agency, name, Clerk with { HasLeft = true }, null, Actor, default)));
        Assert.Equal("last-administrator", Assert.Single(outcomes, outcome => outcome.IsRejected).Rejection?.Code);
    }

    [Fact]
    public async Task A_person_has_one_account_of_a_name_that_is_free()
    {
        await using var office = await TestOffice.OpenAsync();
        var accounts = office.Get<ChangeAccount>();
        await office.Get<ChangePerson>().AddAsync(TestOffice.Agency, "lam.mau", Clerk, Actor, default);
        Assert.Equal("account-exists", (await accounts.AddAsync(TestOffice.Agency, DemoOffice.Clerk, "lam.mau", Actor, default)).Rejection?.Code);
        Assert.Equal("user-name-invalid", (await accounts.AddAsync(TestOffice.Agency, "Lam Mau", "lam.mau", Actor, default)).Rejection?.Code);
        Assert.Equal("person-unknown", (await accounts.AddAsync(TestOffice.Agency, "lam.mau", "nobody", Actor, default)).Rejection?.Code);
        Assert.False((await accounts.AddAsync(TestOffice.Agency, "lam.mau", "lam.mau", Actor, default)).IsRejected);
        Assert.Equal("account-of-person-exists", (await accounts.AddAsync(TestOffice.Agency, "lam.hai", "lam.mau", Actor, default)).Rejection?.Code);
    }

    [Theory]
    [InlineData(StoreFault.Refused, 1)]
    [InlineData(StoreFault.LostAnswer, 1)]
    [InlineData(StoreFault.Conflict, 1)]
    [InlineData(StoreFault.Refused, 2)]
    [InlineData(StoreFault.LostAnswer, 2)]
    [InlineData(StoreFault.Conflict, 2)]
    [InlineData(StoreFault.Refused, 3)]
    public async Task A_change_that_the_store_answers_badly_is_made_once(StoreFault fault, int write)
    {
        await using var office = await TestOffice.OpenAsync();
        // Into the gate, the record, out of the gate.
        var faulty = new FaultyBlobStore(office.Store, FaultPlan.At(write, fault));
        using var writer = new OfficeWriter(faulty, new AuditTrail(office.Store, office.Get<IWitness>(), new LedgerOptions(), office.Clock), office.Clock);
        var form = AgencyForm.Of(await office.Get<OfficeDirectory>().AgencyAsync(TestOffice.Agency, default));
        var changed = await new ChangeAgency(writer).SetAsync(TestOffice.Agency, form with { Hotline = "1900 9999" }, 0, Actor, default);
        Assert.Equal(("1900 9999", 1), (changed.Value.Hotline, changed.Value.Revision));
        Assert.Single(await TrailAsync(office, TestOffice.Agency), entry => entry.Action == "agency-changed");
    }

    private static async Task<List<AuditEntry>> TrailAsync(TestOffice office, string agency)
    {
        var entries = new List<AuditEntry>();
        await foreach (var entry in office.Get<AuditTrail>().ReadAsync(agency, default)) entries.Add(entry);
        return entries;
    }
}
