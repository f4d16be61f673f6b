using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ECopy.Functions.Tests.Web;

/// <summary>Each guarded address × each role × nobody × another agency's object.</summary>
public sealed class AccessTests(ApiOffice api) : IClassFixture<ApiOffice>
{
    private const string Decision = """{"decision":"approved","digestSeen":"00"}""";
    private const string Stop = """{"code":"returned","reason":"Mờ"}""";
    private static readonly OfficeRole[] Everyone = Enum.GetValues<OfficeRole>();

    /// <summary>Address, body, who may, and what the others are told.</summary>
    private static readonly (string Method, string Route, string? Body, OfficeRole[] Allowed, string Refusal)[] Guarded =
    [
        ("POST", "/api/copies", null, [OfficeRole.OneStopClerk], "not-a-clerk"),
        ("GET", "/api/copies", null, Everyone, "not-allowed"),
        ("GET", "/api/copies/{copyId}", null, Everyone, "not-allowed"),
        ("POST", "/api/copies/{copyId}/decision", Decision, [OfficeRole.Attestor], "not-an-attestor"),
        ("POST", "/api/copies/{copyId}/seal", null, [OfficeRole.SealKeeper], "not-a-seal-keeper"),
        ("POST", "/api/copies/{copyId}/stop", Stop, [OfficeRole.Attestor, OfficeRole.SealKeeper, OfficeRole.AgencyAdmin], "not-allowed-to-stop"),
        ("GET", "/api/copies/{copyId}/to-sign", null, [OfficeRole.Attestor, OfficeRole.SealKeeper], "not-allowed"),
        ("POST", "/api/copies/{copyId}/signed", null, [OfficeRole.Attestor, OfficeRole.SealKeeper], "not-allowed"),
        ("GET", "/api/copies/{copyId}/pdf", null, Everyone, "not-allowed"),
    ];

    public static TheoryData<int, string> EveryRouteAndRole()
    {
        var data = new TheoryData<int, string>();
        for (var route = 0; route < Guarded.Length; route++)
        {
            foreach (var role in Everyone) data.Add(route, role.ToString());
        }

        return data;
    }

    [Fact]
    public void Every_address_of_the_api_is_in_the_table_or_public_on_purpose()
    {
        string[] open = ["GET /api/verify/{code}", "POST /api/verify"];
        var endpoints = ((IEndpointRouteBuilder)api.Office.App).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => (Name: $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}", endpoint)))
            .ToList();
        Assert.Equal(open.Concat(Guarded.Select(one => $"{one.Method} {one.Route}")).Order(), endpoints.Select(one => one.Name).Order());
        Assert.Equal(open.Order(), endpoints.Where(one => one.endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(one => one.Name).Order());
    }

    [Fact]
    public async Task An_address_that_says_nothing_takes_nobody_without_an_account()
    {
        var fallback = await api.Office.Get<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        var nobody = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity());
        await using var scope = api.Office.App.Services.CreateAsyncScope();
        Assert.False((await scope.ServiceProvider.GetRequiredService<IAuthorizationService>().AuthorizeAsync(nobody, fallback!)).Succeeded);
    }

    [Theory]
    [MemberData(nameof(EveryRouteAndRole))]
    public async Task A_role_reaches_its_own_addresses_and_another_agencys_object_is_as_good_as_none(int index, string roleName)
    {
        var (method, route, body, allowed, refusal) = Guarded[index];
        var role = Enum.Parse<OfficeRole>(roleName);
        if (!allowed.Contains(role))
        {
            using var refused = await SendAsync(api.As(role), method, route, api.ForeignCopy, body);
            Assert.Equal(refusal, await ApiOffice.RefusalAsync(refused, HttpStatusCode.Forbidden));
            var person = ApiOffice.Users[role];
            var entries = await api.Office.TrailAsync();
            Assert.Contains(entries, entry => entry.Action == "access-refused" && entry.Actor == person && entry.Details["act"] == $"{method} {route}" && entry.Details["code"] == refusal);
        }
        else if (route.Contains("{copyId}", StringComparison.Ordinal))
        {
            using var foreign = await SendAsync(api.As(role), method, route, api.ForeignCopy, body);
            using var missing = await SendAsync(api.As(role), method, route, TestOffice.NewCopyId(), body);
            using var impossible = await SendAsync(api.As(role), method, route, "a%2F..%2Fb", body);
            Assert.Equal("copy-not-found", await ApiOffice.RefusalAsync(foreign, HttpStatusCode.NotFound));
            Assert.Equal(await missing.Content.ReadAsStringAsync(), await foreign.Content.ReadAsStringAsync());
            Assert.Equal(await missing.Content.ReadAsStringAsync(), await impossible.Content.ReadAsStringAsync());
        }
        else if (method == "GET")
        {
            using var list = await SendAsync(api.As(role), method, route, "", null);
            Assert.DoesNotContain(api.ForeignCopy, await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        }
        else
        {
            using var empty = await SendAsync(api.As(role), method, route, "", null);
            Assert.Equal("content-type-wrong", await ApiOffice.RefusalAsync(empty, HttpStatusCode.UnsupportedMediaType));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Without_a_good_token_nothing_is_said_about_any_object(int index)
    {
        var (method, route, body, _, _) = Guarded[index];
        using var none = await SendAsync(api.Anonymous, method, route, api.ForeignCopy, body);
        Assert.Equal("token-missing", await ApiOffice.RefusalAsync(none, HttpStatusCode.Unauthorized));
        Assert.StartsWith("Bearer", none.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        foreach (var token in (string[])["x", ApiTokens.Draw(), "ecopy_", new string('a', 5000)])
        {
            using var stranger = api.Office.ConnectWith(token);
            using var bad = await SendAsync(stranger, method, route, api.ForeignCopy, body);
            Assert.Equal("token-invalid", await ApiOffice.RefusalAsync(bad, HttpStatusCode.Unauthorized));
        }

        using var basic = api.Office.ConnectWith(null);
        basic.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("motcua.linh:x"u8));
        using var other = await SendAsync(basic, method, route, api.ForeignCopy, body);
        Assert.Equal("token-missing", await ApiOffice.RefusalAsync(other, HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task A_revoked_token_a_gone_person_and_a_lost_role_end_at_once()
    {
        await using var office = await TestOffice.OpenAsync();
        var token = ApiTokens.Draw();
        await office.Get<ApiTokens>().AddAsync(TestOffice.Agency, "motcua.linh", "máy quét", token, "motcua.linh", default);
        using var client = office.ConnectWith(token);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/copies")).StatusCode);

        // Another agency cannot end it.
        Assert.Equal("token-unknown", (await office.Get<ApiTokens>().RevokeAsync(ApiOffice.Neighbour, Secret.DigestOf(token), "x", default)).Rejection?.Code);
        await office.Get<ApiTokens>().RevokeAsync(TestOffice.Agency, Secret.DigestOf(token), "quantri.mau", default);
        Assert.Equal("token-invalid", await ApiOffice.RefusalAsync(await client.GetAsync("/api/copies"), HttpStatusCode.Unauthorized));

        using var second = await office.ConnectAsync("motcua.linh");
        await office.Store.DeleteAsync(BlobPaths.Person(TestOffice.Agency, "motcua.linh"), default);
        Assert.Equal("token-invalid", await ApiOffice.RefusalAsync(await second.GetAsync("/api/copies"), HttpStatusCode.Unauthorized));
        await office.Store.CreateJsonAsync(
            BlobPaths.Person(TestOffice.Agency, "motcua.linh"), new Person(1, TestOffice.Agency, "motcua.linh", "Nguyễn Thị Linh Mẫu", [], [OfficeRole.Inspector], null, null), default);
        Assert.Equal("not-a-clerk", await ApiOffice.RefusalAsync(await second.SendAsync(ApiOffice.Upload(ApiOffice.Form(files: SmallScan.Png(1)))), HttpStatusCode.Forbidden));
        Assert.DoesNotContain(await office.PathsAsync("office/tokens/"), path => path.Contains(token, StringComparison.Ordinal));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string route, string copyId, string? body) =>
        client.SendAsync(new HttpRequestMessage(new HttpMethod(method), route.Replace("{copyId}", copyId, StringComparison.Ordinal))
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        });
}
