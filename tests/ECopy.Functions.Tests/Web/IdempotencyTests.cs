using System.Net;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

public sealed class IdempotencyTests(ApiOffice api) : IClassFixture<ApiOffice>
{
    private HttpClient Clerk => api.As(OfficeRole.OneStopClerk);

    [Fact]
    public async Task The_same_key_and_body_get_the_same_answer_also_after_the_copy_moved_on()
    {
        using var first = await Clerk.SendAsync(Upload("one"));
        var answer = await first.Content.ReadAsStringAsync();
        var copyId = (await ApiOffice.JsonAsync(first, HttpStatusCode.Created)).GetProperty("copyId").GetString()!;
        await api.Office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await api.Office.DecideAsync(copyId);
        await api.Office.WhenStateAsync(copyId, CopyState.Registered);

        // Another boundary every time; the same fields and files.
        using var second = await Clerk.SendAsync(Upload("one"));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(answer, await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused_whatever_differs()
    {
        using var first = await Clerk.SendAsync(Upload("two"));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var before = (await api.Office.PathsAsync("requests/")).Count;
        foreach (var other in (MultipartFormDataContent[])
        [
            ApiOffice.Form(title: "Bằng khác", files: SmallScan.Png(5)),
            ApiOffice.Form(requester: "Ai khác", files: SmallScan.Png(5)),
            ApiOffice.Form(originalPages: "1", files: SmallScan.Png(5)),
            ApiOffice.Form(files: SmallScan.Png(6)),
            ApiOffice.Form(files: [SmallScan.Png(5), SmallScan.Png(5)]),
        ])
        {
            using var answer = await Clerk.SendAsync(ApiOffice.Upload(other, "two"));
            Assert.Equal("idempotency-key-reused", await ApiOffice.RefusalAsync(answer, HttpStatusCode.UnprocessableEntity));
        }

        Assert.Equal(before, (await api.Office.PathsAsync("requests/")).Count);
    }

    [Fact]
    public async Task A_key_in_flight_is_refused_and_free_again_afterwards()
    {
        var running = api.Office.Get<UploadKeys>().TryBegin(TestOffice.Agency, "motcua.linh", "three")!;
        using (var answer = await Clerk.SendAsync(Upload("three"))) Assert.Equal("upload-in-flight", await ApiOffice.RefusalAsync(answer, HttpStatusCode.Conflict));
        // Another account's equal key is another key.
        Assert.NotNull(api.Office.Get<UploadKeys>().TryBegin(TestOffice.Agency, "quantri.mau", "three"));
        running.Dispose();
        using var free = await Clerk.SendAsync(Upload("three"));
        Assert.Equal(HttpStatusCode.Created, free.StatusCode);
    }

    [Fact]
    public async Task Sixteen_at_once_with_one_key_make_one_copy()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Clerk.SendAsync(Upload("four"))));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
        var made = await Task.WhenAll(answers.Where(answer => answer.StatusCode is HttpStatusCode.Created).Select(answer => answer.Content.ReadAsStringAsync()));
        Assert.Single(made.Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("long")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var request = ApiOffice.Upload(ApiOffice.Form(files: SmallScan.Png(5)));
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key == "long" ? new string('k', 256) : key);
        using var answer = await Clerk.SendAsync(request);
        Assert.Equal("idempotency-key-invalid", await ApiOffice.RefusalAsync(answer, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_repeat_after_a_crash_goes_on_with_the_same_copy()
    {
        await using var office = await TestOffice.OpenAsync();
        using (var clerk = await office.ConnectAsync("motcua.linh"))
        {
            using var first = await clerk.SendAsync(Upload("done"));
            Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        }

        // Killed between the key and the upload: the key is all there is.
        var chosen = TestOffice.NewCopyId();
        var half = new ScanUpload(TestOffice.Agency, chosen, "motcua.linh", "Bằng tốt nghiệp", "Nguyễn Thị Ví Dụ", null, [SmallScan.Png(5)]);
        Assert.Equal(chosen, (await office.Get<UploadKeys>().CopyIdAsync(TestOffice.Agency, "motcua.linh", "half", half, default)).Value);
        await office.CrashAsync();
        await office.StartAsync();

        using var again = await office.ConnectAsync("motcua.linh");
        var requests = await office.PathsAsync("requests/");
        var repeated = (await ApiOffice.JsonAsync(await again.SendAsync(Upload("done")), HttpStatusCode.Created)).GetProperty("copyId").GetString()!;
        Assert.Equal([BlobPaths.Request(TestOffice.Agency, repeated)], requests);
        Assert.Equal(chosen, (await ApiOffice.JsonAsync(await again.SendAsync(Upload("half")), HttpStatusCode.Created)).GetProperty("copyId").GetString());
        await office.WhenStateAsync(chosen, CopyState.WaitingForReview);
    }

    private static HttpRequestMessage Upload(string key) => ApiOffice.Upload(ApiOffice.Form(files: SmallScan.Png(5)), key);
}
