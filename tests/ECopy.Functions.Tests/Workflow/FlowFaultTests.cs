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
public sealed class FlowFaultTests
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
        await SealByHandAsync(office);
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
    public async Task The_seal_waits_for_the_clerical_officer_where_it_is_not_automatic()
    {
        await using var office = await TestOffice.OpenAsync();
        await SealByHandAsync(office);
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
        await ChangeAsync<Person>(office, BlobPaths.Person(TestOffice.Agency, DemoOffice.Attestor), person => person with { Certificate = chairman });
        Assert.Equal("certificate-wrong-holder", (await office.DecideAsync(copyId)).Rejection?.Code);
        await ChangeAsync<Person>(office, BlobPaths.Person(TestOffice.Agency, DemoOffice.Attestor), person => person with { Certificate = null });
        Assert.Equal("certificate-missing", (await office.DecideAsync(copyId)).Rejection?.Code);

        foreach (var anchor in await office.PathsAsync(BlobPaths.TrustAnchors)) await office.Store.DeleteAsync(anchor, default);
        Assert.Equal("certificate-foreign", (await office.DecideAsync(copyId, person: "chutich.an")).Rejection?.Code);
        Assert.Empty(await office.BookAsync());
    }

    [Fact]
    public async Task Four_eyes_and_a_delegation_that_is_over_are_refused()
    {
        await using var office = await TestOffice.OpenAsync();
        await ChangeAsync<Person>(office, BlobPaths.Person(TestOffice.Agency, DemoOffice.Clerk), person => person with { Roles = [OfficeRole.OneStopClerk, OfficeRole.Attestor] });
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Equal("four-eyes", (await office.DecideAsync(copyId, person: DemoOffice.Clerk)).Rejection?.Code);
        await ChangeAsync<Person>(
            office,
            BlobPaths.Person(TestOffice.Agency, DemoOffice.Attestor),
            person => person with { Delegation = person.Delegation! with { Until = person.Delegation.From } });
        Assert.Equal("delegation-not-in-force", (await office.DecideAsync(copyId)).Rejection?.Code);
    }

    [Fact]
    public async Task An_altered_scan_raises_the_alarm_and_is_never_certified()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        var request = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        var file = Path.Combine(office.DataPath, request.Files[0].Path);
        await File.WriteAllBytesAsync(file, SmallScan.Png(99));
        await office.DecideAsync(copyId);
        var failed = await office.WhenStateAsync(copyId, CopyState.Failed);
        Assert.Equal("integrity", failed.Failure!.Code);
        Assert.Equal(RegisterState.Void, Assert.Single(await office.BookAsync()).State);
        Assert.Empty(await office.PathsAsync("copies/"));
        var audit = await office.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, request.Files[0].Path), (audit.Verdict, audit.Record));
        // The alarm stays on the work list, and nothing starts it again.
        await office.Sweeper.SweepAsync(default);
        Assert.Single(await office.PathsAsync("open/"));
        Assert.Equal(1, (await office.WhenAsync(copyId, _ => true)).Attempt);
    }

    [Fact]
    public async Task A_page_exchanged_together_with_its_request_is_found_by_the_trail()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        var request = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        var other = SmallScan.Png(99);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(other));
        await File.WriteAllBytesAsync(Path.Combine(office.DataPath, request.Files[0].Path), other);
        await ChangeAsync<CopyRequest>(
            office,
            BlobPaths.Request(TestOffice.Agency, copyId),
            current => current with { ScanDigest = digest, Files = [current.Files[0] with { Sha256 = digest, Length = other.Length }] });
        var audit = await office.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, BlobPaths.Request(TestOffice.Agency, copyId)), (audit.Verdict, audit.Record));
    }

    [Fact]
    public async Task A_public_record_that_says_more_than_the_register_gives_no_verdict_and_is_named()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var verify = office.Get<VerifyCopy>();
        var path = BlobPaths.PublicRecord(request.VerificationCode);
        var genuine = await office.Store.ReadAsync(path, default);
        var forged = new string('a', 64);
        await office.Store.CreateJsonAsync(BlobPaths.DigestIndex(forged), new DigestEntry(1, request.VerificationCode, 2), default);
        foreach (var forge in (Func<PublicRecord, PublicRecord>[])
        [
            record => record with { Document = "Bằng tiến sĩ" },
            record => record with { OfficialName = "Người khác" },
            record => record with { Date = record.Date.AddDays(-1) },
            record => record with { Versions = [.. record.Versions, new PublicVersion(2, forged, 5, 2)] },
        ])
        {
            await ChangeAsync(office, path, forge);
            Assert.Equal(VerdictKind.CannotCheck, (await verify.ByCodeAsync(request.VerificationCode, default)).Kind);
            Assert.Equal(VerdictKind.CannotCheck, (await verify.ByDigestAsync(forged, default)).Kind);
            Assert.Equal((AuditVerdict.Bad, path), ((await office.AuditAsync()).Verdict, (await office.AuditAsync()).Record));
            await File.WriteAllBytesAsync(Path.Combine(office.DataPath, path), genuine!.Content.ToArray());
        }

        Assert.Equal((AuditVerdict.Bad, BlobPaths.DigestIndex(forged)), ((await office.AuditAsync()).Verdict, (await office.AuditAsync()).Record));
        File.Delete(Path.Combine(office.DataPath, BlobPaths.DigestIndex(forged)));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);

        // A second record of the same copy under another code.
        var code = VerificationCode.Draw();
        await office.Store.CreateJsonAsync(BlobPaths.PublicRecord(code), StoredJson.Parse<PublicRecord>(path, genuine!.Content.Span) with { Code = code }, default);
        Assert.Equal((AuditVerdict.Bad, BlobPaths.PublicRecord(code)), ((await office.AuditAsync()).Verdict, (await office.AuditAsync()).Record));
    }

    [Fact]
    public async Task Without_its_digest_index_the_registered_file_is_still_unchanged()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var copy = (await office.Store.ReadAsync(request.Issued!.Path, default))!.Content;
        await office.Store.DeleteAsync(BlobPaths.DigestIndex(request.Issued.Sha256), default);
        Assert.Equal(VerdictKind.Unchanged, (await office.Get<VerifyCopy>().ByFileAsync(copy, default)).Kind);
    }

    [Fact]
    public async Task A_number_voided_by_an_attempt_that_was_killed_is_never_signed_under()
    {
        var keys = new BrokenSeal();
        await using var office = await TestOffice.OpenAsync(change: keys.Install);
        await SealByHandAsync(office);
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        var waiting = await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        // As an attempt leaves it that was killed between the void and the request: given up, entry void, decision still there.
        await ChangeAsync<CopyRequest>(office, BlobPaths.Request(TestOffice.Agency, copyId), current => current with { GivenUp = new GivenUp(1, "signing-key-failed") });
        await office.Get<NumberRelease>().RunAsync(waiting, 1, "signing-key-failed", default);
        keys.Mend();
        await office.Hub.TerminateInstanceAsync(CopyWorkflow.InstanceId(copyId, 1), "killed");
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, 1));
        await office.Sweeper.SweepAsync(default);
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

    [Fact]
    public async Task A_decision_whose_trail_entry_was_lost_is_written_by_the_step_that_takes_it_up()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        var request = await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await WaitingForEventAsync(office, copyId);
        // The request as the command left it when it was killed: decided, and nothing in the trail.
        await ChangeAsync<CopyRequest>(office, BlobPaths.Request(TestOffice.Agency, copyId), current => current with
        {
            Approval = 1,
            Decision = new Decision(ReviewDecision.Approved, DemoOffice.Attestor, request.ScanDigest!, [], office.Clock.GetUtcNow()),
        });
        await office.Sweeper.SweepAsync(default);
        await office.WhenStateAsync(copyId, CopyState.Registered);
        var actions = new List<string>();
        await foreach (var entry in office.Get<Functions.Ledger.AuditTrail>().ReadAsync(TestOffice.Agency, default)) actions.Add(entry.Action);
        Assert.Equal(["copy-received", "copy-approved"], actions.Take(2));
    }

    [Fact]
    public async Task A_copy_that_no_record_expects_is_named()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var extra = request.Issued!.Path.Replace("/1.pdf", "/2.pdf", StringComparison.Ordinal);
        File.Copy(Path.Combine(office.DataPath, request.Issued.Path), Path.Combine(office.DataPath, extra));
        var audit = await office.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, extra), (audit.Verdict, audit.Record));
    }

    [Fact]
    public async Task A_deleted_hub_is_taken_up_again_from_the_store()
    {
        await using var office = await TestOffice.OpenAsync();
        await SealByHandAsync(office);
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
        await WaitingForEventAsync(office, copyId);
        await office.Sweeper.SweepAsync(default);
        await office.WhenStateAsync(copyId, CopyState.Registered);
    }

    [Fact]
    public async Task A_failed_instance_is_replaced_and_its_late_steps_are_superseded()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await WaitingForEventAsync(office, copyId);
        await office.Hub.TerminateInstanceAsync(CopyWorkflow.InstanceId(copyId, 1), "lost");
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, 1));
        await office.Sweeper.SweepAsync(default);
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

    private static Task WaitingForEventAsync(TestOffice office, string copyId) => Until.TrueAsync(async () =>
        (await office.Hub.GetInstanceAsync(CopyWorkflow.InstanceId(copyId, 1)))?.ReadCustomStatusAs<StepStatus>()?.Waiting is not null);

    private static Task SealByHandAsync(TestOffice office) => ChangeAsync<Agency>(
        office, BlobPaths.Agency(TestOffice.Agency), agency => agency with { Policies = agency.Policies with { AutomaticSeal = false } });

    private static async Task ChangeAsync<T>(TestOffice office, string path, Func<T, T> change)
        where T : class, IStoredRecord =>
        Assert.False((await office.Store.UpdateAsync<T>(path, current => change(current), office.Clock, default)).IsRejected);

    private sealed class CompareByText : IEqualityComparer<CopyRequest>
    {
        public static readonly CompareByText Instance = new();

        public bool Equals(CopyRequest? x, CopyRequest? y) => System.Text.Encoding.UTF8.GetString(StoredJson.Serialize(x)) == System.Text.Encoding.UTF8.GetString(StoredJson.Serialize(y));

        public int GetHashCode(CopyRequest obj) => 0;
    }
}
