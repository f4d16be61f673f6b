using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Azure.Core;
using ECopy.Functions.KeyVault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ECopy.TestKit;

/// <summary>How a vault answers once in another way than it should.</summary>
internal enum VaultFault
{
    /// <summary>429 with Retry-After.</summary>
    Throttled,
    Unavailable,
    InternalError,

    /// <summary>The line is cut before an answer.</summary>
    Cut,

    /// <summary>The line is cut in the middle of an answer.</summary>
    CutInside,

    /// <summary>No answer until the caller has gone.</summary>
    Slow,

    /// <summary>A signature over something else.</summary>
    WrongSignature,

    /// <summary>A signature that another version made, and says so.</summary>
    WrongVersion,
    Garbage,

    /// <summary>The token was withdrawn; the challenge carries claims.</summary>
    TokenWithdrawn,
    Redirect,
    TooLong,
}

/// <summary>What reached the vault.</summary>
internal sealed record VaultRequest(string Method, string Path, string Query, byte[] Body, string? Token);

/// <summary>A certificate in the vault and how it stands there.</summary>
internal sealed class VaultObject(TestIdentity identity, string version)
{
    public TestIdentity Identity { get; } = identity;

    public string Version { get; } = version;

    /// <summary>The code inside a 403: KeyDisabled, KeyExpired; null while it is well.</summary>
    public string? Forbidden { get; set; }

    /// <summary>Deleted and recoverable: gone for everybody who reads or signs.</summary>
    public bool SoftDeleted { get; set; }

    /// <summary>Requested, and not issued yet.</summary>
    public bool Pending { get; set; }

    public bool Enabled { get; set; } = true;
}

/// <summary>
/// An Azure Key Vault on this machine, as its REST reference (7.4) describes it: challenge, tokens, certificates by name and
/// version, signatures over digests, refusals as JSON; and every fault that it can have, once each in the order given.
/// </summary>
internal sealed class LoopbackVault : IAsyncDisposable
{
    private const string Challenge = "Bearer authorization=\"https://login.microsoftonline.com/72f988bf-0000-4000-8000-2d7cd011db47\", resource=\"https://vault.azure.net\"";
    private readonly Dictionary<string, List<VaultObject>> objects = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<VaultFault> faults = new();
    private readonly WebApplication app;

    private LoopbackVault(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First() + "/");

    public ConcurrentQueue<VaultRequest> Requests { get; } = new();

    public LoopbackCredential Credential { get; } = new();

    /// <summary>Seconds in Retry-After, or a date.</summary>
    public string RetryAfter { get; set; } = "0";

    /// <summary>No role for the caller.</summary>
    public bool Denies { get; set; }

    public static async Task<LoopbackVault> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var vault = new LoopbackVault(app);
        app.Run(vault.AnswerAsync);
        await app.StartAsync();
        return vault;
    }

    /// <summary>Puts another version of a certificate in; the newest is the one without a version.</summary>
    public VaultObject Add(string name, TestIdentity identity)
    {
        var versions = objects.TryGetValue(name, out var there) ? there : objects[name] = [];
        var added = new VaultObject(identity, Convert.ToHexStringLower(VersionOf(name, versions.Count)));
        versions.Add(added);
        return added;
    }

    public void Fail(params VaultFault[] next) => Array.ForEach(next, faults.Enqueue);

    public KeyVaults Open(TimeProvider? clock = null, Func<KeyVaultOptions, KeyVaultOptions>? change = null)
    {
        var options = KeyVaultOptions.Of(Address.ToString()) with { FirstPause = TimeSpan.FromMilliseconds(1), AttemptTime = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromMinutes(2) };
        return new KeyVaults(change?.Invoke(options) ?? options, () => Credential, clock);
    }

    /// <summary>The program asks this vault, and has its key files as before.</summary>
    public void Install(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton(Open()));

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static byte[] VersionOf(string name, int number) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name + number.ToString(CultureInfo.InvariantCulture)))[..16];

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var authorization = context.Request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? authorization["Bearer ".Length..] : null;
        Requests.Enqueue(new VaultRequest(context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "", body.ToArray(), token));
        if (token is null || !Credential.IsGood(token))
        {
            context.Response.Headers.WWWAuthenticate = Challenge;
            await ErrorAsync(context, HttpStatusCode.Unauthorized, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.");
            return;
        }

        VaultFault? fault = faults.TryDequeue(out var next) ? next : null;
        if (await FailedAsync(context, fault)) return;
        if (Denies) await ErrorAsync(context, HttpStatusCode.Forbidden, "Forbidden", "Caller is not authorized to perform action on resource.", "ForbiddenByRbac");
        else if (context.Request.Query["api-version"] != "7.4") await ErrorAsync(context, HttpStatusCode.BadRequest, "BadParameter", "api-version");
        else await (context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["certificates", var name] when HttpMethods.IsGet(context.Request.Method) => CertificateAsync(context, name, Find(name, null)),
            ["certificates", var name, var version] when HttpMethods.IsGet(context.Request.Method) => CertificateAsync(context, name, Find(name, version)),
            ["keys", var name, var version, "sign"] when HttpMethods.IsPost(context.Request.Method) => SignAsync(context, name, Find(name, version), body.ToArray(), fault),
            _ => ErrorAsync(context, HttpStatusCode.NotFound, "NotFound", "no such operation"),
        });
    }

    private VaultObject? Find(string name, string? version) => objects.TryGetValue(name, out var versions)
        ? versions.LastOrDefault(one => !one.SoftDeleted && (version is null || one.Version == version))
        : null;

    private async Task<bool> FailedAsync(HttpContext context, VaultFault? fault)
    {
        switch (fault)
        {
            case VaultFault.Throttled:
                context.Response.Headers.RetryAfter = RetryAfter;
                await ErrorAsync(context, HttpStatusCode.TooManyRequests, "Throttled", "Request was not processed because too many requests were received.");
                return true;
            case VaultFault.Unavailable:
                await ErrorAsync(context, HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "busy");
                return true;
            case VaultFault.InternalError:
                context.Response.StatusCode = 500;
                return true;
            case VaultFault.Cut:
                context.Abort();
                return true;
            case VaultFault.CutInside:
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("{\"kid\":");
                await context.Response.Body.FlushAsync();
                context.Abort();
                return true;
            case VaultFault.Slow:
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult)) await gone.Task;
                return true;
            case VaultFault.Garbage:
                await context.Response.WriteAsync("<html>sign in to the network</html>");
                return true;
            case VaultFault.TokenWithdrawn:
                Credential.Withdraw();
                context.Response.Headers.WWWAuthenticate = Challenge + ", error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"";
                await ErrorAsync(context, HttpStatusCode.Unauthorized, "Unauthorized", "The token was revoked.");
                return true;
            case VaultFault.Redirect:
                context.Response.Redirect("http://127.0.0.1:9/", permanent: false, preserveMethod: true);
                return true;
            case VaultFault.TooLong:
                await context.Response.WriteAsync(new string(' ', 1_000_000));
                return true;
            default:
                return false;
        }
    }

    private async Task CertificateAsync(HttpContext context, string name, VaultObject? found)
    {
        if (found is null)
        {
            await ErrorAsync(context, HttpStatusCode.NotFound, "CertificateNotFound", $"A certificate with (name/id) {name} was not found in this key vault.");
            return;
        }

        var answer = new Dictionary<string, object>
        {
            ["id"] = $"{Address}certificates/{name}/{found.Version}",
            ["attributes"] = new { enabled = found.Enabled, exp = new DateTimeOffset(found.Identity.Certificate.NotAfter).ToUnixTimeSeconds(), recoveryLevel = "Recoverable" },
        };
        if (!found.Pending)
        {
            answer["kid"] = $"{Address}keys/{name}/{found.Version}";
            answer["cer"] = Convert.ToBase64String(found.Identity.Certificate.RawData);
        }

        await context.Response.WriteAsJsonAsync(answer);
    }

    private async Task SignAsync(HttpContext context, string name, VaultObject? found, byte[] body, VaultFault? fault)
    {
        if (found is null)
        {
            await ErrorAsync(context, HttpStatusCode.NotFound, "KeyNotFound", $"A key with (name/id) {name} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command.");
            return;
        }

        if (found.Forbidden is { } why)
        {
            await ErrorAsync(context, HttpStatusCode.Forbidden, "Forbidden", "Operation sign is not allowed on this key.", why);
            return;
        }

        using var order = JsonDocument.Parse(body);
        var algorithm = order.RootElement.GetProperty("alg").GetString()!;
        var digest = Base64Url.DecodeFromChars(order.RootElement.GetProperty("value").GetString());
        var key = found.Identity.Key;
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        var bits = algorithm switch { "ES256" => 256, "ES384" => 384, "ES512" => 521, _ => 0 };
        if (digest.Length * 8 != int.Parse(algorithm.AsSpan(2), CultureInfo.InvariantCulture) || (key is ECDsa curve ? curve.KeySize != bits : bits != 0))
        {
            await ErrorAsync(context, HttpStatusCode.BadRequest, "BadParameter", "Key and signing algorithm are incompatible.");
            return;
        }

        if (fault is VaultFault.WrongSignature) digest[0] ^= 1;
        // The vault gives r and s side by side (RFC 7518, 3.4).
        var value = key is ECDsa ecdsa
            ? ecdsa.SignHash(digest, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : ((RSA)key).SignHash(digest, hash, algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        var version = fault is VaultFault.WrongVersion ? "0000000000000000000000000000000f" : found.Version;
        await context.Response.WriteAsJsonAsync(new { kid = $"{Address}keys/{name}/{version}", value = Base64Url.EncodeToString(value) });
    }

    private static Task ErrorAsync(HttpContext context, HttpStatusCode status, string code, string message, string? inner = null)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(new { error = inner is null ? (object)new { code, message } : new { code, message, innererror = new { code = inner } } });
    }
}

/// <summary>An identity service that gives tokens with a number and remembers what was asked.</summary>
internal sealed class LoopbackCredential : TokenCredential
{
    private readonly ConcurrentDictionary<string, bool> good = new();
    private int given;

    public ConcurrentQueue<TokenRequestContext> Asked { get; } = new();

    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    public Exception? Fault { get; set; }

    public bool IsGood(string token) => good.ContainsKey(token);

    public void Withdraw() => good.Clear();

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        Asked.Enqueue(requestContext);
        if (Fault is { } fault) throw fault;
        var token = FormattableString.Invariant($"token-{Interlocked.Increment(ref given)}");
        good[token] = true;
        return new AccessToken(token, DateTimeOffset.UtcNow + Life);
    }

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
}
