using System.Security.Cryptography;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Register;
using ECopy.Functions.Review;
using ECopy.Functions.Verify;
using ECopy.Functions.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>The flow from upload to verdict, in process, over real files.</summary>
public sealed class CopyFlowTests
{
    [Fact]
    public async Task A_scan_becomes_a_registered_copy_that_verifies()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();

        Assert.Equal(1, request.Reservation!.Number);
        Assert.EndsWith("-SCT/BS-TEST", request.Reservation.Book);
        Assert.StartsWith("H99.9.1-", request.DossierCode);
        var copy = await office.Store.ReadAsync(request.Issued!.Path, default);
        Assert.Equal(request.Issued.Sha256, Convert.ToHexStringLower(SHA256.HashData(copy!.Content.Span)));

        var verify = office.Get<VerifyCopy>();
        var byFile = await verify.ByFileAsync(copy.Content, default);
        Assert.Equal((VerdictKind.Unchanged, SignaturesVerdict.Passed), (byFile.Kind, byFile.Signatures));
        Assert.Equal(VerdictKind.Unchanged, (await verify.ByDigestAsync(request.Issued.Sha256.ToUpperInvariant(), default)).Kind);
        Assert.Equal(VerdictKind.CodeOnly, (await verify.ByCodeAsync(VerificationCode.Format(request.VerificationCode).ToLowerInvariant(), default)).Kind);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_copy_leaves_exactly_these_blobs()
    {
        await using var office = await TestOffice.OpenAsync(new ShiftedTime(new DateTimeOffset(2026, 5, 4, 2, 0, 0, TimeSpan.Zero)));
        var request = await office.CertifyAsync(files: [SmallScan.Png(1), SmallScan.Png(2)]);
        string[] prefixes = ["scans/", "requests/", "open/", "register/", "audit/", "sequences/", "work/", "copies/", "public/", "digests/", "due/", "renewals/"];
        var paths = new List<string>();
        foreach (var prefix in prefixes) paths.AddRange(await office.PathsAsync(prefix));

        string Named(string path) => System.Text.RegularExpressions.Regex.Replace(
            path.Replace(request.CopyId, "{copyId}").Replace(request.VerificationCode, "{code}").Replace(request.Issued!.Sha256, "{sha256}"), "(prepared|data)\\.[0-9a-f]+", "$1.{digest}");
        Assert.Equal(
            [
                "scans/H99.9.1/{copyId}/001.png",
                "scans/H99.9.1/{copyId}/002.png",
                "requests/H99.9.1/{copyId}.json",
                "register/H99.9.1/2026/01-2026-SCT-BS-TEST/0001.json",
                "audit/H99.9.1/0001.json",
                "sequences/H99.9.1/260504/0001.json",
                "work/H99.9.1/{copyId}/1/composed.pdf",
                "work/H99.9.1/{copyId}/1/person.intent.json",
                "work/H99.9.1/{copyId}/1/person.p7s",
                "work/H99.9.1/{copyId}/1/person.prepared.{digest}.pdf",
                "work/H99.9.1/{copyId}/1/person.prepared.json",
                "work/H99.9.1/{copyId}/1/person.signed.pdf",
                "work/H99.9.1/{copyId}/1/person.timestamp.tst",
                "work/H99.9.1/{copyId}/1/preserve.data.{digest}.pdf",
                "work/H99.9.1/{copyId}/1/preserve.timestamp.json",
                "work/H99.9.1/{copyId}/1/seal.intent.json",
                "work/H99.9.1/{copyId}/1/seal.p7s",
                "work/H99.9.1/{copyId}/1/seal.prepared.{digest}.pdf",
                "work/H99.9.1/{copyId}/1/seal.prepared.json",
                "work/H99.9.1/{copyId}/1/seal.signed.pdf",
                "work/H99.9.1/{copyId}/1/seal.timestamp.tst",
                "copies/H99.9.1/{copyId}/1.pdf",
                "public/{code}.json",
                "digests/{sha256}.json",
                // Half a year before the authority's certificate ends.
                "due/2030-07-05/H99.9.1/{copyId}",
            ],
            paths.Select(Named));
    }

    [Fact]
    public async Task The_public_record_holds_no_personal_data_of_the_requester()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var record = await office.Store.ReadAsync(BlobPaths.PublicRecord(request.VerificationCode), default);
        Assert.DoesNotContain(request.Requester, System.Text.Encoding.UTF8.GetString(record!.Content.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixty_four_approvals_at_once_take_sixty_four_contiguous_numbers()
    {
        await using var office = await TestOffice.OpenAsync();
        var copies = await Task.WhenAll(Enumerable.Range(0, 64).Select(seed => office.SubmitAsync($"Giấy {seed}", null, SmallScan.Png(seed))));
        foreach (var copy in copies) await office.WhenStateAsync(copy.Value.CopyId, CopyState.WaitingForReview);
        var decided = await Task.WhenAll(copies.Select(copy => office.DecideAsync(copy.Value.CopyId)));
        Assert.All(decided, one => Assert.False(one.IsRejected));
        foreach (var copy in copies) await office.WhenStateAsync(copy.Value.CopyId, CopyState.Registered);

        var book = await office.BookAsync();
        Assert.Equal(Enumerable.Range(1, 64), book.Select(entry => entry.Number));
        Assert.All(book, entry => Assert.Equal(RegisterState.Issued, entry.State));
        Assert.Equal(64, book.Select(entry => entry.CopyId).Distinct().Count());
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task The_same_approval_sixty_four_times_at_once_wins_once()
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        var decided = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => office.DecideAsync(copyId)));
        Assert.Single(decided, one => !one.IsRejected);
        Assert.All(decided.Where(one => one.IsRejected), one => Assert.Equal("decision-not-waiting", one.Rejection!.Code));
        await office.WhenStateAsync(copyId, CopyState.Registered);
        Assert.Single(await office.BookAsync());
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("returned")]
    public async Task A_refusal_or_return_ends_the_request_without_a_number(string kind)
    {
        await using var office = await TestOffice.OpenAsync();
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        var decision = kind == "refused" ? ReviewDecision.Rejected : ReviewDecision.ReturnedForCorrection;
        Assert.Equal("reasons-missing", (await office.DecideAsync(copyId, decision)).Rejection?.Code);
        Assert.False((await office.DecideAsync(copyId, decision, reasons: "Thiếu trang 2")).IsRejected);
        await office.WhenStateAsync(copyId, kind == "refused" ? CopyState.Refused : CopyState.Returned);
        Assert.Empty(await office.BookAsync());
        Assert.Equal("decision-not-waiting", (await office.DecideAsync(copyId)).Rejection?.Code);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
        await office.SweepAsync();
        Assert.Empty(await office.PathsAsync("open/"));
    }

    [Fact]
    public async Task Every_recorded_history_replays_in_every_split()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.CertifyAsync();
        var returned = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(returned, CopyState.WaitingForReview);
        await office.DecideAsync(returned, ReviewDecision.ReturnedForCorrection, reasons: "Mờ");
        await office.WhenStateAsync(returned, CopyState.Returned);
        await office.Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(returned, 1));
        Assert.True(RecordedHistories.Check(office) > 50);
    }
}
