using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>Who may approve and seal, and with which certificate.</summary>
public sealed class ApprovalRuleTests
{
    [Fact]
    public async Task The_seal_waits_for_the_clerical_officer_where_it_is_not_automatic()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.SealByHandAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal("seal-not-waiting", (await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default)).Rejection?.Code);
        await office.DecideAsync(copyId);
        await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        Assert.Equal("not-a-seal-keeper", (await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, DemoOffice.Attestor), default)).Rejection?.Code);
        Assert.Empty(await office.PathsAsync("copies/"));
        Assert.False((await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default)).IsRejected);
        await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Equal("seal-not-waiting", (await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default)).Rejection?.Code);
    }

    [Fact]
    public async Task A_decision_must_come_from_the_right_person_and_name_the_stored_digest()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal("not-an-attestor", (await office.DecideAsync(copyId, person: DemoOffice.Clerk)).Rejection?.Code);
        Assert.Equal("not-an-attestor", (await office.DecideAsync(copyId, person: "nobody")).Rejection?.Code);
        Assert.Equal("digest-not-stored", (await office.DecideAsync(copyId, digest: new string('0', 64))).Rejection?.Code);
        Assert.Equal("copy-not-found", (await office.DecideAsync(TestOffice.NewCopyId())).Rejection?.Code);
        Assert.Equal(CopyState.WaitingForReview, (await office.WhenAsync(copyId, _ => true)).State);
        Assert.Empty(await office.BookAsync());
    }

    [Theory]
    [InlineData("2030-03-01", "certificate-expired")]
    [InlineData("2023-12-15", "certificate-not-yet-valid")]
    public async Task A_certificate_out_of_its_time_cannot_approve(string day, string code)
    {
        await using var office = await TestOffice.OpenAsync(new ShiftedTime(DateTimeOffset.Parse(day + "T03:00:00Z", System.Globalization.CultureInfo.InvariantCulture)));
        // The chairman signs in their own right; a delegation would be refused first.
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal(code, (await office.DecideAsync(copyId, person: "chutich.an")).Rejection?.Code);
        Assert.Empty(await office.BookAsync());
    }

    [Fact]
    public async Task A_foreign_or_borrowed_certificate_cannot_approve()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        var chairman = (await office.Get<OfficeDirectory>().PersonAsync(TestOffice.Agency, "chutich.an", default)).Certificate!;
        await office.ChangeAsync<Person>(BlobPaths.Person(TestOffice.Agency, DemoOffice.Attestor), person => person with { Certificate = chairman });
        Assert.Equal("certificate-wrong-holder", (await office.DecideAsync(copyId)).Rejection?.Code);
        await office.ChangeAsync<Person>(BlobPaths.Person(TestOffice.Agency, DemoOffice.Attestor), person => person with { Certificate = null });
        Assert.Equal("certificate-missing", (await office.DecideAsync(copyId)).Rejection?.Code);

        foreach (var anchor in await office.PathsAsync(BlobPaths.TrustAnchors)) await office.Store.DeleteAsync(anchor, default);
        Assert.Equal("certificate-foreign", (await office.DecideAsync(copyId, person: "chutich.an")).Rejection?.Code);
        Assert.Empty(await office.BookAsync());
    }

    [Fact]
    public async Task Four_eyes_and_a_delegation_that_is_over_are_refused()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.ChangeAsync<Person>(BlobPaths.Person(TestOffice.Agency, DemoOffice.Clerk), person => person with { Roles = [OfficeRole.OneStopClerk, OfficeRole.Attestor] });
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal("four-eyes", (await office.DecideAsync(copyId, person: DemoOffice.Clerk)).Rejection?.Code);
        await office.ChangeAsync<Person>(
            BlobPaths.Person(TestOffice.Agency, DemoOffice.Attestor),
            person => person with { Delegation = person.Delegation! with { Until = person.Delegation.From } });
        Assert.Equal("delegation-not-in-force", (await office.DecideAsync(copyId)).Rejection?.Code);
    }
}
