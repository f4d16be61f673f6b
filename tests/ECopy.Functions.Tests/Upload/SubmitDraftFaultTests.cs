using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Upload;

/// <summary>A fault at every write between the button and the last trace of the draft: nothing lost, nothing doubled.</summary>
public sealed class SubmitDraftFaultTests
{
    private const string Agency = TestOffice.Agency;

    [Theory]
    [InlineData(StoreFault.CrashBefore)]
    [InlineData(StoreFault.CrashAfter)]
    [InlineData(StoreFault.LostAnswer)]
    [InlineData(StoreFault.Refused)]
    public async Task A_fault_at_any_write_of_a_submission_leaves_one_dossier_with_each_original_once(StoreFault fault)
    {
        for (var at = 1; ; at++)
        {
            var writes = 0;
            var armed = false;
            FaultPlan? plan = null;
            await using var office = await TestOffice.OpenAsync(change: services => services.WrapStore(inner =>
            {
                // Each start of the office has a store without a past; the fault comes once, into the writes of the submission.
                plan = new FaultPlan(write => armed && IsOurs(write.Path) && ++writes == at ? fault : StoreFault.None);
                return new FaultyBlobStore(inner, plan);
            }));
            var draftId = await CounterVisits.FillAsync(office);
            armed = true;
            try
            {
                await office.Workflow.SubmitDraftAsync(Agency, draftId, DemoOffice.Clerk, default);
            }
            catch (Exception expected) when (expected is SimulatedCrashException or TransientException)
            {
                // As the clerk sees it: an error, and then they press again, or somebody starts the program again.
            }

            var met = writes >= at;
            armed = false;
            if (plan!.Crashed)
            {
                await office.CrashAsync();
                await office.StartAsync();
                await office.SweepAsync();
            }

            var pressed = await office.Workflow.SubmitDraftAsync(Agency, draftId, DemoOffice.Clerk, default);
            Assert.Null(pressed.Rejection);
            await RequireOneAsync(office, pressed.Value.DossierCode);
            if (!met) break;
        }
    }

    [Fact]
    public async Task Pressed_twice_at_once_it_is_one_dossier()
    {
        await using var office = await TestOffice.OpenAsync();
        var draftId = await CounterVisits.FillAsync(office);
        var pressed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => office.Workflow.SubmitDraftAsync(Agency, draftId, DemoOffice.Clerk, default))));
        Assert.All(pressed, one => Assert.Null(one.Rejection));
        Assert.Single(pressed.Select(one => one.Value.DossierCode).Distinct());
        // Only who chose the link knows its token.
        Assert.True(pressed.Count(one => one.Value.Token is not null) <= 1);
        await RequireOneAsync(office, pressed[0].Value.DossierCode);
    }

    private static bool IsOurs(string path) =>
        path.Split('/')[0] is "ending" or "drafts" or "dossiers" or "access" or "scans" or "requests" or "open" or "audit" or "sequences";

    private static async Task RequireOneAsync(TestOffice office, string dossierCode)
    {
        Assert.Equal([BlobPaths.Dossier(Agency, dossierCode)], await office.PathsAsync("dossiers/"));
        var dossier = (await office.Get<Dossiers>().FindAsync(Agency, dossierCode, default))!;
        Assert.Equal([BlobPaths.AccessLink(dossier.AccessLink!)], await office.PathsAsync("access/"));
        var copies = await office.Get<Dossiers>().CopiesAsync(dossier, default);
        Assert.Equal(["Bảng điểm đại học", "Giấy khai sinh"], copies.Select(copy => copy.Title));
        Assert.Equal(2, (await office.PathsAsync("requests/")).Count);
        Assert.Equal(3, (await office.PathsAsync("scans/")).Count);
        Assert.Single(await office.PathsAsync("drafts/"));
        foreach (var copy in copies) await office.WhenStateAsync(copy.CopyId, CopyState.WaitingForReview);
        var actions = new List<string>();
        await foreach (var entry in office.Get<AuditTrail>().ReadAsync(Agency, default)) actions.Add(entry.Action);
        Assert.Equal((1, 2), (actions.Count(action => action == "dossier-received"), actions.Count(action => action == "copy-received")));
        var audit = await office.AuditAsync();
        Assert.True(audit.Verdict is AuditVerdict.Clean, $"{audit.Record}: {audit.Reason}");
    }
}
