using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;
using ECopy.Functions.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>What makes a number void, and what it never does.</summary>
public sealed class VoidNumberTests
{
    [Fact]
    public async Task A_key_that_fails_makes_the_number_void_and_a_later_approval_takes_a_new_one()
    {
        var keys = new BrokenSeal();
        await using var office = await TestOffice.OpenAsync(change: keys.Install);
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        var back = await office.WhenAsync(copyId, request => request.Failure is not null);
        Assert.Equal((CopyState.WaitingForReview, "signing-key-failed"), (back.State, back.Failure!.Code));
        var entry = Assert.Single(await office.BookAsync());
        Assert.Equal((RegisterState.Void, "Khóa ký số không ký được"), (entry.State, entry.Reason));
        Assert.Empty(await office.PathsAsync("public/"));

        keys.Mend();
        await office.DecideAsync(copyId);
        var done = await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Equal(2, done.Reservation!.Number);
        Assert.Equal([RegisterState.Void, RegisterState.Issued], (await office.BookAsync()).Select(one => one.State));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_number_whose_day_passes_before_the_person_signs_is_void_and_the_approval_goes_on_under_a_new_one()
    {
        // 23:59 of 31 December in Viet Nam: the next day is the next book, too.
        var clock = new ShiftedTime(new DateTimeOffset(2026, 12, 31, 16, 59, 0, TimeSpan.Zero));
        var pause = new StorePause("composed.pdf");
        await using var office = await TestOffice.OpenAsync(clock, services => services.WrapStore(pause.Wrap));
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        await pause.Reached.WaitAsync(TimeSpan.FromMinutes(1));
        clock.Move(TimeSpan.FromMinutes(2));
        pause.Open();
        var done = await office.WhenStateAsync(copyId, CopyState.Registered);

        Assert.Equal(("01/2027-SCT/BS-TEST", 1, 2), (done.Reservation!.Book, done.Reservation.Number!.Value, done.Approval));
        var book = await office.BookAsync();
        Assert.Equal([RegisterState.Void, RegisterState.Issued], book.Select(entry => entry.State));
        Assert.Equal([new DateOnly(2026, 12, 31), new DateOnly(2027, 1, 1)], book.Select(entry => entry.Date));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Theory]
    [InlineData("terminated", "quantri.mau", "Failed")]
    [InlineData("returned", "vanthu.ha", "Returned")]
    public async Task A_stop_before_the_seal_makes_the_number_void_and_ends_the_request(string code, string person, string state)
    {
        await using var office = await TestOffice.OpenAsync();
        await office.SealByHandAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        Assert.Equal("not-allowed-to-stop", (await office.Workflow.StopAsync(new StopCommand(TestOffice.Agency, copyId, DemoOffice.Clerk, code, "nhầm"), default)).Rejection?.Code);
        Assert.False((await office.Workflow.StopAsync(new StopCommand(TestOffice.Agency, copyId, person, code, "nhầm"), default)).IsRejected);
        await office.WhenStateAsync(copyId, Enum.Parse<CopyState>(state));
        Assert.Equal(RegisterState.Void, Assert.Single(await office.BookAsync()).State);
        Assert.Equal("stop-too-late", (await office.Workflow.StopAsync(new StopCommand(TestOffice.Agency, copyId, person, code, "nhầm"), default)).Rejection?.Code);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_number_voided_by_an_attempt_that_was_killed_is_never_signed_under()
    {
        var keys = new BrokenSeal();
        await using var office = await TestOffice.OpenAsync(change: keys.Install);
        await office.SealByHandAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        var waiting = await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        // As an attempt leaves it that was killed between the void and the request: given up, entry void, decision still there.
        await office.ChangeAsync<CopyRequest>(BlobPaths.Request(TestOffice.Agency, copyId), current => current with { GivenUp = new GivenUp(1, "signing-key-failed") });
        await office.Get<NumberRelease>().RunAsync(waiting, 1, "signing-key-failed", default);
        keys.Mend();
        await office.Hub.TerminateInstanceAsync(CopyWorkflow.InstanceId(copyId, 1), "killed");
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, 1));
        await office.SweepAsync();
        var back = await office.WhenAsync(copyId, request => request.Failure is not null);
        Assert.Equal((CopyState.WaitingForReview, "signing-key-failed", 2), (back.State, back.Failure!.Code, back.Attempt));
        Assert.Empty(await office.PathsAsync("copies/"));
        await office.DecideAsync(copyId);
        await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default);
        Assert.Equal(2, (await office.WhenStateAsync(copyId, CopyState.Registered)).Reservation!.Number);
    }

    [Fact]
    public async Task A_late_step_of_an_approval_that_was_taken_back_is_superseded()
    {
        var keys = new BrokenSeal();
        await using var office = await TestOffice.OpenAsync(change: keys.Install);
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        await office.WhenAsync(copyId, request => request.Failure is not null);
        foreach (var step in (ICopyStep[])[office.Get<LookForSeal>(), office.Get<CreateSignature>(), office.Get<PrepareSignature>(), office.Get<ReserveNumber>()])
            Assert.Equal(StepResult.Superseded, (await step.RunAsync(new CopyWork(TestOffice.Agency, copyId, 1, 1, SignerRole.Seal), default)).Result);
        Assert.Equal(CopyState.WaitingForReview, (await office.WhenAsync(copyId, _ => true)).State);
        Assert.False((await office.Workflow.StopAsync(new StopCommand(TestOffice.Agency, copyId, "quantri.mau", "terminated", "thôi"), default)).IsRejected);
        await office.WhenStateAsync(copyId, CopyState.Failed);
    }
}
