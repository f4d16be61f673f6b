using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Pages;
using ECopy.Functions.Pages.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Texts;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Pages;

/// <summary>The desks, the lists and the files over HTTP: who gets in, and what the server holds against a form that was tampered with.</summary>
public sealed partial class DeskPageTests(DeskOffice desks) : IClassFixture<DeskOffice>
{
    private const string Form = "form";

    private static readonly OfficeRole[] Everyone = Enum.GetValues<OfficeRole>();

    /// <summary>Address, who may.</summary>
    private static readonly (string Method, string Route, OfficeRole[] Allowed)[] Routes =
    [
        ("GET", "/office/copies", Everyone),
        ("GET", "/office/copies/{copyId}", Everyone),
        ("GET", "/office/copies/{copyId}?handler=progress", Everyone),
        ("GET", "/office/copies/{copyId}/pages/1", Everyone),
        ("GET", "/office/copies/{copyId}/pdf", Everyone),
        (Form, "/office/copies/{copyId}?handler=stop", Everyone),
        ("GET", "/office/review", [OfficeRole.Attestor]),
        ("GET", "/office/review?handler=behind", [OfficeRole.Attestor]),
        ("GET", "/office/review/{copyId}", [OfficeRole.Attestor]),
        (Form, "/office/review/{copyId}?handler=approve", [OfficeRole.Attestor]),
        (Form, "/office/review/{copyId}?handler=return", [OfficeRole.Attestor]),
        (Form, "/office/review/{copyId}?handler=refuse", [OfficeRole.Attestor]),
        ("GET", "/office/tosign", [OfficeRole.Attestor, OfficeRole.SealKeeper]),
        ("GET", "/office/tosign?handler=all", [OfficeRole.Attestor, OfficeRole.SealKeeper]),
        ("GET", "/office/seal", [OfficeRole.SealKeeper]),
        ("GET", "/office/seal?handler=behind", [OfficeRole.SealKeeper]),
        ("GET", "/office/seal/{copyId}", [OfficeRole.SealKeeper]),
        (Form, "/office/seal/{copyId}?handler=seal", [OfficeRole.SealKeeper]),
        (Form, "/office/seal/{copyId}?handler=return", [OfficeRole.SealKeeper]),
    ];

    private TestOffice Office => desks.Office;

    private HttpClient Official => desks.As(OfficeRole.Attestor);

    [Fact]
    public async Task Each_address_is_for_its_roles_and_another_agencys_request_is_as_good_as_none()
    {
        using var stranger = Office.Browse();
        foreach (var (method, route, allowed) in Routes)
        {
            foreach (var role in Everyone)
            {
                using var foreign = await SendAsync(desks.As(role), method, route, desks.ForeignCopy);
                var expected = !allowed.Contains(role) ? HttpStatusCode.Forbidden : route.Contains("{copyId}", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK;
                Assert.True(expected == foreign.StatusCode, $"{role} {method} {route}: {foreign.StatusCode}");
                var said = await foreign.Content.ReadAsStringAsync();
                Assert.DoesNotContain("Trần Gia Bảo", said, StringComparison.Ordinal);
                if (expected is not HttpStatusCode.NotFound) continue;
                using var missing = await SendAsync(desks.As(role), method, route, TestOffice.NewCopyId());
                Assert.Equal(missing.StatusCode, foreign.StatusCode);
            }

            using var nobody = await SendAsync(stranger, method, route, desks.ForeignCopy, token: "");
            Assert.True(nobody.StatusCode is HttpStatusCode.Found or HttpStatusCode.Unauthorized, $"nobody {method} {route}: {nobody.StatusCode}");
            if (nobody.StatusCode is HttpStatusCode.Found) Assert.StartsWith("/account/sign-in", nobody.Headers.Location!.ToString(), StringComparison.Ordinal);
        }

        // A bearer token is for the API; it opens no page.
        using var program = await Office.ConnectAsync("lanhdao.binh");
        Assert.NotEqual(HttpStatusCode.OK, (await program.GetAsync("/office/review")).StatusCode);
    }

    [Fact]
    public async Task A_request_that_has_ended_shows_nothing_at_work()
    {
        var copy = await desks.ReceiveAsync("Giấy đã dừng");
        await desks.EndAsync(copy);
        Assert.Contains("data-step=\"\"", await Official.GetStringAsync($"/office/copies/{copy.CopyId}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_not_is_told_whose_work_it_is_and_finds_back_to_their_own()
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/office/review");
        asked.Headers.Accept.ParseAdd("text/html");
        using var answer = await desks.As(OfficeRole.OneStopClerk).SendAsync(asked);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Việc này thuộc vai trò khác", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/office\">Về trang làm việc", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_signed_out_in_the_middle_is_led_to_the_sign_in_and_back()
    {
        var copy = await desks.ReceiveAsync("Giấy dở dang");
        using var stranger = Office.Browse();
        using var sent = new HttpRequestMessage(HttpMethod.Post, $"/office/review/{copy.CopyId}?handler=approve") { Content = new FormUrlEncodedContent([]) };
        sent.Headers.Accept.ParseAdd("text/html");
        using var answer = await stranger.SendAsync(sent);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains($"href=\"/account/sign-in?next=%2Foffice%2Freview%2F{copy.CopyId}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await desks.EndAsync(copy);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_said_in_words_and_not_in_a_programs_code()
    {
        var copy = await desks.ReceiveAsync("Giấy chờ khóa");
        var row = DeskRows.OfRefusal(new Rejection("signing-key-unusable", "reason", "key-file-unreadable"), copy, new PageTexts(Sentences.Vietnamese));
        Assert.Equal("Khóa ký số không ký được.", row.Said);
        Assert.NotNull(row.WayOut);
        await desks.EndAsync(copy);
    }

    [Fact]
    public async Task Nothing_is_approved_without_the_box_the_digest_and_the_forms_token()
    {
        var copy = await desks.ReceiveAsync();
        var digest = copy.ScanDigest!;
        using var page = await Official.GetAsync($"/office/review/{copy.CopyId}");
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("checked", Box().Match(html).Value, StringComparison.Ordinal);
        Assert.Contains($"name=\"digestSeen\" value=\"{digest}\"", html, StringComparison.Ordinal);

        using var unticked = await PostAsync(copy, "approve", ("digestSeen", digest));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unticked.StatusCode);
        Assert.Contains("đánh dấu ô xác nhận", await unticked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var other = await PostAsync(copy, "approve", ("digestSeen", new string('0', 64)), ("compared", "yes"));
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        using var forged = await Official.PostAsync($"/office/review/{copy.CopyId}?handler=approve", new FormUrlEncodedContent([new("digestSeen", digest), new("compared", "yes")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Null((await Office.Requests.FindAsync(TestOffice.Agency, copy.CopyId, default))!.Decision);

        using var approved = await PostAsync(copy, "approve", ("digestSeen", digest), ("compared", "yes"));
        Assert.Equal(HttpStatusCode.Found, approved.StatusCode);
        Assert.EndsWith($"after={copy.CopyId}", approved.Headers.Location!.ToString(), StringComparison.Ordinal);
        await Office.WhenStateAsync(copy.CopyId, CopyState.Registered);
        // Decided: its form is gone, and a second decision changes nothing.
        using var gone = await Official.GetAsync($"/office/review/{copy.CopyId}");
        Assert.Equal($"/office/copies/{copy.CopyId}", gone.Headers.Location!.ToString());
        using var second = await PostAsync(copy, "refuse", ("digestSeen", digest), ("reason", "copy"));
        Assert.Equal(HttpStatusCode.Found, second.StatusCode);
        Assert.Equal(CopyState.Registered, (await Office.WhenAsync(copy.CopyId, _ => true)).State);
    }

    [Fact]
    public async Task A_refusal_needs_reasons_that_there_are_and_keeps_them_in_the_words_of_the_notice()
    {
        var copy = await desks.ReceiveAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(copy, "refuse", ("digestSeen", copy.ScanDigest!), ("own", "  \n "))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(copy, "refuse", ("digestSeen", copy.ScanDigest!), ("reason", "made-up"))).StatusCode);
        using var tooLong = await PostAsync(copy, "refuse", ("digestSeen", copy.ScanDigest!), ("reason", "damaged"), ("own", new string('a', 1001)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooLong.StatusCode);
        // What was typed is still there.
        Assert.Contains(new string('a', 1001), await tooLong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var refused = await PostAsync(copy, "refuse", ("digestSeen", copy.ScanDigest!), ("reason", "selfmade"), ("reason", "damaged"), ("own", "Mất\n góc "));
        Assert.Equal(HttpStatusCode.Found, refused.StatusCode);
        var reasons = (await Office.WhenStateAsync(copy.CopyId, CopyState.Refused)).Decision!.Reasons;
        Assert.Equal(3, reasons.Count);
        Assert.Contains("khoản 2 Điều 22", reasons[0], StringComparison.Ordinal);
        Assert.Contains("khoản 6 Điều 22", reasons[1], StringComparison.Ordinal);
        Assert.Equal("Mất góc", reasons[2]);
    }

    [Fact]
    public async Task What_keeps_an_official_from_deciding_is_said_before()
    {
        var copy = await desks.ReceiveAsync();
        await Office.Store.UpdateAsync<CopyRequest>(BlobPaths.Request(TestOffice.Agency, copy.CopyId), request => request with { ReceivedBy = "lanhdao.binh" }, Office.Clock, default);
        var html = await Official.GetStringAsync($"/office/review/{copy.CopyId}");
        Assert.Contains("Người tiếp nhận hồ sơ không được tự chứng thực hồ sơ đó.", html, StringComparison.Ordinal);
        Assert.Contains("disabled", Box().Match(html).Value, StringComparison.Ordinal);
        Assert.Contains("bạn đã tiếp nhận", await Official.GetStringAsync("/office/review"), StringComparison.Ordinal);
        await desks.EndAsync(copy);

        // A delegation that has run out: no approval, but a return is still possible.
        var other = await desks.ReceiveAsync();
        var path = BlobPaths.Person(TestOffice.Agency, "lanhdao.binh");
        var before = (await Office.Store.ReadJsonAsync<Person>(path, default))!.Value;
        await Office.Store.UpdateAsync<Person>(path, person => person with { Delegation = person.Delegation! with { Until = new DateOnly(2026, 1, 2) } }, Office.Clock, default);
        html = await Official.GetStringAsync($"/office/review/{other.CopyId}");
        Assert.Contains("không có hiệu lực trong ngày này", html, StringComparison.Ordinal);
        Assert.Contains("disabled", Box().Match(html).Value, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await PostAsync(other, "return", ("digestSeen", other.ScanDigest!), ("reason", "cut"))).StatusCode);
        await Office.Store.UpdateAsync<Person>(path, _ => before, Office.Clock, default);
    }

    [Fact]
    public async Task A_scanned_page_is_the_stored_bytes_kept_by_its_digest()
    {
        var copy = await desks.ReceiveAsync();
        using var first = await Official.GetAsync($"/office/copies/{copy.CopyId}/pages/1");
        Assert.Equal("image/png", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal(SmallScan.Png(DeskOffice.Seed), await first.Content.ReadAsByteArrayAsync());
        Assert.True(first.Headers.CacheControl!.Private);
        Assert.Contains("Cookie", first.Headers.Vary);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/office/copies/{copy.CopyId}/pages/1");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await Official.SendAsync(again)).StatusCode);
        foreach (var none in (string[])["0", "2", "99999999999", "x"]) Assert.Equal(HttpStatusCode.NotFound, (await Official.GetAsync($"/office/copies/{copy.CopyId}/pages/{none}")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await Official.GetAsync($"/office/copies/{copy.CopyId}/pdf")).StatusCode);

        // Other bytes than were taken in are nothing to compare a paper with.
        File.WriteAllBytes(Path.Combine(Office.DataPath, copy.Files[0].Path), SmallScan.Png(99));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Official.GetAsync($"/office/copies/{copy.CopyId}/pages/1")).StatusCode);
        File.WriteAllBytes(Path.Combine(Office.DataPath, copy.Files[0].Path), SmallScan.Png(DeskOffice.Seed));
        await desks.EndAsync(copy);
    }

    [Fact]
    public async Task The_status_says_why_it_waits_and_who_stops_it_gives_a_reason()
    {
        var copy = await desks.ReceiveAsync();
        var administrator = desks.As(OfficeRole.AgencyAdmin);
        var address = $"/office/copies/{copy.CopyId}";
        var progress = await Official.GetFromJsonAsync<JsonElement>($"{address}?handler=progress");
        Assert.Equal(("WaitingForReview", false), (progress.GetProperty("state").GetString(), progress.GetProperty("moving").GetBoolean()));
        Assert.Equal(["Done", "Done", "Waiting", "NotYet", "NotYet", "NotYet", "NotYet", "NotYet"], progress.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("phase").GetString()));
        Assert.Contains("Chờ người thực hiện chứng thực đối chiếu và ký.", await Official.GetStringAsync(address), StringComparison.Ordinal);
        Assert.DoesNotContain("handler=stop", await desks.As(OfficeRole.Inspector).GetStringAsync(address), StringComparison.Ordinal);

        var token = await TokenAsync(administrator);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(administrator, $"{address}?handler=stop", token, ("code", "terminated"), ("reason", " "))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(administrator, $"{address}?handler=stop", token, ("code", "returned"), ("reason", "x"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(administrator, $"{address}?handler=stop", token, ("code", "registered"), ("reason", "x"))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await PostAsync(administrator, $"{address}?handler=stop", token, ("code", "terminated"), ("reason", "Công dân rút hồ sơ"))).StatusCode);
        await Office.WhenStateAsync(copy.CopyId, CopyState.Failed);
        var html = await Official.GetStringAsync(address);
        Assert.Contains("Công dân rút hồ sơ", html, StringComparison.Ordinal);
        Assert.Contains("Đinh Thị Mẫu", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(administrator, $"{address}?handler=stop", token, ("code", "terminated"), ("reason", "x"))).StatusCode);
        Assert.Contains(await Office.TrailAsync(), entry => entry is { Action: "access-refused" } && entry.Details["code"] == "stop-too-late");
    }

    [Fact]
    public async Task Lists_are_newest_first_by_state_and_end()
    {
        var (older, newer) = (await desks.ReceiveAsync("Giấy cũ"), await desks.ReceiveAsync("Giấy mới"));
        var list = await Official.GetStringAsync("/office/copies?state=WaitingForReview");
        Assert.InRange(list.IndexOf("Giấy mới", StringComparison.Ordinal), 1, list.IndexOf("Giấy cũ", StringComparison.Ordinal));
        Assert.DoesNotContain("Giấy mới", await Official.GetStringAsync($"/office/copies?state=WaitingForReview&before={newer.CopyId}"), StringComparison.Ordinal);
        Assert.Contains("Giấy cũ", await Official.GetStringAsync($"/office/copies?before={newer.CopyId}"), StringComparison.Ordinal);
        Assert.Contains("Không có hồ sơ nào ở trạng thái này.", await Official.GetStringAsync("/office/copies?state=Replaced"), StringComparison.Ordinal);
        foreach (var bad in (string[])["state=7", "state=registered", "before=..%2Fx"]) Assert.Equal(HttpStatusCode.BadRequest, (await Official.GetAsync($"/office/copies?{bad}")).StatusCode);
        foreach (var copy in (CopyRequest[])[older, newer]) await desks.EndAsync(copy);
    }

    private async Task<HttpResponseMessage> PostAsync(CopyRequest copy, string handler, params (string Name, string Value)[] fields) =>
        await PostAsync(Official, $"/office/review/{copy.CopyId}?handler={handler}", await TokenAsync(Official), fields);

    private static Task<HttpResponseMessage> PostAsync(HttpClient browser, string address, string token, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        request.Headers.Add("RequestVerificationToken", token);
        return browser.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, string method, string route, string copyId, string? token = null)
    {
        var address = route.Replace("{copyId}", copyId, StringComparison.Ordinal);
        return method == Form
            ? await PostAsync(browser, address, token ?? await TokenAsync(browser), ("digestSeen", "00"), ("compared", "yes"), ("own", "x"), ("reason", "x"), ("code", "returned"))
            : await browser.GetAsync(address);
    }

    private static async Task<string> TokenAsync(HttpClient browser) => FormToken().Match(await browser.GetStringAsync("/office/copies?state=Replaced")).Groups[1].Value;

    [GeneratedRegex("<meta name=\"csrf\" content=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("<input[^>]*id=\"compared\"[^>]*>")]
    private static partial Regex Box();
}
