using System.Net;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using ECopy.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ECopy.Functions.Tests.Web;

public sealed class LimitTests
{
    [Fact]
    public async Task Checks_from_one_address_are_limited_and_nothing_else_is()
    {
        await using var office = await OpenAsync(new GuardLimits(VerifyPerAddress: 3, Window: TimeSpan.FromHours(1)));
        using var anyone = await office.ConnectAsync();
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await anyone.GetAsync("/api/verify/0000")).StatusCode);
        await IsTooManyAsync(await anyone.GetAsync("/api/verify/0000"));
        await IsTooManyAsync(await anyone.PostAsync("/api/verify", new ByteArrayContent([1])));
        using var page = new HttpRequestMessage(HttpMethod.Get, "/v/0000");
        page.Headers.Accept.ParseAdd("text/html");
        using var refused = await anyone.SendAsync(page);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("text/html", refused.Content.Headers.ContentType?.MediaType);
        foreach (var free in (string[])["/health/live", "/", "/robots.txt", "/static/fonts/Tinos_400Regular.ttf"])
            Assert.Equal(HttpStatusCode.OK, (await anyone.GetAsync(free)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anyone.GetAsync("/api/copies")).StatusCode);
    }

    [Fact]
    public async Task Behind_a_front_end_callers_are_told_apart_by_the_header_that_is_named_or_not_at_all()
    {
        var limits = new GuardLimits(VerifyPerAddress: 1, Window: TimeSpan.FromHours(1), AddressHeader: "X-Client-IP").BehindProxy();
        await using var office = await OpenAsync(limits);
        using var anyone = await office.ConnectAsync();
        // What stands before the last one came from outside.
        Assert.Equal(HttpStatusCode.OK, await FromAsync("192.0.2.1:4711"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await FromAsync("198.51.100.7, 192.0.2.1"));
        Assert.Equal(HttpStatusCode.OK, await FromAsync("192.0.2.2"));
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, await FromAsync(i == 0 ? null : "nobody"));

        async Task<HttpStatusCode> FromAsync(string? address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/verify/0000");
            if (address is not null) request.Headers.TryAddWithoutValidation("X-Client-IP", address);
            using var answer = await anyone.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Checks_from_everywhere_together_are_limited_too()
    {
        await using var office = await OpenAsync(new GuardLimits(Verify: 2, Window: TimeSpan.FromHours(1)));
        using var anyone = await office.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, (await anyone.GetAsync("/api/verify/0000")).StatusCode);
        await IsTooManyAsync(await anyone.GetAsync("/api/verify/0000"));
    }

    [Fact]
    public async Task Guessed_tokens_are_limited_and_good_ones_go_on_working()
    {
        await using var office = await OpenAsync(new GuardLimits(FailuresPerAddress: 2, Window: TimeSpan.FromHours(1)));
        using var clerk = await office.ConnectAsync("motcua.linh");
        using var stranger = office.ConnectWith(ApiTokens.Draw());
        for (var i = 0; i < 2; i++) Assert.Equal("token-invalid", await ApiOffice.RefusalAsync(await stranger.GetAsync("/api/copies"), HttpStatusCode.Unauthorized));
        await IsTooManyAsync(await stranger.GetAsync("/api/copies"));
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, (await clerk.GetAsync("/api/copies")).StatusCode);
    }

    [Fact]
    public void Limits_come_from_the_configuration()
    {
        Assert.Equal(new GuardLimits(), GuardLimits.From(new ConfigurationBuilder().Build()));
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Limits:Off"] = "true", ["Limits:VerifyPerAddress"] = "7", ["Limits:Window"] = "00:00:10",
        }).Build();
        Assert.Equal(new GuardLimits(Off: true, VerifyPerAddress: 7, Window: TimeSpan.FromSeconds(10)), GuardLimits.From(settings));
    }

    private static Task<TestOffice> OpenAsync(GuardLimits limits) =>
        TestOffice.OpenAsync(null, services => services.Replace(ServiceDescriptor.Singleton(limits)));

    private static async Task IsTooManyAsync(HttpResponseMessage answer)
    {
        Assert.Equal("too-many-requests", await ApiOffice.RefusalAsync(answer, HttpStatusCode.TooManyRequests));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    }
}
