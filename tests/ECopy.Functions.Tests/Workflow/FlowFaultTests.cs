using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Review;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;
using ECopy.Functions.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>What was lost between store and hub is taken up again, once.</summary>
public sealed class FlowFaultTests
{
    [Fact]
    public async Task A_decision_whose_trail_entry_was_lost_is_written_by_the_step_that_takes_it_up()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        var request = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.WaitingForEventAsync(copyId);
        // The request as the command left it when it was killed: decided, and nothing in the trail.
        await office.ChangeAsync<CopyRequest>(BlobPaths.Request(TestOffice.Agency, copyId), current => current with
        {
            Approval = 1,
            Decision = new Decision(ReviewDecision.Approved, DemoOffice.Attestor, request.ScanDigest!, [], office.Clock.GetUtcNow()),
        });
        await office.SweepAsync();
        await office.WhenStateAsync(copyId, CopyState.Registered);
        var actions = new List<string>();
        await foreach (var entry in office.Get<Functions.Ledger.AuditTrail>().ReadAsync(TestOffice.Agency, default)) actions.Add(entry.Action);
        Assert.Equal(["copy-received", "copy-approved"], actions.Take(2));
    }

    [Fact]
    public async Task A_deleted_hub_is_taken_up_again_from_the_store()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.SealByHandAsync();
        var waiting = (await office.SubmitAsync()).Value.CopyId;
        var sealing = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(waiting, CopyState.WaitingForReview);
        await office.WhenStateAsync(sealing, CopyState.WaitingForReview);
        await office.DecideAsync(sealing);
        await office.WhenStateAsync(sealing, CopyState.WaitingForSeal);
        await office.CrashAsync();
        foreach (var file in Directory.EnumerateFiles(office.DataPath, "hub.sqlite*")) File.Delete(file);
        await office.StartAsync();

        await office.DecideAsync(waiting);
        await office.WhenStateAsync(waiting, CopyState.WaitingForSeal);
        foreach (var copyId in (string[])[waiting, sealing]) await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default);
        await office.WhenStateAsync(waiting, CopyState.Registered);
        await office.WhenStateAsync(sealing, CopyState.Registered);
        Assert.Equal([1, 2], (await office.BookAsync()).Select(entry => entry.Number));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_command_that_was_stored_but_never_told_is_told_by_the_sweeper()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        var request = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        // The command alone, without the workflow around it that tells the hub.
        var decided = await office.Get<DecideCopy>().RunAsync(
            new DecisionOrder(TestOffice.Agency, copyId, DemoOffice.Attestor, ReviewDecision.Approved, request.ScanDigest!, []), default);
        Assert.False(decided.IsRejected);
        await office.WaitingForEventAsync(copyId);
        await office.SweepAsync();
        await office.WhenStateAsync(copyId, CopyState.Registered);
    }

    [Fact]
    public async Task A_failed_instance_is_replaced_and_its_late_steps_are_superseded()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.WaitingForEventAsync(copyId);
        await office.Hub.TerminateInstanceAsync(CopyWorkflow.InstanceId(copyId, 1), "lost");
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, 1));
        await office.SweepAsync();
        Assert.Equal(2, (await office.WhenAsync(copyId, _ => true)).Attempt);
        await office.DecideAsync(copyId);
        var done = await office.WhenStateAsync(copyId, CopyState.Registered);

        // Every step of the old attempt comes late, and has no effect.
        foreach (var step in (ICopyStep[])[office.Get<ReserveNumber>(), office.Get<VoidNumber>(), office.Get<RegisterCopy>(), office.Get<CloseRequest>(), office.Get<RaiseAlarm>(), office.Get<LookForSeal>()])
        {
            var late = await step.RunAsync(new CopyWork(TestOffice.Agency, copyId, Attempt: 1, Approval: 1, Reason: "terminated"), default);
            Assert.Equal(StepResult.Superseded, late.Result);
        }

        Assert.Equal(done, await office.WhenAsync(copyId, _ => true), CompareByText.Instance);
        Assert.Equal(RegisterState.Issued, Assert.Single(await office.BookAsync()).State);
    }

    private sealed class CompareByText : IEqualityComparer<CopyRequest>
    {
        public static readonly CompareByText Instance = new();

        public bool Equals(CopyRequest? x, CopyRequest? y) => System.Text.Encoding.UTF8.GetString(StoredJson.Serialize(x)) == System.Text.Encoding.UTF8.GetString(StoredJson.Serialize(y));

        public int GetHashCode(CopyRequest obj) => 0;
    }
}
