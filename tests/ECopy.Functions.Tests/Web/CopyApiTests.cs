using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

/// <summary>The office's work and the public check, over HTTP alone.</summary>
public sealed partial class CopyApiTests(ApiOffice api) : IClassFixture<ApiOffice>
{
    private HttpClient Clerk => api.As(OfficeRole.OneStopClerk);

    private HttpClient Attestor => api.As(OfficeRole.Attestor);

    [Fact]
    public async Task From_upload_to_verification_over_http()
    {
        await using var office = await TestOffice.OpenAsync();
        await ByHandAsync(office);
        using var clerk = await office.ConnectAsync("motcua.linh");
        using var attestor = await office.ConnectAsync("lanhdao.binh");
        using var keeper = await office.ConnectAsync("vanthu.ha");
        using var anyone = await office.ConnectAsync();

        using var uploaded = await clerk.SendAsync(ApiOffice.Upload(ApiOffice.Form(requester: "Nguyễn Thị Ví Dụ 096200000001", originalPages: "3", files: [SmallScan.Png(1), SmallScan.Png(2)])));
        var received = await ApiOffice.JsonAsync(uploaded, HttpStatusCode.Created);
        var copyId = received.GetProperty("copyId").GetString()!;
        Assert.Equal($"/api/copies/{copyId}", uploaded.Headers.Location?.ToString());
        var waiting = await WhenAsync(attestor, copyId, "waitingForReview");
        Assert.Equal("Nguyễn Thị Ví Dụ 0962••••••01", waiting.GetProperty("requester").GetString());
        Assert.Equal(3, waiting.GetProperty("originalPages").GetInt32());
        Assert.Equal(JsonValueKind.Null, waiting.GetProperty("verificationCode").ValueKind);
        Assert.Equal("copy-not-issued", await ApiOffice.RefusalAsync(await clerk.GetAsync($"/api/copies/{copyId}/pdf"), HttpStatusCode.Conflict));

        Assert.Equal("digest-not-stored", await ApiOffice.RefusalAsync(await DecideAsync(attestor, copyId, "approved", new string('0', 64)), HttpStatusCode.Conflict));
        var digest = waiting.GetProperty("scanDigest").GetString()!;
        var decided = await ApiOffice.JsonAsync(await DecideAsync(attestor, copyId, "approved", digest));
        Assert.Equal("lanhdao.binh", decided.GetProperty("decision").GetProperty("by").GetString());
        Assert.Equal("decision-not-waiting", await ApiOffice.RefusalAsync(await DecideAsync(attestor, copyId, "approved", digest), HttpStatusCode.Conflict));

        await WhenAsync(keeper, copyId, "waitingForSeal");
        await ApiOffice.JsonAsync(await keeper.PostAsync($"/api/copies/{copyId}/seal", null));
        var registered = await WhenAsync(clerk, copyId, "registered");
        Assert.Equal(1, registered.GetProperty("number").GetProperty("number").GetInt32());
        Assert.Equal("seal-not-waiting", await ApiOffice.RefusalAsync(await keeper.PostAsync($"/api/copies/{copyId}/seal", null), HttpStatusCode.Conflict));

        using var file = await clerk.GetAsync($"/api/copies/{copyId}/pdf");
        Assert.Equal("application/pdf", file.Content.Headers.ContentType?.MediaType);
        var pdf = await file.Content.ReadAsByteArrayAsync();
        Assert.Equal(registered.GetProperty("issued").GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pdf)));
        Assert.Equal("unchanged", (await ApiOffice.JsonAsync(await anyone.PostAsync("/api/verify", new ByteArrayContent(pdf)))).GetProperty("verdict").GetString());
        var code = registered.GetProperty("verificationCode").GetString()!;
        Assert.Equal("codeOnly", (await ApiOffice.JsonAsync(await anyone.GetAsync($"/api/verify/{code}"))).GetProperty("verdict").GetString());
        pdf[^40] ^= 1;
        Assert.Equal("changed", (await ApiOffice.JsonAsync(await anyone.PostAsync("/api/verify", new ByteArrayContent(pdf)))).GetProperty("verdict").GetString());
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_request_can_be_returned_refused_or_stopped()
    {
        var refused = await SubmitAsync();
        var digest = (await WhenAsync(Attestor, refused, "waitingForReview")).GetProperty("scanDigest").GetString()!;
        Assert.Equal("reasons-missing", await ApiOffice.RefusalAsync(await DecideAsync(Attestor, refused, "rejected", digest, "  "), HttpStatusCode.UnprocessableEntity));
        Assert.Equal("reasons-too-long", await ApiOffice.RefusalAsync(await DecideAsync(Attestor, refused, "rejected", digest, new string('a', 1001)), HttpStatusCode.UnprocessableEntity));
        await ApiOffice.JsonAsync(await DecideAsync(Attestor, refused, "rejected", digest, "Bản chính quá cũ nát"));
        Assert.Equal("Bản chính quá cũ nát", (await WhenAsync(Clerk, refused, "refused")).GetProperty("decision").GetProperty("reasons")[0].GetString());

        var stopped = await SubmitAsync();
        await WhenAsync(Attestor, stopped, "waitingForReview");
        // Ending for good is the administrator's.
        Assert.Equal("not-allowed-to-stop", await ApiOffice.RefusalAsync(await PostAsync(Attestor, stopped, "stop", new { code = "terminated", reason = "x" }), HttpStatusCode.Forbidden));
        Assert.Equal("reasons-missing", await ApiOffice.RefusalAsync(await PostAsync(Attestor, stopped, "stop", new { code = "returned", reason = " " }), HttpStatusCode.UnprocessableEntity));
        await ApiOffice.JsonAsync(await PostAsync(Attestor, stopped, "stop", new { code = "returned", reason = "Thiếu trang 2" }));
        await WhenAsync(Clerk, stopped, "returned");
        Assert.Equal("stop-too-late", await ApiOffice.RefusalAsync(await PostAsync(Attestor, stopped, "stop", new { code = "returned", reason = "x" }), HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("""{"decision":"maybe","digestSeen":"00"}""")]
    [InlineData("""{"decision":0,"digestSeen":"00"}""")]
    [InlineData("""{"decision":"approved"}""")]
    [InlineData("""{"decision":"approved","digestSeen":null}""")]
    [InlineData("""{"decision":"rejected","digestSeen":"00","reasons":"x"}""")]
    [InlineData("""{"decision":"rejected","digestSeen":"00","reasons":[null]}""")]
    [InlineData("""{"decision":"approved","digestSeen":"00","more":1}""")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("")]
    public async Task A_body_that_is_not_as_described_is_a_mistake_not_a_fault(string body)
    {
        using var answer = await Attestor.PostAsync($"/api/copies/{TestOffice.NewCopyId()}/decision", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal("request-invalid", await ApiOffice.RefusalAsync(answer, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Other_kinds_and_sizes_of_bodies_are_refused()
    {
        var address = $"/api/copies/{TestOffice.NewCopyId()}/decision";
        Assert.Equal("content-type-wrong", await ApiOffice.RefusalAsync(await Attestor.PostAsync(address, new StringContent("x")), HttpStatusCode.UnsupportedMediaType));
        using var large = new StringContent("\"" + new string('a', 100_000) + "\"", Encoding.UTF8, "application/json");
        Assert.Equal("file-too-large-plain", await ApiOffice.RefusalAsync(await Attestor.PostAsync(address, large), HttpStatusCode.RequestEntityTooLarge));
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_large_hears_why_while_it_is_still_being_sent()
    {
        // Far more than lies in buffers: a line cut with the rest on its way would be a broken connection to the sender.
        using var large = new ByteArrayContent(new byte[60_000_000]);
        large.Headers.ContentType = new("application/json");
        Assert.Equal("file-too-large-plain", await ApiOffice.RefusalAsync(await Attestor.PostAsync($"/api/copies/{TestOffice.NewCopyId()}/decision", large), HttpStatusCode.RequestEntityTooLarge));

        using var scan = ApiOffice.Upload(ApiOffice.Form(files: [new byte[30_000_000], new byte[30_000_000]]));
        Assert.Equal("file-too-large", await ApiOffice.RefusalAsync(await Clerk.SendAsync(scan), HttpStatusCode.RequestEntityTooLarge));
    }

    public static TheoryData<string, string, int> BadUploads() => new()
    {
        { "none", "file-missing", 400 },
        { "empty", "image-empty", 422 },
        { "exe", "image-unsupported-type", 415 },
        { "pdf", "image-unsupported-type", 415 },
        { "cut", "image-truncated", 422 },
        { "untitled", "title-missing", 422 },
        { "pages", "pages-invalid", 422 },
        { "long", "title-too-long", 422 },
        { "unprintable", "title-unprintable", 422 },
    };

    [Theory]
    [MemberData(nameof(BadUploads))]
    public async Task A_bad_upload_is_refused_with_a_plain_vietnamese_reason(string kind, string code, int status)
    {
        var form = kind switch
        {
            "none" => ApiOffice.Form(),
            "empty" => ApiOffice.Form(files: []),
            "exe" => ApiOffice.Form(files: [.. "MZ"u8, .. new byte[500]]),
            "pdf" => ApiOffice.Form(files: "%PDF-1.7\n%âãÏÓ\n"u8.ToArray()),
            "cut" => ApiOffice.Form(files: SmallScan.Png(1)[..200]),
            "untitled" => ApiOffice.Form(title: null, files: SmallScan.Png(1)),
            "unprintable" => ApiOffice.Form(title: "Bằng khen 🏅 số 7", files: SmallScan.Png(1)),
            "pages" => ApiOffice.Form(originalPages: "-1", files: SmallScan.Png(1)),
            _ => ApiOffice.Form(title: new string('a', 301), files: SmallScan.Png(1)),
        };
        if (kind == "empty") form.Add(new ByteArrayContent([]), "files", "scan.png");
        using var answer = await Clerk.SendAsync(ApiOffice.Upload(form));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(code, await ApiOffice.RefusalAsync(answer, (HttpStatusCode)status));
        Assert.Matches(VietnameseLetter(), JsonDocument.Parse(text).RootElement.GetProperty("title").GetString()!);

        using var english = ApiOffice.Upload(ApiOffice.Form());
        english.Headers.Add("Accept-Language", "en");
        Assert.Contains("There is no scan file.", await (await Clerk.SendAsync(english)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_is_too_large_is_refused()
    {
        using var told = await Clerk.SendAsync(ApiOffice.Upload(ApiOffice.Form(files: [new byte[30_000_000], new byte[20_500_000]])));
        Assert.Equal("file-too-large", await ApiOffice.RefusalAsync(told, HttpStatusCode.RequestEntityTooLarge));
    }

    [Fact]
    public async Task A_form_that_is_no_form_is_refused()
    {
        using var broken = new StringContent("--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx", Encoding.UTF8);
        broken.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        Assert.Equal("request-invalid", await ApiOffice.RefusalAsync(await Clerk.SendAsync(ApiOffice.Upload(broken)), HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Lists_are_by_state_and_page_by_page_without_gaps()
    {
        await using var office = await TestOffice.OpenAsync();
        using var clerk = await office.ConnectAsync("motcua.linh");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add((await office.SubmitAsync($"Giấy {i}", null, SmallScan.Png(i))).Value.CopyId);
        foreach (var id in ids) await office.WhenStateAsync(id, CopyState.WaitingForReview);
        await office.DecideAsync(ids[1]);
        await office.WhenStateAsync(ids[1], CopyState.Registered);
        await Until.TrueAsync(async () => (await office.PathsAsync("open/")).Count == 4);

        string[] waiting = [ids[0], ids[2], ids[3], ids[4]];
        Assert.Equal(waiting, await AllAsync(clerk, "state=waitingForReview&limit=3"));
        Assert.Equal([ids[1]], await AllAsync(clerk, "state=registered&limit=1"));
        Assert.Equal(ids.AsEnumerable().Reverse(), await AllAsync(clerk, "limit=2"));
        Assert.Empty(await AllAsync(clerk, "state=handedOver"));
        Assert.Equal("state-unknown", await ApiOffice.RefusalAsync(await clerk.GetAsync("/api/copies?state=Registered"), HttpStatusCode.BadRequest));
        Assert.Equal("state-unknown", await ApiOffice.RefusalAsync(await clerk.GetAsync("/api/copies?state="), HttpStatusCode.BadRequest));
        Assert.Equal("cursor-invalid", await ApiOffice.RefusalAsync(await clerk.GetAsync("/api/copies?cursor=../x"), HttpStatusCode.BadRequest));
        Assert.Equal("limit-invalid", await ApiOffice.RefusalAsync(await clerk.GetAsync("/api/copies?limit=101"), HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("/nope", "not-found", 404)]
    [InlineData("/api/nope", "not-found", 404)]
    [InlineData("/openapi/v2.json", "not-found", 404)]
    public async Task What_is_not_there_is_said_plainly(string address, string code, int status)
    {
        Assert.Equal(code, await ApiOffice.RefusalAsync(await api.Anonymous.GetAsync(address), (HttpStatusCode)status));
        using var wrong = await api.Anonymous.DeleteAsync("/api/copies");
        Assert.Equal("method-not-allowed", await ApiOffice.RefusalAsync(wrong, HttpStatusCode.MethodNotAllowed));
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/api/copies")]
    [InlineData("/api/verify/0000")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/health/live")]
    public async Task Every_answer_carries_the_security_headers(string address)
    {
        using var answer = await api.Anonymous.GetAsync(address);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        if (address == "/nope") return;
        Assert.DoesNotContain("'self'", policy, StringComparison.Ordinal);
        Assert.Contains("no-store", answer.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Empty(answer.Headers.Server);
    }

    [Fact]
    public async Task A_damaged_copy_is_not_served_and_no_id_number_is_logged()
    {
        using var log = new CapturedLog();
        await using var office = await TestOffice.OpenAsync(null, log.AddTo);
        const string Number = "096200000001";
        using var clerk = await office.ConnectAsync("motcua.linh");
        using var uploaded = await clerk.SendAsync(ApiOffice.Upload(ApiOffice.Form(title: $"Thẻ {Number}", requester: $"Ví Dụ {Number}", files: SmallScan.Png(1)), $"key-{Number}"));
        var copyId = (await ApiOffice.JsonAsync(uploaded, HttpStatusCode.Created)).GetProperty("copyId").GetString()!;
        using var refused = await clerk.SendAsync(ApiOffice.Upload(ApiOffice.Form(requester: $"Ví Dụ {Number}", files: [1, 2, 3])));
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        await office.DecideAsync(copyId);
        var request = await office.WhenStateAsync(copyId, CopyState.Registered);

        await office.Store.DeleteAsync(request.Issued!.Path, default);
        Assert.Equal("store-not-intact", await ApiOffice.RefusalAsync(await clerk.GetAsync($"/api/copies/{copyId}/pdf"), HttpStatusCode.ServiceUnavailable));
        Assert.Contains(log.Lines, line => line.Contains(request.Issued.Path, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(Number, StringComparison.Ordinal));
        var trail = await office.Store.ReadAsync("audit/H99.9.1/0001.json", default);
        Assert.DoesNotContain(Number, Encoding.UTF8.GetString(trail!.Content.Span), StringComparison.Ordinal);
    }

    private static async Task ByHandAsync(TestOffice office)
    {
        var agency = (await office.Store.ReadJsonAsync<Agency>(BlobPaths.Agency(TestOffice.Agency), default))!;
        await office.Store.ReplaceJsonAsync(agency.Path, agency.Value with { Policies = agency.Value.Policies with { AutomaticSeal = false } }, agency.ETag, default);
    }

    private async Task<string> SubmitAsync()
    {
        using var answer = await Clerk.SendAsync(ApiOffice.Upload(ApiOffice.Form(files: SmallScan.Png(3))));
        return (await ApiOffice.JsonAsync(answer, HttpStatusCode.Created)).GetProperty("copyId").GetString()!;
    }

    private static Task<HttpResponseMessage> DecideAsync(HttpClient client, string copyId, string decision, string digestSeen, params string[] reasons) =>
        PostAsync(client, copyId, "decision", new { decision, digestSeen, reasons });

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string copyId, string act, object body) =>
        client.PostAsync($"/api/copies/{copyId}/{act}", JsonContent.Create(body));

    private static async Task<JsonElement> WhenAsync(HttpClient client, string copyId, string state)
    {
        JsonElement copy = default;
        await Until.TrueAsync(async () =>
        {
            copy = await ApiOffice.JsonAsync(await client.GetAsync($"/api/copies/{copyId}"));
            return copy.GetProperty("state").GetString() == state;
        });
        return copy;
    }

    private static async Task<List<string>> AllAsync(HttpClient client, string query)
    {
        var found = new List<string>();
        string? next = null;
        do
        {
            var page = await ApiOffice.JsonAsync(await client.GetAsync($"/api/copies?{query}{(next is null ? "" : "&cursor=" + next)}"));
            found.AddRange(page.GetProperty("copies").EnumerateArray().Select(copy => copy.GetProperty("copyId").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return found;
    }

    [GeneratedRegex("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", RegexOptions.IgnoreCase)]
    private static partial Regex VietnameseLetter();
}
