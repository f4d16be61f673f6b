using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.RemoteSigning;
using ECopy.Signing.Keys;
using ECopy.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.RemoteSigning;

/// <summary>A key at a signing service, against a service on this machine that speaks the CSC API as it is specified.</summary>
public sealed class RemoteSigningKeyTests
{
    private const string Token = "oauth2/token";
    private const string Authorize = "credentials/authorize";
    private const string Check = "credentials/authorizeCheck";
    private const string SignHash = "signatures/signHash";

    public static TheoryData<TestKey, string, string, bool> Algorithms => new()
    {
        { TestKey.Rsa2048, "rsa-sha256", "1.2.840.113549.1.1.11", false },
        { TestKey.Rsa2048, "rsa-sha384", "1.2.840.113549.1.1.12", false },
        { TestKey.Rsa2048, "rsa-sha512", "1.2.840.113549.1.1.13", false },
        { TestKey.Rsa2048, "rsa-sha512", "1.2.840.113549.1.1.1", false },
        { TestKey.Rsa2048, "rsa-pss-sha256", "1.2.840.113549.1.1.10", false },
        { TestKey.Rsa2048, "rsa-pss-sha384", "1.2.840.113549.1.1.10", false },
        { TestKey.Rsa2048, "rsa-pss-sha512", "1.2.840.113549.1.1.10", false },
        { TestKey.P256, "ecdsa-sha256", "1.2.840.10045.4.3.2", false },
        { TestKey.P256, "ecdsa-sha256", "1.2.840.10045.4.3.2", true },
        { TestKey.P384, "ecdsa-sha384", "1.2.840.10045.4.3.3", true },
        { TestKey.P521, "ecdsa-sha512", "1.2.840.10045.4.3.4", true },
        { TestKey.P521, "ecdsa-sha512", "1.2.840.10045.2.1", false },
    };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Every_algorithm_gives_a_value_that_the_certificate_confirms(TestKey kind, string id, string offered, bool raw)
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer(kind, offered).RawEcdsa = raw;
        bench.Phone.ConfirmsAtOnce = true;
        var key = bench.Open(kind, SignatureAlgorithm.Parse(id));
        // Together in one authorisation: enough for an r or s with leading zeros now and then.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => RemoteBench.AskAsync(key, number)));
        for (var number = 0; number < 20; number++) bench.RequireSigned(await bench.AskToTheEndAsync(key, number), key, number);
        Assert.Single(bench.Phone.All);
        Assert.Equal(1, bench.Signer.Count(SignHash));
        await bench.RequireNoSecretsAsync();
    }

    [Fact]
    public async Task The_holder_confirms_minutes_later_and_is_asked_once()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        bench.Signer.ChangesHandles = true;
        var key = bench.Open();
        Assert.True(key.NeedsAuthorization);
        var first = Assert.IsType<SigningAnswer.Pending>(await RemoteBench.AskAsync(key));
        Assert.InRange(first.LookAgainAt!.Value - bench.Clock.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Empty(bench.Phone.All);
        bench.Pass(bench.Service.Collect);
        Assert.IsType<SigningAnswer.Pending>(await RemoteBench.AskAsync(key));
        var shown = Assert.Single(bench.Phone.All);
        Assert.Equal("ECopy: copy 0", shown.Description);
        Assert.Equal([Convert.ToBase64String(RemoteBench.Order(key).Digest.Span)], shown.Hashes);
        var looks = new List<TimeSpan>();
        for (var minutes = 0; bench.Clock.GetUtcNow() < shown.Until - TimeSpan.FromMinutes(1); minutes++)
        {
            var pending = Assert.IsType<SigningAnswer.Pending>(await RemoteBench.AskAsync(key));
            looks.Add(pending.LookAgainAt!.Value - bench.Clock.GetUtcNow());
            bench.Pass(looks[^1]);
        }

        // A few seconds, growing.
        Assert.Equal(TimeSpan.FromSeconds(3), looks[0]);
        Assert.Equal(TimeSpan.FromSeconds(15), looks[^1]);
        Assert.Equal(1, bench.Phone.Confirm());
        var answer = await RemoteBench.AskAsync(bench.Open());
        bench.RequireSigned(answer, key);
        Assert.Equal(1, bench.Signer.Count(Authorize));
        Assert.Equal(1, bench.Signer.Count(SignHash));
        // Asked again, it is the same value; the service hears nothing of it.
        var calls = bench.Signer.Calls.Count;
        Assert.Equal(((SigningAnswer.Signed)answer).Value.ToArray(), ((SigningAnswer.Signed)await RemoteBench.AskAsync(key)).Value.ToArray());
        Assert.Equal(calls, bench.Signer.Calls.Count);
        await bench.RequireNoSecretsAsync();
    }

    [Fact]
    public async Task A_credential_that_needs_nobody_signs_at_once()
    {
        await using var bench = await RemoteBench.StartAsync(service => service with { Collect = TimeSpan.Zero });
        bench.Offer().IsAutomatic = true;
        var key = bench.Open();
        bench.RequireSigned(await RemoteBench.AskAsync(key), key);
        Assert.Equal(0, bench.Signer.Count(Check));
    }

    [Fact]
    public async Task A_holder_who_refuses_or_says_nothing_ends_it()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        var key = bench.Open();
        await RemoteBench.AskAsync(key);
        bench.Pass(bench.Service.Collect);
        await RemoteBench.AskAsync(key);
        Assert.Equal(1, bench.Phone.Refuse());
        bench.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("signer-refused", Assert.IsType<SigningAnswer.Refused>(await RemoteBench.AskAsync(key)).Code);

        Assert.Equal("signing-time-limit", Assert.IsType<SigningAnswer.Refused>(await bench.AskToTheEndAsync(key, 1)).Code);
        Assert.Equal(2, bench.Phone.All.Count);
        // For good: nobody is asked again about the same.
        Assert.Equal("signer-refused", Assert.IsType<SigningAnswer.Refused>(await RemoteBench.AskAsync(bench.Open())).Code);
        Assert.Equal(2, bench.Signer.Count(Authorize));
    }

    [Theory]
    [InlineData(SignerFault.Throttled, 1)]
    [InlineData(SignerFault.TokenWithdrawn, 1)]
    [InlineData(SignerFault.Cut, 1)]
    [InlineData(SignerFault.Unavailable, 1)]
    [InlineData(SignerFault.Slow, 1)]
    [InlineData(SignerFault.CutAfter, 2)]
    [InlineData(SignerFault.FailedAfter, 2)]
    [InlineData(SignerFault.Garbage, 2)]
    internal async Task An_authorisation_that_may_be_outstanding_is_not_repeated_before_it_is_over(SignerFault fault, int shown)
    {
        await using var bench = await RemoteBench.StartAsync(service => service with { AnswerWithin = TimeSpan.FromSeconds(fault is SignerFault.Slow ? 1 : 60) });
        bench.Offer();
        bench.Signer.Fail(Authorize, fault);
        var key = bench.Open();
        await RemoteBench.AskAsync(key);
        bench.Pass(bench.Service.Collect);
        await RemoteBench.AskAsync(key);
        var calls = bench.Signer.Count(Authorize);
        var surelyNotTaken = fault is SignerFault.Throttled or SignerFault.TokenWithdrawn;
        bench.Pass(TimeSpan.FromSeconds(10));
        await RemoteBench.AskAsync(bench.Open());
        if (!surelyNotTaken)
        {
            // Neither this program nor one that was started since asks again while the phone may show it.
            bench.Pass(bench.Service.ConfirmWithin - TimeSpan.FromMinutes(1));
            await RemoteBench.AskAsync(bench.Open());
            Assert.Equal(calls, bench.Signer.Count(Authorize));
            bench.Pass(TimeSpan.FromMinutes(1));
            await RemoteBench.AskAsync(key);
        }

        Assert.Equal(shown, bench.Phone.All.Count);
        Assert.Equal(1, bench.Phone.Confirm());
        bench.RequireSigned(await bench.AskToTheEndAsync(key), key);
        Assert.Equal((1, shown), (bench.Phone.MostOpen, bench.Phone.All.Count));
        await bench.RequireNoSecretsAsync();
    }

    [Theory]
    [InlineData(Check, SignerFault.Throttled, 1)]
    [InlineData(Check, SignerFault.Unavailable, 1)]
    [InlineData(Check, SignerFault.CutAfter, 1)]
    [InlineData(Check, SignerFault.Garbage, 1)]
    [InlineData(Check, SignerFault.TokenWithdrawn, 1)]
    [InlineData(SignHash, SignerFault.Throttled, 1)]
    [InlineData(SignHash, SignerFault.Unavailable, 1)]
    [InlineData(SignHash, SignerFault.Cut, 1)]
    [InlineData(SignHash, SignerFault.TokenWithdrawn, 1)]
    // The values were made and lost: the service gives them to nobody a second time.
    [InlineData(SignHash, SignerFault.CutAfter, 2)]
    [InlineData(SignHash, SignerFault.FailedAfter, 2)]
    [InlineData("credentials/info", SignerFault.Unavailable, 1)]
    [InlineData("credentials/info", SignerFault.Garbage, 1)]
    [InlineData(Token, SignerFault.Cut, 1)]
    [InlineData(Token, SignerFault.Unavailable, 1)]
    internal async Task What_passes_costs_the_holder_no_second_confirmation(string method, SignerFault fault, int shown)
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        bench.Phone.ConfirmsAtOnce = true;
        bench.Signer.Fail(method, fault, fault is SignerFault.Throttled or SignerFault.Unavailable ? fault : SignerFault.Throttled);
        var key = bench.Open();
        bench.RequireSigned(await bench.AskToTheEndAsync(key), key);
        Assert.Equal(shown, bench.Phone.All.Count);
        await bench.RequireNoSecretsAsync();
    }

    [Fact]
    public async Task A_throttled_service_is_left_alone_as_long_as_it_says()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        bench.Signer.RetryAfter = "120";
        bench.Signer.Fail(Authorize, SignerFault.Throttled);
        var key = bench.Open();
        await RemoteBench.AskAsync(key);
        bench.Pass(bench.Service.Collect);
        await RemoteBench.AskAsync(key);
        bench.Pass(TimeSpan.FromSeconds(119));
        await RemoteBench.AskAsync(key);
        Assert.Equal(1, bench.Signer.Count(Authorize));
        bench.Pass(TimeSpan.FromSeconds(1));
        await RemoteBench.AskAsync(key);
        Assert.Equal(2, bench.Signer.Count(Authorize));
    }

    [Theory]
    [InlineData(TestKey.P256)]
    [InlineData(TestKey.Rsa2048)]
    public async Task A_wrong_value_is_nobodys_signature(TestKey kind)
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer(kind);
        bench.Phone.ConfirmsAtOnce = true;
        bench.Signer.Fail(SignHash, SignerFault.WrongValue);
        var refused = Assert.IsType<SigningAnswer.Refused>(await bench.AskToTheEndAsync(bench.Open(kind)));
        Assert.Equal(("signing-key-failed", "remote-signing-wrong-signature"), (refused.Code, refused.Reason));
    }

    [Theory]
    [InlineData("secret", "remote-signing-denied")]
    [InlineData("redirect", "remote-signing-refused")]
    [InlineData("algorithm", "remote-signing-algorithm")]
    public async Task What_the_service_refuses_ends_with_its_reason(string how, string reason)
    {
        await using var bench = await RemoteBench.StartAsync(service => how is "secret" ? service with { ClientSecret = "khác" } : service);
        bench.Offer(TestKey.P256, how is "algorithm" ? ["1.2.3.4"] : []);
        bench.Phone.ConfirmsAtOnce = true;
        if (how is "redirect") bench.Signer.Fail(Authorize, SignerFault.Redirect);
        var key = bench.Open();
        if (how is "secret")
        {
            // It may be put right, and nobody has been asked: it is waited for.
            await Assert.ThrowsAsync<TimeoutException>(() => bench.AskToTheEndAsync(key, most: 20));
            Assert.Contains(bench.Log.Lines, line => line.Contains(reason, StringComparison.Ordinal));
            Assert.Empty(bench.Phone.All);
            return;
        }

        var refused = Assert.IsType<SigningAnswer.Refused>(await bench.AskToTheEndAsync(key));
        Assert.Equal("signing-key-failed", refused.Code);
        Assert.StartsWith(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_kept_until_it_ends()
    {
        await using var bench = await RemoteBench.StartAsync(service => service with { Collect = TimeSpan.Zero });
        bench.Offer().IsAutomatic = true;
        var key = bench.Open();
        for (var number = 0; number < 3; number++) await RemoteBench.AskAsync(key, number);
        Assert.Equal(1, bench.Signer.TokensGiven);
        bench.Pass(TimeSpan.FromHours(1));
        await RemoteBench.AskAsync(key, 3);
        Assert.Equal(2, bench.Signer.TokensGiven);
    }

    [Fact]
    public async Task A_server_that_cannot_show_a_good_certificate_gets_nothing()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        using var made = TestPki.Instance.WrongUsage.Certificate.CopyWithPrivateKey((ECDsa)TestPki.Instance.WrongUsage.Key);
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var app = builder.Build();
        var reached = 0;
        app.Run(_ =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        await app.StartAsync();
        var address = new Uri(app.Urls.First() + "/csc/v2/");
        var service = new RemoteService("ky-so", address, new Uri(address, "oauth2/token"), "id", "secret");
        using var services = new RemoteServices([service]);
        Assert.Equal("remote-signing-unreachable", (await services.ReadAsync(service, "x", default)).Rejection?.Code);
        Assert.IsType<RemoteReply.NotTaken>(await services.CheckAsync(service, "x", default));
        Assert.Equal(0, reached);
    }

    [Theory]
    [InlineData("https://kyso.example/csc/v2", null, "https://kyso.example/csc/v2/ https://kyso.example/csc/v2/oauth2/token")]
    [InlineData("https://kyso.example/csc/v2/", "https://login.example/token", "https://kyso.example/csc/v2/ https://login.example/token")]
    [InlineData("http://127.0.0.1:8080/csc/v2", null, "http://127.0.0.1:8080/csc/v2/ http://127.0.0.1:8080/csc/v2/oauth2/token")]
    [InlineData("http://kyso.example/csc/v2", null, null)]
    [InlineData("https://kyso.example/csc/v2", "http://login.example/token", null)]
    [InlineData("https://ten:mat@kyso.example/csc/v2", null, null)]
    [InlineData("rác", null, null)]
    public void A_service_is_an_address_over_https_and_never_prints_its_secret(string address, string? tokens, string? expected)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["RemoteSigning:ky-so:Address"] = address,
            ["RemoteSigning:ky-so:TokenAddress"] = tokens,
            ["RemoteSigning:ky-so:ClientId"] = "ecopy",
            ["RemoteSigning:ky-so:ClientSecret"] = "bí mật",
            ["RemoteSigning:ky-so:ConfirmMinutes"] = "7",
        }).Build();
        var services = RemoteService.Of(settings);
        Assert.Equal(expected, services.Count == 0 ? null : $"{services[0].Address} {services[0].TokenAddress}");
        Assert.All(services, service => Assert.Equal(("ky-so", TimeSpan.FromMinutes(7)), (service.ToString(), service.ConfirmWithin)));
        Assert.Equal(expected is null ? "remote-signing-none" : null, new RemoteServices(services).Find(null).Rejection?.Code);
    }
}
