using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.RemoteSigning;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.Signing.Keys;
using ECopy.TestKit;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.RemoteSigning;

/// <summary>A signing service, a store, a clock that a test sets, and programs that come and go over them.</summary>
internal sealed class RemoteBench : IAsyncDisposable
{
    public const string Credential = "GX0112348";
    private static readonly TestPki Pki = TestPki.Instance;
    private readonly TemporaryFolder folder = new(inMemory: true);
    private readonly ILoggerFactory logging;
    private readonly RemoteServices services;

    private RemoteBench(LoopbackSigner signer, SettableTime clock, RemoteService service)
    {
        (Signer, Clock, Service) = (signer, clock, service);
        Store = FileBlobStore.Open(folder.Path);
        services = new RemoteServices([service], clock);
        logging = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
    }

    public LoopbackSigner Signer { get; }

    public SettableTime Clock { get; }

    public RemoteService Service { get; }

    public FileBlobStore Store { get; }

    public CapturedLog Log { get; } = new();

    public VirtualPhone Phone => Signer.Phone;

    public static async Task<RemoteBench> StartAsync(Func<RemoteService, RemoteService>? change = null)
    {
        var clock = new SettableTime(TestPki.Now);
        var signer = await LoopbackSigner.StartAsync(clock);
        return new RemoteBench(signer, clock, change?.Invoke(signer.Service()) ?? signer.Service());
    }

    /// <summary>The key as a program that has just been started sees it.</summary>
    public ISigningKey Open(TestKey kind = TestKey.P256, SignatureAlgorithm? algorithm = null, IBlobStore? store = null) =>
        new RemoteKeys(services, new SharedConfirmations(store ?? Store, services, Clock, logging.CreateLogger<SharedConfirmations>()))
            .Open(new RemoteKeyId(Service.Name, Credential), Pki.Person(kind).Chain, algorithm).Value;

    public SignerCredential Offer(TestKey kind = TestKey.P256, params string[] algorithms) => Signer.Add(Credential, Pki.Person(kind), algorithms);

    public void Pass(TimeSpan time) => Clock.Set(Clock.GetUtcNow() + time);

    public static SigningOrder Order(ISigningKey key, int number = 0) =>
        new(CryptographicOperations.HashData(key.Algorithm.Hash, Encoding.ASCII.GetBytes(FormattableString.Invariant($"copy {number}"))), FormattableString.Invariant($"copy {number}"), null);

    public static Task<SigningAnswer> AskAsync(ISigningKey key, int number = 0) => key.SignAsync(Order(key, number), default);

    /// <summary>Asks as the flow does, letting the time pass that it is told to wait, until there is an answer.</summary>
    public async Task<SigningAnswer> AskToTheEndAsync(ISigningKey key, int number = 0, int most = 400)
    {
        for (var looks = 0; looks < most; looks++)
        {
            var answer = await AskAsync(key, number);
            if (answer is not SigningAnswer.Pending pending) return answer;
            Assert.True(pending.ExpiresAt > Clock.GetUtcNow());
            Pass(pending.LookAgainAt!.Value - Clock.GetUtcNow());
        }

        throw new TimeoutException($"copy {number} still waits");
    }

    public void RequireSigned(SigningAnswer answer, ISigningKey key, int number = 0)
    {
        var signed = answer as SigningAnswer.Signed;
        Assert.True(signed is not null, $"{answer}\n{string.Join('\n', Log.Lines)}");
        Assert.True(key.Algorithm.Verify(key.Chain.Signer, Order(key, number).Digest.Span, signed.Value.Span));
    }

    /// <summary>Nothing that opens anything is in the log, or in clear in the store.</summary>
    public async Task RequireNoSecretsAsync()
    {
        var said = string.Concat(Log.Lines);
        await foreach (var path in Store.ListAsync("", default)) said += Encoding.UTF8.GetString((await Store.ReadAsync(path, default))!.Content.Span);
        Assert.All(Signer.Secrets, secret => Assert.DoesNotContain(secret, said, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        services.Dispose();
        logging.Dispose();
        await Signer.DisposeAsync();
        folder.Dispose();
    }
}
