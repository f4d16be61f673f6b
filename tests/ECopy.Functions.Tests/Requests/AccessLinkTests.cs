using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Tests.Web;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Requests;

public sealed class AccessLinkTests
{
    private const string Agency = TestOffice.Agency;

    [Fact]
    public async Task A_new_link_ends_the_one_before_at_once_and_no_token_is_stored()
    {
        await using var office = await TestOffice.OpenAsync();
        var links = office.Get<AccessLinks>();
        var code = (await office.SubmitAsync()).Value.DossierCode;
        var first = (await links.ReplaceAsync(Agency, code, DemoOffice.Clerk, default)).Value;
        Assert.Equal(code, (await links.FindDossierAsync(first, default))!.DossierCode);
        var second = (await links.ReplaceAsync(Agency, code, DemoOffice.Clerk, default)).Value;
        Assert.Null(await links.FindDossierAsync(first, default));
        Assert.NotNull(await links.FindDossierAsync(second, default));
        foreach (var wrong in (string[])["", second[..^1], second + "A", AccessLinks.Draw(), "../../etc/passwd"]) Assert.Null(await links.FindDossierAsync(wrong, default));
        foreach (var path in await office.PathsAsync("access/"))
            Assert.DoesNotContain(second, Encoding.UTF8.GetString((await office.Store.ReadAsync(path, default))!.Content.Span), StringComparison.Ordinal);
        Assert.Equal("dossier-not-found", (await links.ReplaceAsync(ApiOffice.Neighbour, code, DemoOffice.Clerk, default)).Rejection?.Code);
        var trail = new List<string>();
        await foreach (var entry in office.Get<ECopy.Functions.Ledger.AuditTrail>().ReadAsync(Agency, default))
        {
            if (entry.Action == "access-link-replaced") trail.Add(entry.Subject + " " + entry.Details["link"]);
        }

        Assert.Equal([$"{code} {Secret.DigestOf(first)}", $"{code} {Secret.DigestOf(second)}"], trail);
    }

    [Theory]
    [InlineData(StoreFault.CrashBefore)]
    [InlineData(StoreFault.CrashAfter)]
    public async Task A_kill_at_any_write_of_a_new_link_leaves_exactly_one_in_force(StoreFault fault)
    {
        for (var at = 1; ; at++)
        {
            var writes = 0;
            var armed = false;
            await using var office = await TestOffice.OpenAsync(change: services => services.WrapStore(
                inner => new FaultyBlobStore(inner, new FaultPlan(write => armed && write.Path.Split('/')[0] is "access" or "dossiers" && armed && ++writes == at ? fault : StoreFault.None))));
            var code = (await office.SubmitAsync()).Value.DossierCode;
            var before = (await office.Get<AccessLinks>().ReplaceAsync(Agency, code, DemoOffice.Clerk, default)).Value;
            armed = true;
            try
            {
                await office.Get<AccessLinks>().ReplaceAsync(Agency, code, DemoOffice.Clerk, default);
            }
            catch (SimulatedCrashException)
            {
                // Started again below.
            }

            var met = writes >= at;
            armed = false;
            await office.CrashAsync();
            await office.StartAsync();
            var dossier = (await office.Get<Dossiers>().FindAsync(Agency, code, default))!;
            // Either the old one still stands whole, or it has ended: never both, never neither.
            Assert.Equal(dossier.AccessLink == Secret.DigestOf(before), await office.Get<AccessLinks>().FindDossierAsync(before, default) is not null);
            var next = (await office.Get<AccessLinks>().ReplaceAsync(Agency, code, DemoOffice.Clerk, default)).Value;
            Assert.NotNull(await office.Get<AccessLinks>().FindDossierAsync(next, default));
            Assert.Null(await office.Get<AccessLinks>().FindDossierAsync(before, default));
            if (!met) break;
        }
    }

    [Fact]
    public async Task An_upload_by_itself_has_a_dossier_of_its_own_and_a_repeat_has_the_same()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = TestOffice.NewCopyId();
        var first = (await office.SubmitAsync(copyId: copyId)).Value;
        var again = (await office.SubmitAsync(copyId: copyId)).Value;
        Assert.Equal((first.DossierCode, first.VerificationCode), (again.DossierCode, again.VerificationCode));
        var dossier = (await office.Get<Dossiers>().FindAsync(Agency, first.DossierCode, default))!;
        Assert.Equal([copyId], dossier.CopyIds);
        Assert.Equal((first.ReceivedAt, first.DueAt, first.Requester, null), (dossier.ReceivedAt, dossier.DueAt, dossier.Requester, dossier.AccessLink));
        Assert.Single(await office.PathsAsync("dossiers/"));
    }
}
