using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;
using ECopy.Functions.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>The clock moved years ahead: a copy gets another timestamp before the last one's authority ends, and what was handed out stays good.</summary>
public sealed class RenewalTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_copy_is_renewed_twice_and_every_version_of_it_verifies()
    {
        var clock = new ShiftedTime(Start);
        await using var office = await TestOffice.OpenAsync(clock);
        var request = await office.CertifyAsync();
        var first = await ReadAsync(office, request, 1);
        await RoundAsync(office);
        Assert.Single((await office.PathsAsync(BlobPaths.Copies)));

        clock.Move(TimeSpan.FromDays(4 * 365));
        await RenewedAsync(office, request, 2);
        clock.Move(TimeSpan.FromDays(3 * 365));
        await RenewedAsync(office, request, 3);

        var versions = new[] { first, await ReadAsync(office, request, 2), await ReadAsync(office, request, 3) };
        for (var i = 0; i < versions.Length; i++)
        {
            var verdict = await office.Get<VerifyCopy>().ByFileAsync(versions[i], default);
            Assert.Equal((i == 2 ? VerdictKind.Unchanged : VerdictKind.NewerVersion, SignaturesVerdict.Passed), (verdict.Kind, verdict.Signatures));
            Assert.Equal(i + 1, verdict.Report!.Timestamps.Count);
            if (i > 0) Assert.True(versions[i].Span.StartsWith(versions[i - 1].Span));
        }

        // Who takes it now gets the newest; a code leads to it too.
        Assert.Equal(versions[2].ToArray(), (await office.Get<IssuedFiles>().ReadAsync(request, default)).Value.Content.ToArray());
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
        Assert.Single(await office.PathsAsync(BlobPaths.Due));
        using var folder = new TestFolder();
        Assert.Equal(0, CopyTools.Qpdf(folder.Write("copy.pdf", versions[2].Span)).ExitCode);
        Assert.Equal(2, CopyTools.Pdfsig(folder["copy.pdf"]).Output.Split("Signature is Valid.").Length - 1);
    }

    [Fact]
    public async Task Killed_and_begun_again_it_makes_one_version()
    {
        var clock = new ShiftedTime(Start);
        await using var office = await TestOffice.OpenAsync(clock);
        var request = await office.CertifyAsync();
        clock.Move(TimeSpan.FromDays(4 * 365));
        var work = new CopyWork(TestOffice.Agency, request.CopyId, request.Attempt, Version: 2);
        // Two at once, then both steps once more, as a hub would that lost its answers.
        await Task.WhenAll(office.Get<Functions.Sign.RenewTimestamp>().RunAsync(work, default), office.Get<Functions.Sign.RenewTimestamp>().RunAsync(work, default));
        await Task.WhenAll(office.Get<RegisterRenewal>().RunAsync(work, default), office.Get<RegisterRenewal>().RunAsync(work, default));
        Assert.Equal(StepResult.Done, (await office.Get<Functions.Sign.RenewTimestamp>().RunAsync(work, default)).Result);
        Assert.Equal(StepResult.Done, (await office.Get<RegisterRenewal>().RunAsync(work, default)).Result);
        Assert.Equal(2, (await office.PathsAsync(BlobPaths.Copies)).Count);
        Assert.Single(await office.PathsAsync("renewals/"));
        Assert.Single(await office.PathsAsync(BlobPaths.Due));
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task An_authority_that_is_away_is_waited_for()
    {
        var clock = new ShiftedTime(Start);
        var trust = new TrustSwitch();
        await using var office = await TestOffice.OpenAsync(clock, trust.In);
        var request = await office.CertifyAsync();
        clock.Move(TimeSpan.FromDays(4 * 365));
        trust.Timestamps = AuthorityMood.Silent;
        var work = new CopyWork(TestOffice.Agency, request.CopyId, request.Attempt, Version: 2);
        var step = office.Get<Functions.Sign.RenewTimestamp>();
        Assert.Equal((StepResult.Waiting, "timestamp-unavailable"), await step.RunAsync(work, default) is var one ? (one.Result, one.Code) : default);
        trust.Timestamps = AuthorityMood.Well;
        Assert.Equal(StepResult.Done, (await step.RunAsync(work, default)).Result);
    }

    [Theory]
    [InlineData("copies/{agency}/{copyId}/2.pdf")]
    [InlineData("renewals/{agency}/{copyId}/2.json")]
    [InlineData("public/{code}.json")]
    public async Task The_audit_names_what_was_taken_back(string path)
    {
        var clock = new ShiftedTime(Start);
        await using var office = await TestOffice.OpenAsync(clock);
        var request = await office.CertifyAsync();
        path = path.Replace("{agency}", TestOffice.Agency, StringComparison.Ordinal).Replace("{copyId}", request.CopyId, StringComparison.Ordinal)
            .Replace("{code}", request.VerificationCode, StringComparison.Ordinal);
        var before = await office.Store.ReadAsync(path, default);
        clock.Move(TimeSpan.FromDays(4 * 365));
        await RenewedAsync(office, request, 2);
        await office.StopAsync();
        var file = Path.Combine(office.DataPath, path);
        if (before is null) File.Delete(file);
        else await File.WriteAllBytesAsync(file, before.Content.ToArray());
        await office.StartAsync();
        var audit = await office.AuditAsync();
        Assert.Equal(AuditVerdict.Bad, audit.Verdict);
        Assert.True(audit.Record!.Contains(request.CopyId, StringComparison.Ordinal) || audit.Record.Contains(request.VerificationCode, StringComparison.Ordinal), audit.ToString());
    }

    [Fact]
    public async Task A_version_that_was_only_written_into_the_store_is_named()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var forged = "forged"u8.ToArray();
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(forged));
        await office.Store.CreateIfAbsentAsync(BlobPaths.Copy(request.Agency, request.CopyId, 2), forged, default);
        await office.Store.CreateJsonAsync(BlobPaths.DigestIndex(sha256), new DigestEntry(1, request.VerificationCode, 2), default);
        await office.Store.CreateJsonAsync(
            BlobPaths.Renewal(request.Agency, request.CopyId, 2), new RenewalRecord(1, request.Agency, request.CopyId, 2, sha256, forged.Length, office.Clock.GetUtcNow()), default);
        var path = BlobPaths.PublicRecord(request.VerificationCode);
        await office.ChangeAsync<PublicRecord>(path, record => record with { Versions = [.. record.Versions, new PublicVersion(2, sha256, forged.Length, 1)] });
        Assert.Equal((AuditVerdict.Bad, path), await office.AuditAsync() is var audit ? (audit.Verdict, audit.Record) : default);
    }

    private static async Task RenewedAsync(TestOffice office, CopyRequest request, int version)
    {
        await RoundAsync(office);
        await Until.TrueAsync(async () => (await office.Get<PublishedCopies>().FindAsync(request.VerificationCode, default))!.Latest.Version == version
            && (await office.PathsAsync(BlobPaths.Renewing)).Count == 0);
    }

    private static Task<int> RoundAsync(TestOffice office) => office.Get<RenewalRounds>().BeginDueAsync(office.Hub, default);

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(TestOffice office, CopyRequest request, int version) =>
        (await office.Store.ReadAsync(BlobPaths.Copy(request.Agency, request.CopyId, version), default))!.Content;
}
