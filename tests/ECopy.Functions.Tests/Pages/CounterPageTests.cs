using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Upload;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Pages;

/// <summary>The counter over HTTP: who gets in, and what the server holds against a screen that sends nonsense.</summary>
public sealed partial class CounterPageTests(DeskOffice desks) : IClassFixture<DeskOffice>
{
    private static readonly (string Method, string Route)[] Routes =
    [
        ("GET", "/office/counter"),
        ("GET", "/office/counter/{draft}"),
        ("GET", "/office/counter/{draft}?handler=scan&scan={page}"),
        ("POST", "/office/counter/{draft}?handler=save"),
        ("POST", "/office/counter/{draft}?handler=scan&original={draft}&scan={page}&number=1"),
        ("POST", "/office/counter/{draft}?handler=drop&scan={page}"),
        ("POST", "/office/counter/{draft}?handler=remove&original={draft}"),
        ("POST", "/office/counter/{draft}?handler=submit"),
        ("POST", "/office/counter/{draft}?handler=discard"),
        ("GET", "/office/dossiers/{dossier}"),
        ("POST", "/office/dossiers/{dossier}"),
    ];

    private HttpClient Clerk => desks.As(OfficeRole.OneStopClerk);

    [Fact]
    public async Task The_counter_is_the_clerks_alone_and_another_agencys_visit_is_as_good_as_none()
    {
        var drafts = desks.Office.Get<Drafts>();
        string draftId = Drafts.NewId(), page = Drafts.NewId();
        CounterVisits.Taken(await drafts.AddPageAsync(ApiOffice.Neighbour, draftId, ApiOffice.NeighbourClerk, Drafts.NewId(), page, 1, SmallScan.Png(8), default));
        CounterVisits.Taken(await drafts.SaveAsync(ApiOffice.Neighbour, draftId, ApiOffice.NeighbourClerk, new DraftForm("Trần Gia Bảo Mẫu", "096190000002", []), default));
        var dossier = (await desks.Office.Requests.FindAsync(ApiOffice.Neighbour, desks.ForeignCopy, default))!.DossierCode;
        var before = await desks.Office.Store.ReadAsync(BlobPaths.Draft(ApiOffice.Neighbour, draftId), default);
        using var nobody = desks.Office.Browse();
        foreach (var (method, route) in Routes)
        {
            var address = route.Replace("{draft}", draftId, StringComparison.Ordinal).Replace("{page}", page, StringComparison.Ordinal).Replace("{dossier}", dossier, StringComparison.Ordinal);
            foreach (var role in Enum.GetValues<OfficeRole>())
            {
                using var answer = await SendAsync(desks.As(role), method, address, "{}"u8.ToArray());
                if (role is not OfficeRole.OneStopClerk) Assert.True(HttpStatusCode.Forbidden == answer.StatusCode, $"{role} {method} {route}: {answer.StatusCode}");
                Assert.DoesNotContain("Trần Gia Bảo", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            using var outside = await SendAsync(nobody, method, address, [], withToken: false);
            Assert.True(outside.StatusCode is HttpStatusCode.Found or HttpStatusCode.Unauthorized, $"nobody {method} {route}: {outside.StatusCode}");
        }

        using var foreign = await Clerk.GetAsync($"/office/dossiers/{dossier}");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        // Whatever a clerk sent to that address became a visit of their own agency; the neighbour's is untouched.
        Assert.Equal(before!.ETag, (await desks.Office.Store.ReadAsync(BlobPaths.Draft(ApiOffice.Neighbour, draftId), default))!.ETag);
        Assert.Null((await desks.Office.Get<Dossiers>().FindAsync(ApiOffice.Neighbour, dossier, default))!.AccessLink);
    }

    [Fact]
    public async Task A_form_without_its_token_and_a_body_that_is_none_change_nothing()
    {
        var address = $"/office/counter/{Drafts.NewId()}";
        using var forged = await SendAsync(Clerk, "POST", address + "?handler=submit", [], withToken: false);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        foreach (var body in (string[])
        [
            "", "null", "[]", "{", """{"requester":null,"personalId":null,"originals":[]}""", """{"requester":"A","personalId":null,"originals":[null]}""",
            """{"requester":"A","personalId":null,"originals":[{"id":"../../x","kind":"","title":"","originalPages":null,"pages":[]}]}""",
            $$"""{"requester":"A","personalId":null,"originals":[{"id":"{{Drafts.NewId()}}","kind":"","title":"","originalPages":null,"pages":[null]}]}""",
            $$"""{"requester":"A","personalId":null,"originals":[{"id":"{{Drafts.NewId()}}","kind":"","title":"","originalPages":null,"pages":[{"id":"x","rotation":45}]}]}""",
        ])
        {
            using var answer = await SendAsync(Clerk, "POST", address + "?handler=save", Encoding.UTF8.GetBytes(body));
            Assert.Equal("request-invalid", await ApiOffice.RefusalAsync(answer, HttpStatusCode.BadRequest));
        }

        using var exe = await SendAsync(Clerk, "POST", $"{address}?handler=scan&original={Drafts.NewId()}&scan={Drafts.NewId()}&number=2", "MZ this is a program"u8.ToArray());
        Assert.Equal("image-unsupported-type", await ApiOffice.RefusalAsync(exe, HttpStatusCode.UnsupportedMediaType));
        using var nowhere = await SendAsync(Clerk, "POST", $"{address}?handler=scan&original=..&scan=..&number=1", SmallScan.Png(1));
        Assert.Equal("request-invalid", await ApiOffice.RefusalAsync(nowhere, HttpStatusCode.BadRequest));
        Assert.DoesNotContain(await desks.Office.PathsAsync($"drafts/{TestOffice.Agency}/"), path => path.Contains(address[^32..], StringComparison.Ordinal));
        using var noDraft = await Clerk.GetAsync("/office/counter/khong-co");
        Assert.Equal(HttpStatusCode.NotFound, noDraft.StatusCode);
    }

    [Fact]
    public async Task A_second_press_after_a_lost_answer_leads_to_the_same_dossier_with_a_link_that_works()
    {
        var draftId = await CounterVisits.FillAsync(desks.Office);
        var addresses = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var pressed = await SendAsync(Clerk, "POST", $"/office/counter/{draftId}?handler=submit", []);
            var json = await ApiOffice.JsonAsync(pressed);
            using var end = await Clerk.GetAsync(json.GetProperty("address").GetString());
            addresses.Add(json.GetProperty("address").GetString() + " " + Address().Match(await end.Content.ReadAsStringAsync()).Groups[1].Value);
        }

        Assert.Equal(addresses[0].Split(' ')[0], addresses[1].Split(' ')[0]);
        var tokens = addresses.Select(address => address[(address.LastIndexOf('/') + 1)..]).ToList();
        Assert.Null(await desks.Office.Get<AccessLinks>().FindDossierAsync(tokens[0], default));
        Assert.NotNull(await desks.Office.Get<AccessLinks>().FindDossierAsync(tokens[1], default));
        // And whoever opens the draft's own address is led there too.
        using var back = await Clerk.GetAsync($"/office/counter/{draftId}");
        Assert.Equal(addresses[0].Split(' ')[0], back.Headers.Location?.ToString());
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, string method, string address, byte[] body, bool withToken = true)
    {
        if (method == "GET") return await browser.GetAsync(address);
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (withToken) message.Headers.Add("RequestVerificationToken", Token().Match(await browser.GetStringAsync("/office/copies")).Groups[1].Value);
        return await browser.SendAsync(message);
    }

    [GeneratedRegex("<meta name=\"csrf\" content=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("id=\"access-address\">([^<]+)<")]
    private static partial Regex Address();
}
