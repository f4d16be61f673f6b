using System.Net;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

/// <summary>Signing in and out in a browser's way: cookies, form tokens, lock-out, and what a stolen cookie is worth.</summary>
public sealed partial class SessionTests : IAsyncLifetime
{
    private const string Clerk = "motcua.linh";
    private const string Password = "một mật khẩu dài";
    private TestOffice office = null!;
    private HttpClient browser = null!;

    public async Task InitializeAsync()
    {
        office = await TestOffice.OpenAsync();
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, Clerk, Password, "test", default);
        browser = office.Browse();
    }

    public async Task DisposeAsync()
    {
        browser.Dispose();
        await office.DisposeAsync();
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_led_to_the_sign_in_page_and_back()
    {
        using var led = await browser.GetAsync("/office?x=1");
        Assert.Equal(HttpStatusCode.Found, led.StatusCode);
        Assert.Equal("/account/sign-in?next=%2Foffice%3Fx%3D1", led.Headers.Location!.ToString());

        using var signedIn = await SignInAsync(Password, "/office?x=1");
        Assert.Equal((HttpStatusCode.Found, "/office?x=1"), (signedIn.StatusCode, signedIn.Headers.Location!.ToString()));
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), set => set.StartsWith("__Host-ecopy=", StringComparison.Ordinal));
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        using var form = await office.Browse().GetAsync("/account/sign-in");
        var ofForms = Assert.Single(form.Headers.GetValues("Set-Cookie"), set => set.StartsWith("ecopy-form=", StringComparison.Ordinal));
        Assert.Contains("secure", ofForms, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", ofForms, StringComparison.OrdinalIgnoreCase);
        using var place = await browser.GetAsync("/office");
        Assert.Equal("/office/counter", place.Headers.Location!.ToString());
        Assert.Contains((await office.TrailAsync()), entry => entry is { Action: "signed-in", Subject: Clerk });
    }

    [Theory]
    [InlineData("//example.org/")]
    [InlineData("https://example.org/office")]
    [InlineData("/v/")]
    [InlineData("/office/../v/")]
    [InlineData("~/office")]
    [InlineData("/office/é")]
    public async Task A_link_to_the_sign_in_page_leads_nowhere_else(string next)
    {
        using var signedIn = await SignInAsync(Password, next);
        Assert.StartsWith("/office", signedIn.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_the_sixth_guess_is_not_looked_at()
    {
        for (var guess = 0; guess < Accounts.MostFailures; guess++)
        {
            using var wrong = await SignInAsync("sai mật khẩu");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Contains("role=\"alert\"", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var locked = await SignInAsync(Password);
        Assert.Equal(HttpStatusCode.Unauthorized, locked.StatusCode);
        Assert.Contains("15", await locked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_from_elsewhere_is_refused()
    {
        using var signedIn = await SignInAsync(Password);
        using var forged = await browser.PostAsync("/account/sign-out", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var still = await browser.GetAsync("/office");
        Assert.Equal("/office/counter", still.Headers.Location!.ToString());
    }

    [Fact]
    public async Task After_signing_out_a_copied_cookie_is_worth_nothing()
    {
        using var signedIn = await SignInAsync(Password);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), set => set.StartsWith("__Host-ecopy=", StringComparison.Ordinal)).Split(';')[0];
        using var thief = office.Browse(cookies: false);
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal("/office/counter", (await thief.GetAsync("/office")).Headers.Location!.ToString());

        using var page = await browser.GetAsync("/office/copies");
        var token = Csrf().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        using var signedOut = await browser.PostAsync("/account/sign-out", new FormUrlEncodedContent([new("__RequestVerificationToken", WebUtility.HtmlDecode(token))]));
        Assert.Equal("/account/sign-in", signedOut.Headers.Location!.ToString());
        Assert.StartsWith("/account/sign-in", (await thief.GetAsync("/office")).Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(["signed-in", "signed-out"], (await office.TrailAsync()).Where(entry => entry.Action.StartsWith("signed-", StringComparison.Ordinal)).Select(entry => entry.Action));
    }

    [Fact]
    public async Task A_new_password_and_a_lost_role_hold_at_once()
    {
        using var signedIn = await SignInAsync(Password);
        var path = BlobPaths.Person(TestOffice.Agency, Clerk);
        await office.Store.UpdateAsync<Person>(path, person => person with { Roles = [OfficeRole.Inspector] }, TimeProvider.System, default);
        Assert.Equal("/office/copies", (await browser.GetAsync("/office")).Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/office/counter")).StatusCode);

        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, Clerk, "mật khẩu khác hẳn", "test", default);
        Assert.StartsWith("/account/sign-in", (await browser.GetAsync("/office")).Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_does_not_open_the_api()
    {
        using var signedIn = await SignInAsync(Password);
        using var api = await browser.GetAsync("/api/copies");
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal("application/problem+json", api.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Who_signs_in_over_somebody_elses_session_is_themselves_and_the_other_session_has_ended()
    {
        const string Other = "lanhdao.binh";
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, Other, Password, "test", default);
        // Two windows of one browser stand at the sign-in page; one person signs in, later the other.
        var form = FormToken().Match(await browser.GetStringAsync("/account/sign-in")).Groups[1].Value;
        using var first = await SignInAsync(Password);
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"), set => set.StartsWith("__Host-ecopy=", StringComparison.Ordinal)).Split(';')[0];
        using var second = await browser.PostAsync("/account/sign-in", new FormUrlEncodedContent(
            [new("agency", TestOffice.Agency), new("user", Other), new("password", Password), new("__RequestVerificationToken", WebUtility.HtmlDecode(form))]));
        Assert.Equal(HttpStatusCode.Found, second.StatusCode);
        Assert.Equal("/office/review", (await browser.GetAsync("/office")).Headers.Location!.ToString());
        using var left = office.Browse(cookies: false);
        left.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.StartsWith("/account/sign-in", (await left.GetAsync("/office")).Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_the_first_persons_session_does_not_sign_the_second_in_as_the_first()
    {
        const string Other = "lanhdao.binh";
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, Other, Password, "test", default);
        using var first = await SignInAsync(Password);
        var form = Csrf().Match(await browser.GetStringAsync("/office/copies")).Groups[1].Value;
        using var second = await browser.PostAsync("/account/sign-in", new FormUrlEncodedContent(
            [new("agency", TestOffice.Agency), new("user", Other), new("password", Password), new("__RequestVerificationToken", WebUtility.HtmlDecode(form))]));
        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        Assert.DoesNotContain(await office.TrailAsync(), entry => entry is { Action: "signed-in", Subject: Other });
    }

    [Fact]
    public async Task An_account_that_was_closed_and_opened_again_has_no_old_session()
    {
        using var signedIn = await SignInAsync(Password);
        var accounts = office.Get<ChangeAccount>();
        Assert.False((await accounts.CloseAsync(TestOffice.Agency, Clerk, OfficeActor.Operator, default)).IsRejected);
        Assert.False((await accounts.OpenAsync(TestOffice.Agency, Clerk, OfficeActor.Operator, default)).IsRejected);
        Assert.StartsWith("/account/sign-in", (await browser.GetAsync("/office")).Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_form_of_unusual_size_is_not_read()
    {
        using var large = await SignInAsync(Password, "/office?x=" + new string('x', 100_000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task A_damaged_key_of_the_forms_is_a_store_that_is_not_intact()
    {
        await office.Store.CreateIfAbsentAsync(BlobPaths.ProtectionKey("key-damaged"), "<broken"u8.ToArray(), default);
        using var answer = await browser.GetAsync("/account/sign-in");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> SignInAsync(string password, string? next = null)
    {
        using var page = await browser.GetAsync("/account/sign-in");
        var token = FormToken().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        return await browser.PostAsync("/account/sign-in", new FormUrlEncodedContent(
        [
            new("agency", TestOffice.Agency), new("user", Clerk), new("password", password), new("next", next ?? ""),
            new("__RequestVerificationToken", WebUtility.HtmlDecode(token)),
        ]));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("name=\"csrf\" content=\"([^\"]+)\"")]
    private static partial Regex Csrf();
}
