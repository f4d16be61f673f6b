using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Sign;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Workflow;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Sign;

/// <summary>The flow where somebody signs with a token of their own: out over the API, signed by pdfsig, and back.</summary>
public sealed class OutsideFlowTests
{
    [Fact]
    public async Task An_official_signs_outside_and_the_program_seals()
    {
        await using var outside = await OutsideOffice.OpenAsync();
        var office = outside.Office;
        using var official = await outside.AsAsync(OfficeRole.Attestor);
        var copy = await outside.ApproveAsync();
        Assert.Equal("waiting-for-returned-file", (await official.GetFromJsonAsync<JsonObject>($"/api/copies/{copy.CopyId}"))!["waiting"]!.GetValue<string>());

        var signed = outside.Official!.Sign(await DownloadAsync(official, copy.CopyId));
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(official, copy.CopyId, signed)).Status);
        // Sent twice, as by a browser that lost the answer: one effect.
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(official, copy.CopyId, signed)).Status);
        var done = await office.WhenStateAsync(copy.CopyId, CopyState.Registered);
        await office.WhenSettledAsync();
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(official, copy.CopyId, signed)).Status);

        var file = (await office.Store.ReadAsync(done.Issued!.Path, default))!.Content.ToArray();
        Assert.True(file.AsSpan().StartsWith(signed));
        var report = SignedFileCheck.Check(file, await office.Get<OfficeDirectory>().TrustAnchorsAsync(default), outside.Clock.GetUtcNow(), RevocationEvidence.None);
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal([SignatureFormat.Pkcs7Detached, SignatureFormat.Cades], report.Signatures.Select(one => one.Format));
        // The official's signature is proven by the timestamp that was put over it at once, the seal's by its own.
        Assert.All(report.Signatures, one => Assert.Equal((Signing.Verification.PadesLevel.BLTA, (DateTimeOffset?)outside.Clock.GetUtcNow()), (one.Level, one.ProvenTime)));
        Assert.Equal(2, report.Timestamps.Count);
        Assert.True(SignatureIntegrity.Check(file).IsValid);
        Assert.Equal(2, OutsideTool.RunOn(file, ".pdf", "pdfsig", "-nocert", "{}").Output.Split("Signature is Valid").Length - 1);
        Assert.Equal(0, OutsideTool.RunOn(file, ".pdf", "qpdf", "--check", "{}").ExitCode);
        Assert.Empty(PdfAChecklist.Failures((await office.Store.ReadAsync(BlobPaths.Work(TestOffice.Agency, copy.CopyId, 1, "composed.pdf"), default))!.Content.ToArray()));
        Assert.Single(await office.TrailAsync(), entry => entry.Action == "signature-returned");
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_agencys_token_seals_after_an_official_of_either_kind(bool official)
    {
        await using var outside = await OutsideOffice.OpenAsync(official, seal: true);
        var office = outside.Office;
        using var keeper = await outside.AsAsync(OfficeRole.SealKeeper);
        using var attestor = await outside.AsAsync(OfficeRole.Attestor);
        var copy = await outside.ApproveAsync();
        if (official)
        {
            // Not the clerical officer's turn.
            Assert.Equal(HttpStatusCode.Forbidden, (await keeper.GetAsync($"/api/copies/{copy.CopyId}/to-sign")).StatusCode);
            await UploadAsync(attestor, copy.CopyId, outside.Official!.Sign(await DownloadAsync(attestor, copy.CopyId)));
            await office.WhenAsync(copy.CopyId, request => request.SealRelease is not null && request.Waiting == CopyWaits.ReturnedFile);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await attestor.GetAsync($"/api/copies/{copy.CopyId}/to-sign")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(keeper, copy.CopyId, outside.Seal!.Sign(await DownloadAsync(keeper, copy.CopyId)))).Status);
        var done = await office.WhenStateAsync(copy.CopyId, CopyState.Registered);
        await office.WhenSettledAsync();
        var file = (await office.Store.ReadAsync(done.Issued!.Path, default))!.Content.ToArray();
        var report = SignedFileCheck.Check(file, await office.Get<OfficeDirectory>().TrustAnchorsAsync(default), outside.Clock.GetUtcNow());
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal(official ? SignatureFormat.Pkcs7Detached : SignatureFormat.Cades, report.Signatures[0].Format);
    }

    [Fact]
    public async Task What_should_not_be_taken_is_refused_at_once_and_changes_nothing()
    {
        await using var outside = await OutsideOffice.OpenAsync();
        var office = outside.Office;
        using var official = await outside.AsAsync(OfficeRole.Attestor);
        using var keeper = await outside.AsAsync(OfficeRole.SealKeeper);
        using var clerk = await outside.AsAsync(OfficeRole.OneStopClerk);
        var copy = await outside.ApproveAsync();
        var other = await outside.ApproveAsync("Giấy khai sinh", 2);
        var prepared = await DownloadAsync(official, copy.CopyId);
        var signed = outside.Official!.Sign(prepared);
        using var stranger = new OutsideSigner(Stranger.Certificate, Stranger.Key, [.. Stranger.Chain.Certificates.Skip(1)]);
        var changed = (byte[])signed.Clone();
        changed[prepared.Length / 2] ^= 1;
        (string Code, byte[] File)[] hostile =
        [
            ("returned-unsigned", prepared),
            ("returned-not-our-bytes", changed),
            ("returned-not-our-bytes", outside.Official.Sign(await DownloadAsync(official, other.CopyId))),
            ("returned-not-our-bytes", "%PDF-1.7"u8.ToArray()),
            ("returned-more-than-one-revision", outside.Official.Sign(signed)),
            ("returned-more-than-one-revision", Annotated(signed)),
            ("returned-other-signer", stranger.Sign(prepared)),
        ];
        foreach (var (code, file) in hostile)
        {
            var answer = await UploadAsync(official, copy.CopyId, file);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (answer.Status, answer.Code));
            Assert.False(string.IsNullOrWhiteSpace(answer.Said));
        }

        Assert.NotEqual(HttpStatusCode.OK, (await UploadAsync(official, copy.CopyId, signed[..^200])).Status);
        // Neither role alone opens the way: the assigned official does.
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(keeper, copy.CopyId, signed)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(clerk, copy.CopyId, signed)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UploadAsync(official, "khong-co", signed)).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await official.PostAsJsonAsync($"/api/copies/{copy.CopyId}/signed", new { })).StatusCode);
        var now = await office.Requests.FindAsync(TestOffice.Agency, copy.CopyId, default);
        Assert.Equal((copy.Waiting, copy.State, copy.Attempt), (now!.Waiting, now.State, now.Attempt));
        Assert.DoesNotContain(await office.PathsAsync($"work/{TestOffice.Agency}/{copy.CopyId}/"), path => path.Contains("returned", StringComparison.Ordinal));
        Assert.Equal(hostile.Length + 1, (await office.TrailAsync()).Count(entry => entry.Action == "returned-refused"));

        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(official, copy.CopyId, signed)).Status);
        await office.WhenStateAsync(copy.CopyId, CopyState.Registered);
    }

    [Fact]
    public async Task A_crash_while_waiting_and_one_before_the_hub_is_told_lose_nothing()
    {
        await using var outside = await OutsideOffice.OpenAsync();
        var office = outside.Office;
        var copy = await outside.ApproveAsync();
        await office.CrashAsync();
        await office.StartAsync();
        await outside.WhenWaitingAsync(copy.CopyId);
        var files = office.Get<TakeReturnedFile>();
        var prepared = (await files.ReadAsync(TestOffice.Agency, copy.CopyId, DemoOffice.Attestor, default)).Value.Content.ToArray();
        Assert.False((await files.RunAsync(new ReturnedFile(TestOffice.Agency, copy.CopyId, DemoOffice.Attestor, outside.Official!.Sign(prepared)), default)).IsRejected);

        await office.CrashAsync();
        await office.StartAsync();
        await office.SweepAsync();
        await office.WhenStateAsync(copy.CopyId, CopyState.Registered);
        await office.WhenSettledAsync();
        Assert.Equal([RegisterState.Issued], (await office.BookAsync()).Select(entry => entry.State));
    }

    [Fact]
    public async Task A_file_that_does_not_come_back_on_the_statements_day_goes_out_again_under_a_new_number()
    {
        await using var outside = await OutsideOffice.OpenAsync();
        var office = outside.Office;
        using var official = await outside.AsAsync(OfficeRole.Attestor);
        var copy = await outside.ApproveAsync();
        var late = outside.Official!.Sign(await DownloadAsync(official, copy.CopyId));
        outside.Clock.Set(LocalTime.StartOf(LocalTime.DateOf(TestPki.Now).AddDays(1)));
        Assert.Equal("returned-too-late", (await UploadAsync(official, copy.CopyId, late)).Code);

        await office.Workflow.TellAsync(copy, CopyOrchestrator.FileReturned, default);
        var again = await office.WhenAsync(copy.CopyId, request => request.Approval == 2 && request.Waiting == CopyWaits.ReturnedFile);
        Assert.Equal(2, again.Reservation!.Number);
        Assert.Equal("returned-not-our-bytes", (await UploadAsync(official, copy.CopyId, late)).Code);
        await UploadAsync(official, copy.CopyId, outside.Official.Sign(await DownloadAsync(official, copy.CopyId)));
        await office.WhenStateAsync(copy.CopyId, CopyState.Registered);
        Assert.Equal([RegisterState.Void, RegisterState.Issued], (await office.BookAsync()).Select(entry => entry.State));
    }

    [Fact]
    public async Task A_copy_that_waits_for_its_file_can_be_stopped()
    {
        await using var outside = await OutsideOffice.OpenAsync(seal: true);
        var office = outside.Office;
        var copy = await outside.ApproveAsync();
        var stopped = await office.Workflow.StopAsync(new Functions.Review.StopCommand(TestOffice.Agency, copy.CopyId, DemoOffice.Attestor, ClosingCodes.Returned, "nhầm trang"), default);
        Assert.Null(stopped.Rejection?.Code);
        await office.WhenAsync(copy.CopyId, request => request.IsFinished);
        Assert.Equal([RegisterState.Void], (await office.BookAsync()).Select(entry => entry.State));
    }

    private static readonly TestIdentity Stranger = TestPki.Instance.Leaf("Người Khác", TestKey.Rsa2048, TestPki.Instance.Issuing, TestPki.Now.AddYears(-4), TestPki.Now.AddYears(12));

    private static async Task<byte[]> DownloadAsync(HttpClient client, string copyId) => await client.GetByteArrayAsync($"/api/copies/{copyId}/to-sign");

    private static async Task<(HttpStatusCode Status, string? Code, string? Said)> UploadAsync(HttpClient client, string copyId, byte[] file)
    {
        using var body = new ByteArrayContent(file);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/pdf");
        using var answer = await client.PostAsync($"/api/copies/{copyId}/signed", body);
        var said = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return (answer.StatusCode, said?["code"]?.GetValue<string>(), said?["detail"]?.GetValue<string>() ?? said?["title"]?.GetValue<string>());
    }

    private static byte[] Annotated(byte[] signed)
    {
        var update = new IncrementalUpdate(PdfDocument.Open(signed));
        var page = PageTree.Read(update.Document.Latest)[0].Reference;
        update.Edit(page)["Annots"] = new PdfArray(update.Add(new PdfDictionary { { "Type", new PdfName("Annot") }, { "Subtype", new PdfName("FreeText") }, { "Rect", PdfArray.Numbers(9, 9, 99, 99) } }));
        return update.Finish().Document;
    }
}
