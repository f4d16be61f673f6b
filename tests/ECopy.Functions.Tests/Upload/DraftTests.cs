using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Upload;

public sealed class DraftTests
{
    private const string Agency = TestOffice.Agency;
    private const string Clerk = DemoOffice.Clerk;

    [Fact]
    public async Task A_draft_outlives_the_program_with_its_pages_fields_and_order()
    {
        await using var office = await TestOffice.OpenAsync();
        var draftId = await CounterVisits.FillAsync(office);
        await office.CrashAsync();
        await office.StartAsync();
        var drafts = office.Get<Drafts>();
        var draft = Assert.Single(await drafts.ListAsync(Agency, default));
        Assert.Equal((draftId, CounterVisits.Requester, CounterVisits.PersonalId), (draft.DraftId, draft.Requester, draft.PersonalId));
        Assert.Equal(["Bảng điểm đại học", ""], draft.Originals.Select(original => original.Title));
        Assert.Equal([90, 0], draft.Originals[0].Pages.Select(page => page.Rotation));
        Assert.Equal([5, 1], draft.Originals.Select(original => original.CountedPages));
        var first = await drafts.ReadPageAsync(Agency, draftId, draft.Originals[0].Pages[0].PageId, default);
        Assert.Equal(SmallScan.Png(2), first!.Value.Content.ToArray());
        Assert.Empty(await drafts.ListAsync(ApiOffice.Neighbour, default));
        Assert.Null(await drafts.FindAsync(ApiOffice.Neighbour, draftId, default));
    }

    [Fact]
    public async Task A_repeat_of_the_same_act_changes_nothing_more()
    {
        await using var office = await TestOffice.OpenAsync();
        var drafts = office.Get<Drafts>();
        string draftId = Drafts.NewId(), original = Drafts.NewId(), page = Drafts.NewId();
        for (var i = 0; i < 2; i++) CounterVisits.Taken(await drafts.AddPageAsync(Agency, draftId, Clerk, original, page, 1, SmallScan.Png(1), default));
        Assert.Single((await drafts.FindAsync(Agency, draftId, default))!.Pages);
        Assert.Equal("request-invalid", (await drafts.AddPageAsync(Agency, draftId, Clerk, original, page, 1, SmallScan.Png(2), default)).Rejection?.Code);
        for (var i = 0; i < 2; i++) Assert.Empty(CounterVisits.Taken(await drafts.DropPageAsync(Agency, draftId, Clerk, page, default)).Pages);
        for (var i = 0; i < 2; i++) Assert.Empty(CounterVisits.Taken(await drafts.RemoveOriginalAsync(Agency, draftId, Clerk, original, default)).Originals);
        Assert.Equal([BlobPaths.Draft(Agency, draftId)], await office.PathsAsync("drafts/"));
    }

    [Fact]
    public async Task A_page_sent_again_while_the_draft_is_handed_in_stays_for_the_dossier()
    {
        string draftId = Drafts.NewId(), original = Drafts.NewId(), page = Drafts.NewId();
        var refusing = false;
        var plan = new FaultPlan(write => refusing && write.Path.StartsWith("dossiers/", StringComparison.Ordinal) ? StoreFault.Refused : StoreFault.None);
        await using var office = await TestOffice.OpenAsync(change: services => services.WrapStore(inner => new FaultyBlobStore(inner, plan)));
        var drafts = office.Get<Drafts>();
        CounterVisits.Taken(await drafts.AddPageAsync(Agency, draftId, Clerk, original, page, 1, SmallScan.Png(1), default));
        CounterVisits.Taken(await drafts.SaveAsync(
            Agency, draftId, Clerk, new DraftForm(CounterVisits.Requester, null, [new(original, "", "Giấy khai sinh", null, [new(page, 0)])]), default));
        plan.BeforeWrite = async write =>
        {
            if (refusing || write.Path != BlobPaths.DraftPage(Agency, draftId, page, "png")) return;
            // Another window hands in at this moment, and gets no further than its order.
            refusing = true;
            await Assert.ThrowsAsync<TransientException>(() => office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default));
        };
        Assert.Equal("draft-ended", (await drafts.AddPageAsync(Agency, draftId, Clerk, original, page, 1, SmallScan.Png(1), default)).Rejection?.Code);
        plan.BeforeWrite = _ => Task.CompletedTask;
        refusing = false;
        Assert.Null((await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Rejection);
        Assert.Single(await office.PathsAsync("scans/"));
    }

    [Fact]
    public async Task A_draft_holds_only_so_many_originals_however_they_come()
    {
        await using var office = await TestOffice.OpenAsync();
        var drafts = office.Get<Drafts>();
        var draftId = Drafts.NewId();
        DraftForm Fifty() => new("", null, [.. Enumerable.Range(0, 50).Select(_ => new DraftFormOriginal(Drafts.NewId(), "", "Giấy khai sinh", null, []))]);
        CounterVisits.Taken(await drafts.SaveAsync(Agency, draftId, Clerk, Fifty(), default));
        Assert.Equal("too-many-originals", (await drafts.SaveAsync(Agency, draftId, Clerk, Fifty(), default)).Rejection?.Code);
        Assert.Equal("too-many-originals", (await drafts.AddPageAsync(Agency, draftId, Clerk, Drafts.NewId(), Drafts.NewId(), 1, SmallScan.Png(1), default)).Rejection?.Code);
        Assert.Equal([BlobPaths.Draft(Agency, draftId)], await office.PathsAsync("drafts/"));
    }

    [Fact]
    public async Task A_screen_that_does_not_know_a_page_does_not_drop_it()
    {
        await using var office = await TestOffice.OpenAsync();
        var drafts = office.Get<Drafts>();
        string draftId = Drafts.NewId(), one = Drafts.NewId(), two = Drafts.NewId(), known = Drafts.NewId(), late = Drafts.NewId();
        await drafts.AddPageAsync(Agency, draftId, Clerk, one, known, 1, SmallScan.Png(1), default);
        await drafts.AddPageAsync(Agency, draftId, Clerk, one, late, 1, SmallScan.Png(2), default);
        // The known page is moved to another original; the late one stays where it was.
        var draft = CounterVisits.Taken(await drafts.SaveAsync(
            Agency, draftId, Clerk, new DraftForm("", null, [new(two, "", "Giấy khai sinh", null, [new(known, 270), new(Drafts.NewId(), 0)])]), default));
        Assert.Equal([two, one], draft.Originals.Select(original => original.OriginalId));
        Assert.Equal([known], draft.Originals[0].Pages.Select(page => page.PageId));
        Assert.Equal([late], draft.Originals[1].Pages.Select(page => page.PageId));
    }

    [Theory]
    [InlineData("", "image-empty")]
    [InlineData("MZ\u0090 this program cannot be run", "image-unsupported-type")]
    [InlineData("%PDF-1.7", "image-unsupported-type")]
    public async Task A_file_that_is_no_picture_is_refused_at_once_and_nothing_is_kept(string content, string code)
    {
        await using var office = await TestOffice.OpenAsync();
        var added = await office.Get<Drafts>().AddPageAsync(Agency, Drafts.NewId(), Clerk, Drafts.NewId(), Drafts.NewId(), 1, Encoding.Latin1.GetBytes(content), default);
        Assert.Equal(code, added.Rejection?.Code);
        Assert.Empty(await office.PathsAsync("drafts/"));
    }

    [Fact]
    public async Task A_submitted_draft_becomes_a_dossier_with_turned_pages_in_their_order_and_leaves_no_pages_behind()
    {
        await using var office = await TestOffice.OpenAsync();
        var draftId = await CounterVisits.FillAsync(office);
        var submitted = (await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Value;
        var dossier = await office.Get<AccessLinks>().FindDossierAsync(submitted.Token!, default);
        Assert.Equal((submitted.DossierCode, CounterVisits.Requester, CounterVisits.PersonalId), (dossier!.DossierCode, dossier.Requester, dossier.PersonalId));
        var copies = await office.Get<Dossiers>().CopiesAsync(dossier, default);
        Assert.Equal([("Bảng điểm đại học", 5), ("Giấy khai sinh", 1)], copies.Select(copy => (copy.Title, copy.OriginalPages)));
        Assert.All(copies, copy => Assert.Equal((submitted.DossierCode, dossier.ReceivedAt), (copy.DossierCode, copy.ReceivedAt)));
        Assert.Equal([90, 0], copies[0].Files.Select(file => file.Rotation));
        Assert.Equal(SmallScan.Png(2), (await office.Store.ReadAsync(copies[0].Files[0].Path, default))!.Content.ToArray());
        foreach (var copy in copies) await office.WhenStateAsync(copy.CopyId, CopyState.WaitingForReview);

        // What is left says where the dossier is, and nothing of the requester.
        Assert.Equal([BlobPaths.Draft(Agency, draftId)], await office.PathsAsync("drafts/"));
        Assert.DoesNotContain("Nguyễn", Encoding.UTF8.GetString((await office.Store.ReadAsync(BlobPaths.Draft(Agency, draftId), default))!.Content.Span), StringComparison.Ordinal);
        Assert.Empty(await office.Get<Drafts>().ListAsync(Agency, default));
        var again = (await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Value;
        Assert.Equal((submitted.DossierCode, null), (again.DossierCode, again.Token));
        Assert.Equal("draft-ended", (await office.Get<Drafts>().SaveAsync(Agency, draftId, Clerk, new DraftForm("", null, []), default)).Rejection?.Code);
        Assert.Equal("draft-ended", (await office.Get<Drafts>().DiscardAsync(Agency, draftId, Clerk, default)).Rejection?.Code);
    }

    [Fact]
    public async Task A_turned_page_is_drawn_upright_in_the_copy_and_its_bytes_and_digest_stay()
    {
        await using var office = await TestOffice.OpenAsync();
        var drafts = office.Get<Drafts>();
        string draftId = Drafts.NewId(), original = Drafts.NewId(), page = Drafts.NewId();
        // Scanned across, though it is an upright paper.
        var scan = DrawnScans.Wide(72);
        CounterVisits.Taken(await drafts.AddPageAsync(Agency, draftId, Clerk, original, page, 1, scan, default));
        CounterVisits.Taken(await drafts.SaveAsync(Agency, draftId, Clerk, new DraftForm("Ngô Thị Mẫu", "", [new(original, "Giấy chứng nhận", "", null, [new(page, 90)])]), default));
        var copyId = (await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Value.Requests[0].CopyId;
        var waiting = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(scan)), waiting.ScanDigest);
        await office.DecideAsync(copyId);
        var issued = (await office.WhenStateAsync(copyId, CopyState.Registered)).Issued!;
        var copy = (await office.Store.ReadAsync(issued.Path, default))!.Content.ToArray();
        var size = OutsideTool.RunOn(copy, ".pdf", "pdfinfo", "-f", "1", "-l", "1", "{}").Output.Split('\n').Single(line => line.StartsWith("Page    1 size:", StringComparison.Ordinal));
        Assert.Matches(@"595\.\d+ x 841\.\d+ pts", size);
    }

    [Fact]
    public async Task What_is_missing_is_named_with_its_place_and_nothing_is_submitted()
    {
        await using var office = await TestOffice.OpenAsync();
        var drafts = office.Get<Drafts>();
        string draftId = Drafts.NewId(), original = Drafts.NewId(), page = Drafts.NewId();
        async Task RefusedAsync(string code, string field)
        {
            var refused = (await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Rejection!;
            Assert.Equal((code, field), (refused.Code, refused.Details!["field"]));
        }

        Assert.Equal("draft-not-found", (await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Rejection?.Code);
        Assert.Equal("title-unprintable", (await drafts.SaveAsync(Agency, draftId, Clerk, new DraftForm("", "", [new(original, "", "Bằng khen 🏅", null, [])]), default)).Rejection?.Code);
        await drafts.SaveAsync(Agency, draftId, Clerk, new DraftForm("", "", [new(original, "", "", null, [])]), default);
        await RefusedAsync("requester-missing", "requester");
        await drafts.SaveAsync(Agency, draftId, Clerk, new DraftForm("Bùi Thị Ví Dụ", "12345", []), default);
        await RefusedAsync("personal-id-invalid", "personalId");
        await drafts.SaveAsync(Agency, draftId, Clerk, new DraftForm("Bùi Thị Ví Dụ", "", []), default);
        await RefusedAsync("original-scan-missing", "scan");
        await drafts.AddPageAsync(Agency, draftId, Clerk, original, page, 1, SmallScan.Png(1), default);
        await RefusedAsync("original-title-missing", "title");
        Assert.Equal("not-a-clerk", (await office.Workflow.SubmitDraftAsync(Agency, draftId, DemoOffice.Attestor, default)).Rejection?.Code);
        Assert.True((await drafts.FindAsync(Agency, draftId, default))!.IsOpen);
        Assert.Empty(await office.PathsAsync("dossiers/"));
        Assert.Empty(await office.PathsAsync("requests/"));
    }

    [Fact]
    public async Task A_draft_that_is_given_up_is_destroyed_and_the_trail_says_so_once()
    {
        var clock = new ShiftedTime(new DateTimeOffset(2026, 11, 23, 2, 0, 0, TimeSpan.Zero));
        await using var office = await TestOffice.OpenAsync(clock);
        var draftId = await CounterVisits.FillAsync(office);
        for (var i = 0; i < 2; i++) Assert.Null((await office.Get<Drafts>().DiscardAsync(Agency, draftId, Clerk, default)).Rejection);
        Assert.Equal([BlobPaths.Draft(Agency, draftId)], await office.PathsAsync("drafts/"));
        await office.SweepAsync();
        var entries = new List<string>();
        await foreach (var entry in office.Get<ECopy.Functions.Ledger.AuditTrail>().ReadAsync(Agency, default)) entries.Add(entry.Action);
        Assert.Single(entries, "draft-discarded");
        Assert.Equal("draft-not-found", (await office.Workflow.SubmitDraftAsync(Agency, draftId, Clerk, default)).Rejection?.Code);
    }
}
