using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>What one handler remembers is no danger to what another one does: two graphs of services over one store.</summary>
public sealed class SharedStoreTests
{
    private static readonly OfficeActor Actor = new("quantri.mau", nameof(OfficeRole.AgencyAdmin));

    [Fact]
    public async Task Two_administrators_cannot_take_the_last_role_from_one_another_at_once()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        var admin = (await office.Get<OfficeDirectory>().PersonsAsync(HandlerOffice.Agency, default)).Single(person => person.Has(OfficeRole.AgencyAdmin)).PersonId;
        var form = new PersonForm("Đinh Văn Mẫu", [], [OfficeRole.AgencyAdmin], null);
        await office.Get<ChangePerson>().AddAsync(HandlerOffice.Agency, "quantri.hai", form, Actor, default);
        await office.Get<ChangeAccount>().AddAsync(HandlerOffice.Agency, "quantri.hai", "quantri.hai", Actor, default);
        foreach (var user in (string[])[admin, "quantri.hai"]) Assert.False((await office.Get<Accounts>().SetPasswordAsync(HandlerOffice.Agency, user, "mật khẩu dài", "test", default)).IsRejected);

        for (var round = 0; round < 12; round++)
        {
            var answers = await Task.WhenAll(SetAsync(0, admin, OfficeRole.OneStopClerk), SetAsync(1, "quantri.hai", OfficeRole.OneStopClerk));
            Assert.Equal("last-administrator", Assert.Single(answers, answer => answer.IsRejected).Rejection!.Code);
            foreach (var user in (string[])[admin, "quantri.hai"]) Assert.False((await SetAsync(round % 2, user, OfficeRole.AgencyAdmin)).IsRejected);
        }

        Task<Result<Person>> SetAsync(int handler, string person, OfficeRole role) =>
            Task.Run(() => office.Get<ChangePerson>(handler).SetAsync(HandlerOffice.Agency, person, form with { Roles = [role] }, null, Actor, default));
    }

    [Fact]
    public async Task A_session_begun_at_one_handler_holds_at_the_other_and_ends_at_both()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        var account = (await office.Get<Accounts>().FindAsync(HandlerOffice.Agency, DemoOffice.Clerk, default))!;
        var caller = (await office.Get<Accounts>().CallerOfAsync(account, default))!;
        var key = await office.Get<Sessions>(0).StoreAsync(new AuthenticationTicket(Callers.PrincipalOf(caller, Sessions.SchemeName), Sessions.SchemeName));
        Assert.NotNull(await office.Get<Sessions>(1).RetrieveAsync(key));
        await office.Get<ChangePerson>(1).SetAsync(HandlerOffice.Agency, DemoOffice.Clerk, new PersonForm("Nguyễn Thị Linh Mẫu", [], [OfficeRole.Inspector], null), null, Actor, default);
        Assert.True((await office.Get<Sessions>(0).RetrieveAsync(key))!.Principal.IsInRole(nameof(OfficeRole.Inspector)));
        await office.Get<Sessions>(1).RemoveAsync(key);
        Assert.Null(await office.Get<Sessions>(0).RetrieveAsync(key));
    }

    [Fact]
    public async Task What_one_handler_has_sealed_in_a_cookie_the_other_opens_though_both_began_without_a_key()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        // Both make their first key at once.
        var sealedBy = await Task.WhenAll(Enumerable.Range(0, 2).Select(handler => Task.Run(() => ProtectorOf(handler).Protect($"từ {handler}"))));
        Assert.Equal("từ 0", ProtectorOf(1).Unprotect(sealedBy[0]));
        Assert.Equal("từ 1", ProtectorOf(0).Unprotect(sealedBy[1]));

        IDataProtector ProtectorOf(int handler) => office.Get<IDataProtectionProvider>(handler).CreateProtector("test");
    }

    [Fact]
    public async Task One_key_of_an_upload_at_two_handlers_at_once_is_one_copy()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        for (var round = 0; round < 5; round++)
        {
            var key = $"key-{round}";
            var received = await Task.WhenAll(Enumerable.Range(0, 2).Select(handler => Task.Run(() => UploadAsync(handler, key))));
            Assert.Equal((received[0].CopyId, received[0].VerificationCode, received[0].DossierCode), (received[1].CopyId, received[1].VerificationCode, received[1].DossierCode));
        }

        var open = new List<string>();
        await foreach (var marker in office.Store.ListAsync(BlobPaths.OpenMarkers, default)) open.Add(marker);
        Assert.Equal(5, open.Count);

        async Task<CopyRequest> UploadAsync(int handler, string key)
        {
            var upload = new ScanUpload(HandlerOffice.Agency, TestOffice.NewCopyId(), DemoOffice.Clerk, "Bằng tốt nghiệp", "Nguyễn Thị Ví Dụ", null, [SmallScan.Png(1)]);
            var keys = office.Get<UploadKeys>(handler);
            using var running = keys.TryBegin(HandlerOffice.Agency, DemoOffice.Clerk, key)!;
            var copyId = (await keys.CopyIdAsync(HandlerOffice.Agency, DemoOffice.Clerk, key, upload, default)).Value;
            return (await office.Get<CopyWorkflow>(handler).SubmitAsync(upload with { CopyId = copyId }, default)).Value;
        }
    }

    [Fact]
    public async Task Two_handlers_that_start_at_once_found_one_demo()
    {
        using var folder = new TestFolder();
        using var data = (await DataFolder.OpenAsync(folder["data"], StoreKind.Demo, TimeProvider.System, default)).Value;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => OfficeOf().EnsureAsync(default))));
        var office = new OfficeDirectory(data.Blobs);
        using var keys = new KeyRing(folder["keys"], new KeyVaults(new KeyVaultOptions([])));
        foreach (var agency in await office.AgenciesAsync(default))
        {
            // Every certificate that somebody signs with has its key, and leads to the one root.
            var named = (await office.PersonsAsync(agency.Code, default)).Select(person => person.Certificate).Append(agency.SealCertificate).OfType<string>().ToList();
            Assert.True(named.Count > 1);
            foreach (var thumbprint in named)
                Assert.False(keys.Open((await office.FindCertificateAsync(agency.Code, thumbprint, default))!).IsRejected);
        }

        Assert.Single(await office.StoredTrustAnchorsAsync(default));

        DemoOffice OfficeOf() => new(data.Blobs, new KeyFiles(FileBlobStore.OpenShared(folder["authority"])), new KeyFiles(FileBlobStore.OpenShared(folder["keys"])), TimeProvider.System);
    }

    [Fact]
    public async Task Two_handlers_that_start_at_once_give_each_demo_account_one_password()
    {
        await using var office = await HandlerOffice.OpenAsync(2);
        var made = await Task.WhenAll(Enumerable.Range(0, 2).Select(handler => Task.Run(() => office.Get<DemoAccounts>(handler).EnsureAsync(default))));
        Assert.Equal(made[0], made[1]);
        foreach (var (account, handler) in made[0].Take(2).Select((account, at) => (account, at)))
        {
            Assert.Equal(account.UserName, (await office.Get<Accounts>(handler).SignInAsync(account.Agency, account.UserName, account.Password, default)).Value.UserName);
            Assert.Equal(account.UserName, (await office.Get<ApiTokens>(handler).FindCallerAsync(account.Token, default))!.UserName);
        }
    }
}
