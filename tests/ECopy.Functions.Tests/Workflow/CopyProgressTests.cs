using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Sign;
using ECopy.Functions.Storage;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>What the status page says, for every state that a request can be found in, with the hub's word and without it.</summary>
public sealed class CopyProgressTests
{
    private static readonly DateTimeOffset Received = new(2026, 3, 5, 2, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Decided = Received.AddMinutes(10);
    private static readonly DateTimeOffset Ended = Received.AddMinutes(20);

    private static readonly Reservation Numbered = new(1, "01/2026-SCT/BS-TEST", 1, "Trần Văn Mẫu", ["PHÓ CHỦ TỊCH"], 7, new DateOnly(2026, 3, 5));

    private static CopyRequest Uploaded => new()
    {
        Agency = "H99.9.1",
        CopyId = "0123456789abcdef",
        DossierCode = "H99.9.1-260305-0001",
        VerificationCode = VerificationCode.Draw(),
        State = CopyState.Uploaded,
        Title = "Giấy khai sinh",
        Requester = "Trần Gia Bảo Mẫu",
        OriginalPages = 1,
        ReceivedAt = Received,
        ReceivedBy = "motcua.linh",
        DueAt = Received.AddHours(8),
        Files = [],
    };

    private static CopyRequest Waiting => Uploaded with { State = CopyState.WaitingForReview, ScanDigest = new string('a', 64) };

    private static CopyRequest Approved => Waiting with { Approval = 1, Decision = new Decision(ReviewDecision.Approved, "lanhdao.binh", new string('a', 64), [], Decided) };

    private static CopyRequest Signing => Approved with { State = CopyState.Signing };

    private static CopyRequest Composed => Signing with { Reservation = Numbered with { ComposedSha256 = new string('b', 64) } };

    private static CopyRequest Sealing => Composed with { State = CopyState.WaitingForSeal };

    private static CopyRequest Released => Composed with { SealRelease = new SealRelease(1, "vanthu.ha", Ended) };

    private static CopyRequest Registered => Released with { State = CopyState.Registered, Issued = new IssuedCopy("copies/x/1.pdf", new string('c', 64), 1, 2, Ended) };

    /// <summary>Request, the hub's word (step, signer, waiting), what stands, its phase, why it waits, whether it moves.</summary>
    public static TheoryData<string, string?, string> States() => new()
    {
        { "uploaded", null, "Checked Current - moving" },
        { "uploaded", "HashScan", "Checked Current - moving step-HashScan" },
        { "waiting", null, "Decided Waiting waiting-for-review" },
        { "waiting", "ReviewDecided!waiting", "Decided Waiting waiting-for-review" },
        { "waiting-stopped", null, "Decided Current - moving" },
        { "failed-before", null, "Decided Waiting waiting-for-review" },
        { "approved", null, "Numbered Current - moving" },
        { "approved", "LookForDecision", "Numbered Current - moving" },
        { "refused-now", null, "Decided Current - moving" },
        { "signing", null, "Numbered Current - moving" },
        { "signing", "ReserveNumber", "Numbered Current - moving step-ReserveNumber" },
        { "clock-behind", null, "Numbered Waiting clock-behind-book moving" },
        { "retrying", null, "Numbered Waiting retrying moving" },
        { "numbered", null, "Composed Current - moving" },
        { "numbered", "ComposeCopy", "Composed Current - moving step-ComposeCopy" },
        { "numbered-again", null, "Numbered Current - moving" },
        { "composed", null, "Signed Current - moving" },
        { "composed", "CreateSignature.person", "Signed Current - moving step-CreateSignature.person" },
        { "composed", "CreateSignature.person!waiting-for-signer", "Signed Waiting waiting-for-signer moving" },
        { "composed", "CreateSignature.person!signing-outstanding", "Signed Waiting signing-outstanding moving" },
        { "composed", "PrepareSignature.seal", "Sealed Current - moving step-PrepareSignature.seal" },
        { "composed", "RegisterCopy", "Registered Current - moving step-RegisterCopy" },
        { "composed", "VoidNumber", "Signed Current - moving step-VoidNumber" },
        // A word older than the record takes nothing back.
        { "composed", "ComposeCopy", "Signed Current - moving step-ComposeCopy" },
        { "sealing", null, "Sealed Waiting waiting-for-seal" },
        { "sealing", "SealReleased!waiting", "Sealed Waiting waiting-for-seal" },
        { "released", null, "Sealed Current - moving" },
        { "preserving", null, "Registered Current - moving" },
        { "registered", "RegisterCopy", "-" },
        { "withdrawn", null, "-" },
        { "refused", null, "Decided Ended -" },
        { "returned", null, "Signed Ended -" },
        { "terminated", null, "Decided Ended -" },
        { "damaged", "RaiseAlarm", "Checked Ended -" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Every_state_says_where_it_stands(string state, string? told, string expected)
    {
        var progress = CopyProgress.Of(RequestOf(state), StatusOf(told));
        var standing = progress.Standing;
        var said = standing is null ? "-" : $"{standing.Step} {standing.Phase} {progress.Waiting ?? "-"}";
        if (progress.IsMoving) said += " moving";
        if (progress.Doing is { } doing) said += " " + doing;
        Assert.Equal(expected, said);
        // Everything before it is done, nothing behind it has begun, and a time is never of a step that is not done.
        var at = standing is null ? int.MaxValue : (int)standing.Step;
        Assert.All(progress.Steps, step => Assert.Equal((int)step.Step < at ? StepPhase.Done : (int)step.Step == at ? standing!.Phase : StepPhase.NotYet, step.Phase));
        Assert.All(progress.Steps, step => Assert.True(step.At is null || step.Phase is StepPhase.Done or StepPhase.Ended));
        if (progress.Doing is { } code) Assert.NotEqual(Texts.Sentences.Of("unexpected", Texts.Sentences.Vietnamese), Texts.Sentences.Of(code, Texts.Sentences.Vietnamese));
    }

    [Fact]
    public void Times_come_from_the_record()
    {
        var progress = CopyProgress.Of(Registered);
        Assert.Equal(
            [Received, null, Decided, null, null, null, Ended, Ended],
            progress.Steps.Select(step => step.At));
        Assert.Equal(Decided, CopyProgress.Of(RequestOf("refused")).Standing!.At);
        Assert.Equal(Ended, CopyProgress.Of(RequestOf("returned")).Standing!.At);
    }

    [Fact]
    public async Task A_request_is_followed_from_upload_to_register_and_other_agencies_see_nothing()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.Store.UpdateAsync<Agency>(BlobPaths.Agency(TestOffice.Agency), agency => agency with { Policies = agency.Policies with { AutomaticSeal = false } }, office.Clock, default);
        var reader = office.Get<ProgressReader>();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal(CopyProgress.WaitingForReview, (await reader.FindAsync(TestOffice.Agency, copyId, default))!.Waiting);
        Assert.Null(await reader.FindAsync("H99.9.2", copyId, default));
        await office.DecideAsync(copyId);
        await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        Assert.Equal((CopyProgress.WaitingForSeal, false), ((await reader.FindAsync(TestOffice.Agency, copyId, default))!.Waiting, (await reader.FindAsync(TestOffice.Agency, copyId, default))!.IsMoving));
        await office.Workflow.ReleaseSealAsync(new SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default);
        await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Null((await reader.FindAsync(TestOffice.Agency, copyId, default))!.Standing);
    }

    [Fact]
    public async Task An_attempt_that_the_hub_gave_up_is_said_to_be_tried_again()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.Hub.TerminateInstanceAsync(CopyWorkflow.InstanceId(copyId, 1), "lost");
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, 1));
        var progress = await office.Get<ProgressReader>().FindAsync(TestOffice.Agency, copyId, default);
        Assert.Equal(("retrying", StepPhase.Waiting, true), (progress!.Waiting, progress.Standing!.Phase, progress.IsMoving));
    }

    [Fact]
    public async Task While_the_hub_is_silent_the_record_speaks()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        // What a hub that is gone answers: nothing but faults.
        var gone = new EmbeddedHub(
            new EmbeddedHubOptions { Path = Path.Combine(office.DataPath, "gone.sqlite") }, new DurableTaskRegistry(), office.App.Services, TimeProvider.System, NullLoggerFactory.Instance);
        await gone.StartAsync(default);
        var client = gone.Client;
        await gone.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetInstanceAsync("copy-x:1"));
        var progress = await new ProgressReader(office.Get<CopyRequests>(), new OwnHubView(client), NullLogger<ProgressReader>.Instance).FindAsync(TestOffice.Agency, copyId, default);
        Assert.Equal((ProgressStep.Decided, CopyProgress.WaitingForReview), (progress!.Standing!.Step, progress.Waiting));
    }

    private static CopyRequest RequestOf(string state) => state switch
    {
        "uploaded" => Uploaded,
        "waiting" => Waiting,
        "waiting-stopped" => Waiting with { Stop = new StopOrder("terminated", "thôi", "quantri.mau", Ended) },
        "failed-before" => Waiting with { Approval = 1, Reservation = Numbered, GivenUp = new GivenUp(1, "signing-key-failed"), Failure = new Failure("signing-key-failed", "Khóa ký số không ký được", Ended) },
        "approved" => Approved,
        "refused-now" => Waiting with { Decision = new Decision(ReviewDecision.Rejected, "lanhdao.binh", new string('a', 64), ["rách"], Decided) },
        "signing" => Signing,
        "clock-behind" => Signing with { Waiting = "clock-behind-book" },
        "retrying" => Signing with { Waiting = "retrying" },
        "numbered" => Signing with { Reservation = Numbered },
        "numbered-again" => Signing with { Approval = 2, Reservation = Numbered },
        "composed" => Composed,
        "sealing" => Sealing,
        "released" => Released,
        "preserving" => Released with { State = CopyState.Preserving },
        "registered" => Registered,
        "withdrawn" => Registered with { State = CopyState.Withdrawn },
        "refused" => RequestOf("refused-now") with { State = CopyState.Refused },
        "returned" => Sealing with { State = CopyState.Returned, Stop = new StopOrder("returned", "thiếu trang", "vanthu.ha", Ended) },
        "terminated" => Waiting with { State = CopyState.Failed, Stop = new StopOrder("terminated", "thôi", "quantri.mau", Ended) },
        _ => Uploaded with { State = CopyState.Failed, Failure = new Failure("integrity", "scans/…", Ended) },
    };

    private static StepStatus? StatusOf(string? told)
    {
        if (told is null) return null;
        var parts = told.Split('!');
        var step = parts[0].Split('.');
        return new StepStatus(step[0], step.Length == 1 ? null : Enum.Parse<SignerRole>(step[1], ignoreCase: true), parts.Length == 1 ? null : parts[1]);
    }
}
