using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ECopy.Functions.RemoteSigning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ECopy.TestKit;

/// <summary>How a signing service answers once in another way than it should.</summary>
internal enum SignerFault
{
    /// <summary>429 with Retry-After; nothing done.</summary>
    Throttled,

    /// <summary>503; nothing done, which nobody can know.</summary>
    Unavailable,

    /// <summary>Everything done, and 500 answered by something in between.</summary>
    FailedAfter,

    /// <summary>The line is cut; nothing done.</summary>
    Cut,

    /// <summary>Everything done, and the line cut before the answer.</summary>
    CutAfter,

    /// <summary>No answer until the caller has gone.</summary>
    Slow,

    /// <summary>Everything done, and an answer that is none.</summary>
    Garbage,

    /// <summary>A signature over something else.</summary>
    WrongValue,
    TokenWithdrawn,
    Redirect,
}

/// <summary>A credential at the service and how it stands there.</summary>
internal sealed class SignerCredential(TestIdentity identity, IReadOnlyList<string> algorithms)
{
    public TestIdentity Identity { get; } = identity;

    public IReadOnlyList<string> Algorithms { get; } = algorithms;

    public int Multisign { get; set; } = 100;

    public bool Enabled { get; set; } = true;

    public string Mode { get; set; } = "explicit";

    /// <summary>Types of authentication objects; none: the service asks the holder by itself.</summary>
    public IReadOnlyList<string> AuthObjects { get; set; } = [];

    /// <summary>ECDSA values as r and s side by side.</summary>
    public bool RawEcdsa { get; set; }

    /// <summary>Needs nobody's confirmation.</summary>
    public bool IsAutomatic { get; set; }

    /// <summary>Whether the chain goes out, or the end certificate alone.</summary>
    public bool GivesChain { get; set; } = true;
}

/// <summary>
/// A signing service on this machine that speaks the API of the Cloud Signature Consortium (v2) as its specification has it, with
/// a virtual phone; strict in what it takes, and with every fault that it can have, once each in the order given for a method.
/// </summary>
internal sealed class LoopbackSigner : IAsyncDisposable
{
    public const string ClientId = "ecopy-thu-nghiem";
    public const string ClientSecret = "bí mật của khách hàng 1";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, SignerCredential> credentials = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<SignerFault>> faults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> signed = new(StringComparer.Ordinal);
    private readonly WebApplication app;
    private readonly TimeProvider clock;
    private int tokensGiven;

    private LoopbackSigner(WebApplication app, TimeProvider clock)
    {
        this.app = app;
        this.clock = clock;
        Phone = new VirtualPhone(clock);
    }

    public VirtualPhone Phone { get; }

    public Uri Address => new(app.Urls.First() + "/csc/v2/");

    /// <summary>Names of the methods that were called, in order; those that faults swallowed too.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What must appear in nobody's log.</summary>
    public IReadOnlyCollection<string> Secrets => [ClientSecret, .. tokens.Keys, .. Phone.All.Select(one => one.Activation)];

    public int TokensGiven => tokensGiven;

    public string RetryAfter { get; set; } = "0";

    public int TokenLife { get; set; } = 3600;

    /// <summary>The handle is good for one look after the confirmation.</summary>
    public bool ForgetsHandles { get; set; }

    /// <summary>Another handle with each look.</summary>
    public bool ChangesHandles { get; set; }

    public int Count(string method) => Calls.Count(call => call == method);

    public static async Task<LoopbackSigner> StartAsync(TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var signer = new LoopbackSigner(app, clock);
        app.Run(signer.AnswerAsync);
        await app.StartAsync();
        return signer;
    }

    public SignerCredential Add(string id, TestIdentity identity, params string[] algorithms) => credentials[id] = new SignerCredential(
        identity,
        algorithms.Length > 0 ? algorithms
            : identity.Key is RSA ? ["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.113549.1.1.10"]
            : ["1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"]);

    public void Fail(string method, params SignerFault[] next) => Array.ForEach(next, faults.GetOrAdd(method, _ => new ConcurrentQueue<SignerFault>()).Enqueue);

    public void WithdrawTokens() => tokens.Clear();

    public RemoteService Service(string name = "ky-so") => new(name, Address, new Uri(Address, "oauth2/token"), ClientId, ClientSecret);

    /// <summary>The program asks this service.</summary>
    public void Install(IServiceCollection services, Func<RemoteService, RemoteService>? change = null) =>
        services.Replace(ServiceDescriptor.Singleton(new RemoteServices([change?.Invoke(Service()) ?? Service()], clock)));

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var method = context.Request.Path.Value!.Replace("/csc/v2/", "", StringComparison.Ordinal);
        Calls.Enqueue(method);
        SignerFault? fault = faults.TryGetValue(method, out var queue) && queue.TryDequeue(out var next) ? next : null;
        if (await FailedAsync(context, fault)) return;
        if (method == "oauth2/token") await TokenAsync(context, Encoding.UTF8.GetString(body.ToArray()));
        else if (!tokens.ContainsKey(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal))) await ErrorAsync(context, "invalid_token", "token", 401);
        else
        {
            using var order = JsonDocument.Parse(body.ToArray());
            await (method switch
            {
                "credentials/list" => ListAsync(context),
                "credentials/info" => InfoAsync(context, order.RootElement),
                "credentials/authorize" => AuthorizeAsync(context, order.RootElement, fault),
                "credentials/authorizeCheck" => CheckAsync(context, order.RootElement, fault),
                "signatures/signHash" => SignAsync(context, order.RootElement, fault),
                _ => ErrorAsync(context, "invalid_request", "no such method", 501),
            });
        }
    }

    /// <summary>The faults in which nothing is done.</summary>
    private async Task<bool> FailedAsync(HttpContext context, SignerFault? fault)
    {
        switch (fault)
        {
            case SignerFault.Throttled:
                context.Response.Headers.RetryAfter = RetryAfter;
                await ErrorAsync(context, "too_many_requests", "", 429);
                return true;
            case SignerFault.Unavailable:
                await ErrorAsync(context, "temporarily_unavailable", "", 503);
                return true;
            case SignerFault.Cut:
                context.Abort();
                return true;
            case SignerFault.Slow:
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult)) await gone.Task;
                return true;
            case SignerFault.TokenWithdrawn:
                WithdrawTokens();
                return false;
            case SignerFault.Redirect:
                context.Response.Redirect("http://127.0.0.1:9/", permanent: false, preserveMethod: true);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Answers, or not, after everything was done.</summary>
    private static Task AnswerAsync(HttpContext context, object answer, SignerFault? fault, int status = 200)
    {
        switch (fault)
        {
            case SignerFault.CutAfter:
                context.Abort();
                return Task.CompletedTask;
            case SignerFault.FailedAfter:
                return ErrorAsync(context, "server_error", "", 500);
            case SignerFault.Garbage:
                return context.Response.WriteAsync("<html>sign in to the network</html>");
            default:
                context.Response.StatusCode = status;
                return context.Response.WriteAsJsonAsync(answer);
        }
    }

    private async Task TokenAsync(HttpContext context, string form)
    {
        var given = form.Split('&').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => WebUtility.UrlDecode(part[1]));
        if (given.GetValueOrDefault("grant_type") != "client_credentials" || given.GetValueOrDefault("client_id") != ClientId || given.GetValueOrDefault("client_secret") != ClientSecret)
        {
            await ErrorAsync(context, "invalid_client", "Invalid parameter client_secret");
            return;
        }

        var token = $"token-{Guid.NewGuid():N}";
        Interlocked.Increment(ref tokensGiven);
        tokens[token] = true;
        await context.Response.WriteAsJsonAsync(new { access_token = token, token_type = "Bearer", expires_in = TokenLife });
    }

    private Task ListAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new
    {
        credentialIDs = credentials.Keys.Order(StringComparer.Ordinal),
        credentialInfos = credentials.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => Describe(one.Value, one.Key)),
    });

    private Task InfoAsync(HttpContext context, JsonElement order) =>
        Find(order) is { } found ? context.Response.WriteAsJsonAsync(Describe(found, null)) : ErrorAsync(context, "invalid_request", "Invalid parameter credentialID");

    private static Dictionary<string, object?> Describe(SignerCredential credential, string? id)
    {
        var described = new Dictionary<string, object?>
        {
            ["key"] = new { status = credential.Enabled ? "enabled" : "disabled", algo = credential.Algorithms, len = credential.Identity.Key.KeySize },
            ["cert"] = new { status = "valid", certificates = credential.Identity.Chain.Certificates.Take(credential.GivesChain ? 9 : 1).Select(one => one.RawData) },
            ["auth"] = new { mode = credential.Mode, objects = credential.AuthObjects.Select(type => new { type, id = type }) },
            ["SCAL"] = "2",
            ["multisign"] = credential.Multisign,
        };
        if (id is not null) described["credentialID"] = id;
        return described;
    }

    private async Task AuthorizeAsync(HttpContext context, JsonElement order, SignerFault? fault)
    {
        if (Find(order) is not { Enabled: true } credential)
        {
            await ErrorAsync(context, "invalid_request", "Invalid parameter credentialID");
            return;
        }

        string[] hashes = [.. order.GetProperty("hashes").EnumerateArray().Select(one => one.GetString()!)];
        var count = order.GetProperty("numSignatures").GetInt32();
        if (count < 1 || count > credential.Multisign || hashes.Length != count || hashes.Distinct().Count() != count)
        {
            await ErrorAsync(context, "invalid_request", "Numbers of signatures is too high");
            return;
        }

        var asked = new Confirmation(
            Guid.NewGuid().ToString("N"), order.GetProperty("credentialID").GetString()!, hashes, order.GetProperty("hashAlgorithmOID").GetString()!, order.GetProperty("description").GetString()!, clock.GetUtcNow() + Life);
        if (credential.IsAutomatic) asked.State = ConfirmationState.Confirmed;
        Phone.Show(asked);
        if (credential.IsAutomatic) await AnswerAsync(context, Granted(asked), fault);
        else await AnswerAsync(context, new { handle = asked.Handle }, fault, 202);
    }

    /// <summary>Written as the specification writes it: no naming policy makes it small.</summary>
    private static Dictionary<string, object> Granted(Confirmation asked) => new() { ["SAD"] = asked.Activation, ["expiresIn"] = 300 };

    private async Task CheckAsync(HttpContext context, JsonElement order, SignerFault? fault)
    {
        var handle = order.GetProperty("handle").GetString()!.Split('/')[0];
        var asked = Phone.Find(one => one.Handle == handle);
        switch (asked)
        {
            case { State: ConfirmationState.Refused }:
                await ErrorAsync(context, "access_denied", "The user has denied the request");
                break;
            case { State: ConfirmationState.Confirmed }:
                if (ForgetsHandles) asked.State = ConfirmationState.Used;
                await AnswerAsync(context, Granted(asked), fault);
                break;
            case not null when asked.IsOpenAt(clock.GetUtcNow()):
                await AnswerAsync(context, new { handle = ChangesHandles ? FormattableString.Invariant($"{handle}/{Calls.Count}") : handle }, fault, 202);
                break;
            default:
                await ErrorAsync(context, "invalid_request", "Invalid parameter handle");
                break;
        }
    }

    private async Task SignAsync(HttpContext context, JsonElement order, SignerFault? fault)
    {
        var activation = order.GetProperty("SAD").GetString();
        var asked = Phone.Find(one => one.Activation == activation);
        string[] hashes = [.. order.GetProperty("hashes").EnumerateArray().Select(one => one.GetString()!)];
        var oid = order.GetProperty("signAlgo").GetString()!;
        if (Find(order) is not { } credential || asked?.Credential != order.GetProperty("credentialID").GetString())
            await ErrorAsync(context, "invalid_request", "Invalid parameter SAD");
        // A handle that is forgotten leaves its activation data good; used up they are when all has been signed.
        else if (asked!.State is ConfirmationState.Open or ConfirmationState.Refused || !signed.TryAdd(activation!, true))
            await ErrorAsync(context, "invalid_request", "Invalid parameter SAD");
        else if (hashes.Except(asked.Hashes).Any())
            await ErrorAsync(context, "invalid_request", "Hash is not authorized by the SAD");
        else if (!credential.Algorithms.Contains(oid) && !(oid.StartsWith("1.2.840.10045.4.3.", StringComparison.Ordinal) && credential.Algorithms.Contains("1.2.840.10045.2.1")))
            await ErrorAsync(context, "invalid_request", "Invalid parameter signAlgo");
        else
            await AnswerAsync(context, new { signatures = hashes.Select(hash => Sign(credential, order, oid, asked.HashAlgorithm, Convert.FromBase64String(hash), fault)).ToList() }, fault);
    }

    private static byte[] Sign(SignerCredential credential, JsonElement order, string oid, string authorizedHash, byte[] digest, SignerFault? fault)
    {
        if (fault is SignerFault.WrongValue) digest[0] ^= 1;
        var named = oid switch
        {
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            // Named beside it, where the algorithm's own name says nothing of the hash.
            _ => order.GetProperty("hashAlgorithmOID").GetString() switch { "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256, "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 },
        };
        var expected = authorizedHash[^1..] switch { "1" => HashAlgorithmName.SHA256, "2" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        if (named != expected) throw new InvalidOperationException("authorised with another hash algorithm");
        if (oid == "1.2.840.113549.1.1.10" && order.GetProperty("signAlgoParams").GetBytesFromBase64() is not [0x30, ..]) throw new InvalidOperationException("PSS without parameters");
        return credential.Identity.Key is ECDsa ecdsa
            ? ecdsa.SignHash(digest, credential.RawEcdsa ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation : DSASignatureFormat.Rfc3279DerSequence)
            : ((RSA)credential.Identity.Key).SignHash(digest, named, oid == "1.2.840.113549.1.1.10" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    private SignerCredential? Find(JsonElement order) => credentials.GetValueOrDefault(order.GetProperty("credentialID").GetString() ?? "");

    private static Task ErrorAsync(HttpContext context, string error, string description, int status = 400)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error, error_description = description });
    }
}
