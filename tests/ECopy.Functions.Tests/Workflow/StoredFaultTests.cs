using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;
using ECopy.Functions.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>What somebody changed in the store: found, named, never certified.</summary>
public sealed class StoredFaultTests
{
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
        await office.SweepAsync();
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
        await office.ChangeAsync<CopyRequest>(
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
            await office.ChangeAsync(path, forge);
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
    public async Task A_copy_that_no_record_expects_is_named()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var extra = request.Issued!.Path.Replace("/1.pdf", "/2.pdf", StringComparison.Ordinal);
        File.Copy(Path.Combine(office.DataPath, request.Issued.Path), Path.Combine(office.DataPath, extra));
        var audit = await office.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, extra), (audit.Verdict, audit.Record));
    }
}
