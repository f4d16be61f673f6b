using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>
/// The flow from outside, the same in both modes: whoever calls cannot tell whether the embedded hub runs it or the Durable
/// Functions extension behind the Functions host.
/// </summary>
public abstract partial class FlowTests(RunningOffice office)
{
    private const string Clerk = "oneStopClerk";
    private const string Attestor = "attestor";

    [Fact]
    public async Task A_scan_becomes_a_registered_copy_that_verifies()
    {
        using var clerk = office.As(Clerk);
        using var attestor = office.As(Attestor);
        var copyId = IdOf(await clerk.UploadAsync("flow-1", 1));
        await attestor.DecideAsync(copyId);
        var registered = await clerk.WhenAsync(copyId, "registered");
        Assert.EndsWith("-SCT/BS-TEST", registered.GetProperty("number").GetProperty("book").GetString(), StringComparison.Ordinal);

        var pdf = await clerk.GetByteArrayAsync($"/api/copies/{copyId}/pdf");
        Assert.Equal(registered.GetProperty("issued").GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(pdf)));
        using var anyone = new HttpClient { BaseAddress = office.Address };
        Assert.Equal("unchanged", await VerdictAsync(anyone, pdf));
        var code = registered.GetProperty("verificationCode").GetString()!;
        var byCode = await anyone.GetFromJsonAsync<JsonElement>($"/api/verify/{code}");
        Assert.Equal("codeOnly", byCode.GetProperty("verdict").GetString());
        pdf[^40] ^= 1;
        Assert.Equal("changed", await VerdictAsync(anyone, pdf));
        Assert.Contains(code, await anyone.GetStringAsync($"/v/{code}"), StringComparison.Ordinal);
        RequireCleanAudit();
    }

    [Fact]
    public async Task Where_the_seal_is_released_by_hand_the_copy_waits_for_it()
    {
        using var clerk = office.As(Clerk, RunningOffice.ViDu);
        using var attestor = office.As(Attestor, RunningOffice.ViDu);
        using var keeper = office.As("sealKeeper", RunningOffice.ViDu);
        var copyId = IdOf(await clerk.UploadAsync("flow-2", 2));
        await attestor.DecideAsync(copyId);
        await keeper.WhenAsync(copyId, "waitingForSeal");
        await keeper.SealAsync(copyId);
        await clerk.WhenAsync(copyId, "registered");
        using var again = await keeper.PostAsync($"/api/copies/{copyId}/seal", null);
        Assert.Equal("seal-not-waiting", OfficeCalls.CodeOf(await again.Content.ReadFromJsonAsync<JsonElement>()));
    }

    [Theory]
    [InlineData("rejected", "refused")]
    [InlineData("returnedForCorrection", "returned")]
    public async Task A_refusal_or_return_ends_the_request_without_a_number(string decision, string state)
    {
        using var clerk = office.As(Clerk);
        using var attestor = office.As(Attestor);
        var copyId = IdOf(await clerk.UploadAsync("flow-" + decision, decision.Length));
        await attestor.DecideAsync(copyId, decision, "Bản chính quá mờ");
        var ended = await clerk.WhenAsync(copyId, state);
        Assert.Equal(JsonValueKind.Null, ended.GetProperty("number").ValueKind);
        Assert.Equal("Bản chính quá mờ", ended.GetProperty("decision").GetProperty("reasons")[0].GetString());
    }

    [Fact]
    public async Task A_stop_before_the_decision_ends_the_request()
    {
        using var clerk = office.As(Clerk);
        using var attestor = office.As(Attestor);
        using var admin = office.As("agencyAdmin");
        var returned = IdOf(await clerk.UploadAsync("flow-stop-1", 30));
        await attestor.WhenAsync(returned, "waitingForReview");
        await attestor.StopAsync(returned, "returned", "Thiếu trang 2");
        await clerk.WhenAsync(returned, "returned");
        // The marker goes last.
        await Until.TrueAsync(async () => await office.Store.ReadAsync($"open/{RunningOffice.MauAn}/{returned}", default) is null);

        var terminated = IdOf(await clerk.UploadAsync("flow-stop-2", 31));
        await admin.StopAsync(terminated, "terminated", "Người yêu cầu rút hồ sơ");
        var ended = await clerk.WhenAsync(terminated, "failed");
        Assert.Equal(("terminated", JsonValueKind.Null), (ended.GetProperty("failure").GetProperty("code").GetString(), ended.GetProperty("number").ValueKind));
    }

    [Fact]
    public async Task The_same_upload_twice_is_one_request_with_one_answer()
    {
        using var clerk = office.As(Clerk);
        using var attestor = office.As(Attestor);
        var first = await clerk.UploadAsync("flow-again", 40);
        var copyId = IdOf(first);
        await attestor.DecideAsync(copyId);
        await clerk.WhenAsync(copyId, "registered");
        Assert.Equal(first.GetRawText(), (await clerk.UploadAsync("flow-again", 40)).GetRawText());
    }

    [Fact]
    public async Task Whoever_signs_in_sees_how_far_a_copy_is()
    {
        using var clerk = office.As(Clerk);
        using var attestor = office.As(Attestor);
        var copyId = IdOf(await clerk.UploadAsync("flow-progress", 50));
        await clerk.WhenAsync(copyId, "waitingForReview");
        using var browser = new HttpClient(new KeptCookies(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })) { BaseAddress = office.Address };
        var token = FormToken().Match(await browser.GetStringAsync("/account/sign-in")).Groups[1].Value;
        var person = office.Person(Attestor);
        using var signedIn = await browser.PostAsync("/account/sign-in?handler=demo", new FormUrlEncodedContent(
            [new("agency", person.Agency), new("user", person.UserName), new("__RequestVerificationToken", WebUtility.HtmlDecode(token))]));
        Assert.Equal((HttpStatusCode.Found, "/office"), (signedIn.StatusCode, signedIn.Headers.Location?.ToString()));

        var waiting = await ProgressAsync(browser, copyId);
        Assert.Equal(("WaitingForReview", false), (waiting.GetProperty("state").GetString(), waiting.GetProperty("moving").GetBoolean()));
        Assert.Equal(["Done", "Done", "Waiting", "NotYet", "NotYet", "NotYet", "NotYet", "NotYet"], Phases(waiting));
        await attestor.DecideAsync(copyId);
        await clerk.WhenAsync(copyId, "registered");
        Assert.All(Phases(await ProgressAsync(browser, copyId)), phase => Assert.Equal("Done", phase));
    }

    private void RequireCleanAudit()
    {
        var audit = office.Ask("audit", "--json");
        Assert.True(audit.ExitCode == 0, audit.ToString());
    }

    private static string IdOf(JsonElement received) => received.GetProperty("copyId").GetString()!;

    private static async Task<string?> VerdictAsync(HttpClient anyone, byte[] pdf)
    {
        using var answer = await anyone.PostAsync("/api/verify", new ByteArrayContent(pdf));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("verdict").GetString();
    }

    private static Task<JsonElement> ProgressAsync(HttpClient browser, string copyId) => browser.GetFromJsonAsync<JsonElement>($"/office/copies/{copyId}?handler=progress");

    private static IEnumerable<string?> Phases(JsonElement progress) => progress.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("phase").GetString());

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}

[Collection(TheProgram.Name)]
public sealed class EmbeddedFlowTests(EmbeddedOffice office) : FlowTests(office), IClassFixture<EmbeddedOffice>;

/// <summary>The published folder, played to by a host that delivers out of order and some things twice.</summary>
[Collection(TheHostedProgram.Name)]
public sealed class HostedFlowTests(HostedOffice office) : FlowTests(office)
{
    [Fact]
    public async Task The_extension_may_start_again_at_another_address()
    {
        using var clerk = office.As("oneStopClerk");
        using var attestor = office.As("attestor");
        var copyId = (await clerk.UploadAsync("moved", 60)).GetProperty("copyId").GetString()!;
        await clerk.WhenAsync(copyId, "waitingForReview");
        await office.Host.MoveSidecarAsync();
        await attestor.DecideAsync(copyId);
        await clerk.WhenAsync(copyId, "registered");
    }
}

/// <summary>Tests of the published folder share one host, beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class TheHostedProgram : ICollectionFixture<HostedOffice>
{
    public const string Name = "the hosted program";
}
