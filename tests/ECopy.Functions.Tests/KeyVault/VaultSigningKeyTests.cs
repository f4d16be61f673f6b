using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Identity;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Signing.Keys;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.KeyVault;

/// <summary>A key in a vault, against a vault on this machine that behaves as documented.</summary>
public sealed class VaultSigningKeyTests : IAsyncLifetime
{
    private static readonly TestPki Pki = TestPki.Instance;
    private LoopbackVault vault = null!;

    public static TheoryData<TestKey, string, string> Algorithms => new()
    {
        { TestKey.Rsa2048, "rsa-sha256", "RS256" },
        { TestKey.Rsa2048, "rsa-sha384", "RS384" },
        { TestKey.Rsa2048, "rsa-sha512", "RS512" },
        { TestKey.Rsa2048, "rsa-pss-sha256", "PS256" },
        { TestKey.Rsa2048, "rsa-pss-sha384", "PS384" },
        { TestKey.Rsa2048, "rsa-pss-sha512", "PS512" },
        { TestKey.P256, "ecdsa-sha256", "ES256" },
        { TestKey.P384, "ecdsa-sha384", "ES384" },
        { TestKey.P521, "ecdsa-sha512", "ES512" },
    };

    public async Task InitializeAsync() => vault = await LoopbackVault.StartAsync();

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Every_algorithm_gives_a_signature_that_its_certificate_confirms_and_only_the_digest_leaves(TestKey kind, string id, string name)
    {
        using var vaults = vault.Open();
        var algorithm = SignatureAlgorithm.Parse(id);
        var key = Key(vaults, kind, algorithm);
        // Enough for an r or s with leading zeros now and then; the digests are printed by their number.
        for (var number = 0; number < 40; number++)
        {
            var digest = Digest(algorithm, number);
            var signed = Assert.IsType<SigningAnswer.Signed>(await key.SignAsync(new SigningOrder(digest, "copy 1", null), default));
            Assert.True(PlatformVerifies(kind, algorithm, digest, signed.Value.Span), $"digest {number}");
        }

        Assert.All(vault.Requests.Where(request => request.Token is not null), request =>
        {
            using var order = JsonDocument.Parse(request.Body);
            Assert.Equal(["alg", "value"], order.RootElement.EnumerateObject().Select(member => member.Name));
            Assert.Equal(name, order.RootElement.GetProperty("alg").GetString());
            Assert.Equal(algorithm.HashLength, Base64Url.DecodeFromChars(order.RootElement.GetProperty("value").GetString()).Length);
            Assert.Equal("?api-version=7.4", request.Query);
        });
        // Nothing is said to whoever has not asked for a token.
        Assert.All(vault.Requests.Where(request => request.Token is null), request => Assert.Empty(request.Body));
    }

    [Fact]
    public async Task The_token_is_the_one_that_the_challenge_wants_and_is_kept_until_it_ends_or_is_withdrawn()
    {
        using var vaults = vault.Open();
        var key = Key(vaults, TestKey.P256);
        await SignAsync(key);
        await SignAsync(key);
        var asked = Assert.Single(vault.Credential.Asked);
        Assert.Equal(["https://vault.azure.net/.default"], asked.Scopes);
        Assert.Equal("72f988bf-0000-4000-8000-2d7cd011db47", asked.TenantId);
        Assert.Equal([false, true, true], vault.Requests.Select(request => request.Token is not null));

        vault.Fail(VaultFault.TokenWithdrawn);
        await SignAsync(key);
        Assert.Equal("{\"a\":1}", vault.Credential.Asked.Last().Claims);
        Assert.Equal("token-2", vault.Requests.Last().Token);

        vault.Credential.Life = TimeSpan.FromMinutes(1);
        vault.Credential.Withdraw();
        await SignAsync(key);
        // It ends too soon to be used again.
        await SignAsync(key);
        Assert.Equal(["token-3", "token-4"], vault.Requests.TakeLast(2).Select(request => request.Token));
    }

    [Theory]
    [InlineData("https://ecopy.vault.azure.net/", "https://vault.azure.net/.default", true)]
    [InlineData("https://ecopy.vault.azure.net/", "https://management.azure.com/.default", false)]
    [InlineData("https://ecopy.vault.azure.net.evil.example/", "https://vault.azure.net/.default", false)]
    [InlineData("https://evilvault.azure.net/", "https://vault.azure.net/.default", false)]
    [InlineData("https://ecopy.vault.azure.net/", "http://vault.azure.net/.default", false)]
    [InlineData("https://ecopy.vault.azure.net/", "vault", false)]
    public void A_token_is_asked_for_the_vaults_own_audience_only(string address, string scope, bool expected) =>
        Assert.Equal(expected, VaultChallenge.IsOf(scope, new Uri(address)));

    [Theory]
    [InlineData("https://ecopy.vault.azure.net", "https://ecopy.vault.azure.net/")]
    [InlineData("https://a.vault.azure.net/, https://b.vault.azure.net", "https://a.vault.azure.net/ https://b.vault.azure.net/")]
    [InlineData("http://ecopy.vault.azure.net", "")]
    [InlineData("https://name:word@ecopy.vault.azure.net", "")]
    [InlineData("https://ecopy.vault.azure.net/keys/seal", "")]
    [InlineData("rác", "")]
    [InlineData(null, "")]
    public void A_vault_is_an_address_over_https(string? setting, string expected) =>
        Assert.Equal(expected, string.Join(' ', KeyVaultOptions.Of(setting).Vaults));

    [Theory]
    [InlineData(VaultFault.Throttled)]
    [InlineData(VaultFault.Unavailable)]
    [InlineData(VaultFault.InternalError)]
    [InlineData(VaultFault.Cut)]
    [InlineData(VaultFault.CutInside)]
    [InlineData(VaultFault.TooLong)]
    internal async Task What_passes_is_tried_again(VaultFault fault)
    {
        using var vaults = vault.Open();
        var key = Key(vaults, TestKey.P256);
        vault.Fail(fault, fault);
        await SignAsync(key);
        Assert.Equal(3, vault.Requests.Count(request => request.Token is not null));
    }

    [Fact]
    public async Task A_slow_answer_is_given_up_and_asked_for_again()
    {
        using var vaults = vault.Open(change: options => options with { AttemptTime = TimeSpan.FromSeconds(1) });
        var key = Key(vaults, TestKey.P256);
        vault.Fail(VaultFault.Slow);
        await SignAsync(key);
    }

    [Fact]
    public async Task A_throttled_key_waits_as_long_as_it_is_told()
    {
        var time = new QuickTime();
        using var vaults = vault.Open(time);
        var key = Key(vaults, TestKey.P256);
        vault.RetryAfter = "7";
        vault.Fail(VaultFault.Throttled);
        await SignAsync(key);
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(time.Pauses));

        // As a date, and never longer than the whole order may take: then it is the hub that comes back.
        vault.RetryAfter = time.GetUtcNow().AddSeconds(30).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        vault.Fail(VaultFault.Throttled);
        await SignAsync(key);
        Assert.InRange(time.Pauses.Last(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        vault.RetryAfter = "3600";
        vault.Fail(VaultFault.Throttled);
        await Assert.ThrowsAsync<TransientException>(() => SignAsync(key));
        Assert.Equal(2, time.Pauses.Count);

        // Without being told: longer each time, until the deadline.
        vault.Fail([.. Enumerable.Repeat(VaultFault.Unavailable, 60)]);
        await Assert.ThrowsAsync<TransientException>(() => SignAsync(key));
        var own = time.Pauses.Skip(2).ToList();
        Assert.InRange(own.Count, 5, 40);
        Assert.True(own[^1] > own[0] * 16, string.Join(' ', own));
        Assert.True(own.Aggregate((one, two) => one + two) <= TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Without_an_identity_or_a_vault_it_is_tried_another_time()
    {
        using var vaults = vault.Open(new QuickTime());
        var key = Key(vaults, TestKey.P256);
        vault.Credential.Fault = new CredentialUnavailableException("no identity here");
        Assert.Contains("no identity here", (await Assert.ThrowsAsync<TransientException>(() => SignAsync(key))).Message, StringComparison.Ordinal);
        vault.Credential.Fault = null;
        await vault.DisposeAsync();
        await Assert.ThrowsAsync<TransientException>(() => SignAsync(key));
    }

    [Theory]
    [InlineData("denied", "key-vault-denied")]
    [InlineData("KeyDisabled", "key-vault-key-disabled")]
    [InlineData("KeyExpired", "key-vault-key-expired")]
    [InlineData("KeyNotYetValid", "key-vault-key-not-yet-valid")]
    [InlineData("ForbiddenByFirewall", "key-vault-denied")]
    [InlineData("deleted", "key-vault-key-missing")]
    [InlineData("version", "key-vault-key-missing")]
    [InlineData("incompatible", "key-vault-refused")]
    public async Task What_the_vault_refuses_is_refused_at_once_with_its_reason(string how, string code)
    {
        using var vaults = vault.Open();
        var there = vault.Add("seal", how is "incompatible" ? Pki.Person(TestKey.P384) : Pki.Person(TestKey.P256));
        var key = vaults.Open(new VaultKeyId(vault.Address, "seal", how is "version" ? new string('a', 32) : there.Version), Pki.Person(TestKey.P256).Chain, null).Value;
        vault.Denies = how is "denied";
        there.SoftDeleted = how is "deleted";
        if (char.IsUpper(how[0])) there.Forbidden = how;
        var refused = Assert.IsType<SigningAnswer.Refused>(await key.SignAsync(new SigningOrder(Digest(key.Algorithm, 0), "copy 1", null), default));
        Assert.Equal(("signing-key-failed", code), (refused.Code, refused.Reason));
        Assert.Single(vault.Requests, request => request.Token is not null);
    }

    [Theory]
    [InlineData(VaultFault.WrongSignature, "key-vault-wrong-signature")]
    [InlineData(VaultFault.WrongVersion, "key-vault-answer-wrong")]
    [InlineData(VaultFault.Garbage, "key-vault-answer-wrong")]
    [InlineData(VaultFault.Redirect, "key-vault-refused")]
    internal async Task A_wrong_answer_signs_nothing(VaultFault fault, string code)
    {
        using var vaults = vault.Open();
        foreach (var kind in (TestKey[])[TestKey.P256, TestKey.Rsa2048])
        {
            var key = Key(vaults, kind);
            vault.Fail(fault);
            var refused = Assert.IsType<SigningAnswer.Refused>(await key.SignAsync(new SigningOrder(Digest(key.Algorithm, 0), "copy 1", null), default));
            Assert.Equal(("signing-key-failed", code), (refused.Code, refused.Reason));
        }
    }

    [Fact]
    public async Task A_certificate_is_read_as_it_stands_now_or_by_its_version()
    {
        using var vaults = vault.Open();
        var older = vault.Add("seal", Pki.Agency(TestKey.P256));
        var newer = vault.Add("seal", Pki.Agency(TestKey.Rsa2048));
        async Task<Result<VaultCertificate>> ReadAsync(string? version = null, string name = "seal") => await vaults.ReadCertificateAsync(vault.Address, name, version, default);
        Assert.Equal((newer.Version, newer.Identity.Certificate.Thumbprint), Of((await ReadAsync()).Value));
        Assert.Equal((older.Version, older.Identity.Certificate.Thumbprint), Of((await ReadAsync(older.Version)).Value));
        Assert.Equal("key-vault-key-missing", (await ReadAsync(name: "khac")).Rejection?.Code);
        foreach (var bad in (string[])["../keys/seal", "seal?x", "", "con dấu"]) Assert.Equal("key-vault-name-invalid", (await ReadAsync(name: bad)).Rejection?.Code);
        newer.Enabled = false;
        Assert.Equal("key-vault-key-disabled", (await ReadAsync()).Rejection?.Code);
        (newer.Enabled, newer.Pending) = (true, true);
        Assert.Equal("key-vault-certificate-pending", (await ReadAsync()).Rejection?.Code);
        older.SoftDeleted = newer.SoftDeleted = true;
        Assert.Equal("key-vault-key-missing", (await ReadAsync()).Rejection?.Code);
        Assert.All(vault.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public void Only_configured_vaults_are_asked_and_only_for_what_a_vault_can_make()
    {
        using var vaults = vault.Open();
        var elsewhere = new VaultKeyId(new Uri("https://other.vault.azure.net/"), "seal", "1");
        Assert.Equal("key-vault-not-configured", vaults.Open(elsewhere, Pki.Person(TestKey.P256).Chain, null).Rejection?.Code);
        Assert.Equal("key-vault-not-configured", vaults.Find("https://other.vault.azure.net/").Rejection?.Code);
        Assert.Equal(vault.Address, vaults.Find(null).Value);
        Assert.Equal("key-vault-none", new KeyVaults(KeyVaultOptions.Of(null)).Find(null).Rejection?.Code);
        Assert.Equal("key-vault-needed", new KeyVaults(KeyVaultOptions.Of("https://a.vault.azure.net,https://b.vault.azure.net")).Find(null).Rejection?.Code);
        var here = new VaultKeyId(vault.Address, "seal", "1");
        Assert.Throws<KeyRefusedException>(() => vaults.Open(here, Pki.Person(TestKey.P256).Chain, new SignatureAlgorithm(SignatureScheme.Ecdsa, HashAlgorithmName.SHA512)));
        Assert.Throws<KeyRefusedException>(() => vaults.Open(here, Pki.Person(TestKey.P256).Chain, SignatureAlgorithm.RsaSha256));
        foreach (var bad in (string[])["https://a.vault.azure.net/keys/seal", "https://a.vault.azure.net/keys/seal/1?x=1", "https://a.vault.azure.net/secrets/seal/1", "seal"]) Assert.Null(VaultKeyId.Parse(bad));
        Assert.Equal(here, VaultKeyId.Parse(here.ToString()));
    }

    private static (string Version, string Thumbprint) Of(VaultCertificate certificate)
    {
        using var read = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(certificate.Der);
        return (certificate.Key.Version, read.Thumbprint);
    }

    private ISigningKey Key(KeyVaults vaults, TestKey kind, SignatureAlgorithm? algorithm = null) =>
        vaults.Open(new VaultKeyId(vault.Address, "key", vault.Add("key", Pki.Person(kind)).Version), Pki.Person(kind).Chain, algorithm).Value;

    private static async Task SignAsync(ISigningKey key) =>
        Assert.IsType<SigningAnswer.Signed>(await key.SignAsync(new SigningOrder(Digest(key.Algorithm, 0), "copy 1", null), default));

    private static byte[] Digest(SignatureAlgorithm algorithm, int number) => CryptographicOperations.HashData(algorithm.Hash, BitConverter.GetBytes(number));

    private static bool PlatformVerifies(TestKey kind, SignatureAlgorithm algorithm, byte[] digest, ReadOnlySpan<byte> signature) => Pki.Person(kind).Key switch
    {
        RSA rsa => rsa.VerifyHash(digest, signature, algorithm.Hash, algorithm.Scheme is SignatureScheme.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        var ecdsa => ((ECDsa)ecdsa).VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence),
    };

    /// <summary>A clock whose pauses are over at once and are remembered; time passes by them alone.</summary>
    private sealed class QuickTime : TimeProvider
    {
        private readonly DateTimeOffset start = System.GetUtcNow();
        private long passed;

        public List<TimeSpan> Pauses { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => start.AddTicks(passed);

        public override long GetTimestamp() => passed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            passed += dueTime.Ticks;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
