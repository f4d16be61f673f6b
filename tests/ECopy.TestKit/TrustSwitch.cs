using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust.Revocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ECopy.TestKit;

/// <summary>How an authority behaves now.</summary>
internal enum AuthorityMood
{
    Well,
    Silent,

    /// <summary>Answers the question before last.</summary>
    Wrong,
    Refusing,
}

/// <summary>The demo's authorities with a switch in front: silent, refusing or wrong until the test says otherwise. Counts what was asked.</summary>
internal sealed class TrustSwitch : ITimestampTransport, IRevocationTransport
{
    private readonly Lock gate = new();
    private DemoTrust? demo;
    private ReadOnlyMemory<byte>? earlier;
    private int timestamps;

    public AuthorityMood Timestamps { get; set; }

    public AuthorityMood Revocation { get; set; }

    /// <summary>Told to each request for a timestamp before it is answered.</summary>
    public Action? BeforeTimestamp { get; set; }

    public int TimestampsAsked => Volatile.Read(ref timestamps);

    /// <summary>Puts the switch in front of an office's authorities, at every start.</summary>
    public void In(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<ITimestampTransport>(provider => Over(provider.GetRequiredService<DemoTrust>())));
        services.Replace(ServiceDescriptor.Singleton<IRevocationTransport>(provider => Over(provider.GetRequiredService<DemoTrust>())));
    }

    public async Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref timestamps);
        BeforeTimestamp?.Invoke();
        switch (Timestamps)
        {
            case AuthorityMood.Silent: throw new TransientException("the test's authority does not answer");
            case AuthorityMood.Refusing: return TimestampResponse.Rejected(PkiFailure.SystemFailure, "not today");
            case AuthorityMood.Wrong when Earlier() is { } other: return other;
            default:
                var answer = await demo!.SendAsync(request, cancellationToken);
                lock (gate) earlier = answer;
                return answer;
        }
    }

    public Task<ReadOnlyMemory<byte>?> AskAsync(X509Certificate2 issuer, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        Revocation is AuthorityMood.Well ? demo!.AskAsync(issuer, request, cancellationToken) : Task.FromResult<ReadOnlyMemory<byte>?>(null);

    public Task<ReadOnlyMemory<byte>?> FetchListAsync(X509Certificate2 issuer, CancellationToken cancellationToken) =>
        Revocation is AuthorityMood.Well ? demo!.FetchListAsync(issuer, cancellationToken) : Task.FromResult<ReadOnlyMemory<byte>?>(null);

    private ReadOnlyMemory<byte>? Earlier()
    {
        lock (gate) return earlier;
    }

    private TrustSwitch Over(DemoTrust trust)
    {
        demo = trust;
        return this;
    }
}
