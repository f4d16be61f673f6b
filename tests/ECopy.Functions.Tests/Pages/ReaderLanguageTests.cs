using ECopy.Functions.Pages;
using ECopy.Functions.Texts;
using Microsoft.AspNetCore.Http;

namespace ECopy.Functions.Tests.Pages;

/// <summary>Whose language, and whose page.</summary>
public sealed class ReaderLanguageTests
{
    private static readonly Uri PublicUrl = new("https://chungthuc.example/");

    [Theory]
    [InlineData(null, null, "vi")]
    [InlineData(null, "en-GB,en;q=0.9,vi;q=0.8", "en")]
    [InlineData(null, "fr", "vi")]
    [InlineData("vi", "en", "vi")]
    [InlineData("en", "vi", "en")]
    [InlineData("xx", "en", "en")]
    public void A_choice_goes_before_the_browser(string? cookie, string? asked, string expected)
    {
        var context = new DefaultHttpContext();
        if (cookie is not null) context.Request.Headers.Cookie = $"{ReaderLanguage.Cookie}={cookie}";
        if (asked is not null) context.Request.Headers.AcceptLanguage = asked;
        Assert.Equal(expected == "en" ? Sentences.English : Sentences.Vietnamese, ReaderLanguage.Of(context));
    }

    [Fact]
    public void The_switch_keeps_the_page_and_forgets_an_upload()
    {
        var request = new DefaultHttpContext().Request;
        request.Path = "/v/";
        request.QueryString = new QueryString("?handler=file&lang=vi&code=A%26B");
        Assert.Equal("/v/?code=A%26B&lang=en", ReaderLanguage.SwitchAddress(request, "en"));
    }

    [Theory]
    [InlineData("same-origin", null, true)]
    [InlineData("cross-site", "https://chungthuc.example", false)]
    [InlineData("none", null, false)]
    [InlineData(null, "https://chungthuc.example", true)]
    [InlineData(null, "http://192.168.1.5:7071", true)]
    [InlineData(null, "https://other.example", false)]
    [InlineData(null, "null", false)]
    [InlineData(null, null, true)]
    public void A_file_is_asked_about_from_our_own_page_only(string? site, string? origin, bool expected)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("192.168.1.5:7071");
        if (site is not null) request.Headers["Sec-Fetch-Site"] = site;
        if (origin is not null) request.Headers.Origin = origin;
        Assert.Equal(expected, PageHeaders.IsFromOwnPage(request, PublicUrl));
    }
}
