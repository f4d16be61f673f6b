using System.Net;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Upload;
using ECopy.TestKit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace ECopy.Functions.Tests.Pages;

/// <summary>
/// Every address that is not the API's: who may look, asked of the running program and not of a list that somebody forgot to
/// add to. What the handlers of a page hold beyond that is in the tests of the page.
/// </summary>
public sealed partial class PageAccessTests(DeskOffice desks) : IClassFixture<DeskOffice>
{
    private const string Secret = "Trần Gia Bảo";
    private static readonly OfficeRole[] Everyone = Enum.GetValues<OfficeRole>();
    private static readonly OfficeRole[] Clerk = [OfficeRole.OneStopClerk];
    private static readonly OfficeRole[] Attestor = [OfficeRole.Attestor];
    private static readonly OfficeRole[] SealKeeper = [OfficeRole.SealKeeper];
    private static readonly OfficeRole[] Admin = [OfficeRole.AgencyAdmin];

    private static readonly Dictionary<string, OfficeRole[]> Guarded = new(StringComparer.Ordinal)
    {
        ["office"] = Everyone,
        ["office/copies"] = Everyone,
        ["office/copies/{copyId}"] = Everyone,
        ["office/copies/{copyId}/pages/{page:int}"] = Everyone,
        ["office/copies/{copyId}/pdf"] = Everyone,
        ["office/counter"] = Clerk,
        ["office/counter/new"] = Clerk,
        ["office/counter/{draftId}"] = Clerk,
        ["office/dossiers/{dossierCode}"] = Clerk,
        ["office/review"] = Attestor,
        ["office/review/{copyId}"] = Attestor,
        ["office/tosign"] = [OfficeRole.Attestor, OfficeRole.SealKeeper],
        ["office/seal"] = SealKeeper,
        ["office/seal/{copyId}"] = SealKeeper,
        ["office/agency"] = Admin,
        ["office/people"] = Admin,
        ["office/people/{personId}"] = Admin,
        ["office/certificates"] = Admin,
        ["office/tokens"] = Admin,
    };

    private static readonly string[] Public = ["", "account/sign-in", "account/sign-out", "c/{token}", "c/{token}/{copyId}.pdf", "demo/ocsp", "demo/root.crl", "demo/tsa", "trust", "trust/{thumbprint}.pem", "v/{code?}", "favicon.ico", "robots.txt"];

    [Fact]
    public void Every_address_is_in_the_table_or_public_on_purpose()
    {
        var routes = Routes().ToList();
        Assert.Equal(Guarded.Keys.Concat(Public).Order(StringComparer.Ordinal), routes.Select(Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Public.Order(StringComparer.Ordinal), routes.Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task A_page_that_knows_no_such_method_says_so(string method)
    {
        using var stranger = desks.Office.Browse();
        string[] pages = ["/", "/account/sign-in", "/account/sign-out", "/c/abcdefghijklmnopqrstuv", "/c/abcdefghijklmnopqrstuv/x.pdf", "/v/", "/v/AAAA"];
        foreach (var page in pages)
        {
            using var asked = new HttpRequestMessage(new HttpMethod(method), page);
            using var answer = await stranger.SendAsync(asked);
            Assert.True(answer.StatusCode is HttpStatusCode.MethodNotAllowed, $"{method} {page}: {answer.StatusCode}");
        }

        using var inside = new HttpRequestMessage(new HttpMethod(method), "/office/copies/" + desks.ForeignCopy);
        using var refused = await desks.As(OfficeRole.Inspector).SendAsync(inside);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
    }

    [Fact]
    public async Task What_is_done_is_done_to_the_one_that_the_address_names()
    {
        var browser = desks.As(OfficeRole.AgencyAdmin);
        string one = ApiOffice.Users[OfficeRole.OneStopClerk], other = ApiOffice.Users[OfficeRole.Inspector];
        var token = Csrf().Match(await browser.GetStringAsync($"/office/people/{one}")).Groups[1].Value;
        using var answer = await browser.PostAsync($"/office/people/{one}?handler=open", new FormUrlEncodedContent(
            [new("personId", other), new("__RequestVerificationToken", WebUtility.HtmlDecode(token))]));
        Assert.Equal($"/office/people/{one}?saved=1", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("42")]
    [InlineData("OneStopClerk, AgencyAdmin")]
    [InlineData("3")]
    public async Task A_role_is_given_by_its_name_only(string role)
    {
        var browser = desks.As(OfficeRole.AgencyAdmin);
        var token = Csrf().Match(await browser.GetStringAsync("/office/people/new")).Groups[1].Value;
        using var answer = await browser.PostAsync("/office/people/new", new FormUrlEncodedContent(
            [new("id", "nguoi.moi"), new("name", "Người Mới"), new("role", role), new("__RequestVerificationToken", WebUtility.HtmlDecode(token))]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task A_role_reaches_its_own_pages_and_nothing_of_another_agency()
    {
        var drafts = desks.Office.Get<Drafts>();
        var foreignDraft = Drafts.NewId();
        var typed = new DraftForm(Secret, "096190000002", []);
        Assert.False((await drafts.SaveAsync(ApiOffice.Neighbour, foreignDraft, ApiOffice.NeighbourClerk, typed, default)).IsRejected);
        var foreign = (await desks.Office.Requests.FindAsync(ApiOffice.Neighbour, desks.ForeignCopy, default))!;
        using var stranger = desks.Office.Browse();
        foreach (var (route, allowed) in Guarded)
        {
            var address = "/" + route.Replace("{copyId}", desks.ForeignCopy, StringComparison.Ordinal).Replace("{page:int}", "1", StringComparison.Ordinal)
                .Replace("{draftId}", foreignDraft, StringComparison.Ordinal).Replace("{dossierCode}", foreign.DossierCode, StringComparison.Ordinal)
                .Replace("{personId}", ApiOffice.NeighbourClerk, StringComparison.Ordinal);
            foreach (var role in Everyone)
            {
                using var answer = await desks.As(role).GetAsync(address);
                var where = $"{role} {address}: {answer.StatusCode}";
                Assert.DoesNotContain(Secret, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                if (!allowed.Contains(role)) Assert.True(answer.StatusCode is HttpStatusCode.Forbidden, where);
                // A draft that nobody of this agency began is a new one.
                else if (route.Contains('{') && route != "office/counter/{draftId}") Assert.True(answer.StatusCode is HttpStatusCode.NotFound, where);
                else Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found, where);
                // No form of ours has sent this.
                using var forged = await desks.As(role).PostAsync(address, new FormUrlEncodedContent([]));
                Assert.True((int)forged.StatusCode is 400 or 403 or 404 or 405, $"POST {role} {address}: {forged.StatusCode}");
            }

            using var nobody = await stranger.GetAsync(address);
            Assert.Equal(HttpStatusCode.Found, nobody.StatusCode);
            Assert.StartsWith("/account/sign-in?next=", nobody.Headers.Location!.ToString(), StringComparison.Ordinal);
        }

        Assert.Contains(await desks.Office.TrailAsync(), entry => entry.Action == "access-refused");
    }

    private IEnumerable<RouteEndpoint> Routes() => ((IEndpointRouteBuilder)desks.Office.App).DataSources
        .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .Where(endpoint => Name(endpoint).Split('/')[0] is not ("api" or "openapi" or "health" or "local"));

    private static string Name(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.Trim('/');

    [GeneratedRegex("name=\"csrf\" content=\"([^\"]+)\"")]
    private static partial Regex Csrf();
}
