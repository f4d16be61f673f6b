using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Functions.TrustServices;

/// <summary>A timestamp authority over HTTP (RFC 3161, 3.4).</summary>
internal sealed class HttpTimestampTransport(TrustServiceDoor door, Uri address, TimeSpan patience) : ITimestampTransport
{
    private const int MostAnswer = 256 * 1024;

    public Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        door.AskAsync(address, ("application/timestamp-query", request), MostAnswer, patience, cancellationToken);
}

/// <summary>OCSP responders and revocation lists over HTTP, for the issuers that the settings name.</summary>
internal sealed partial class HttpRevocationTransport(TrustServiceDoor door, TrustServiceOptions options, ILogger<HttpRevocationTransport> log) : IRevocationTransport
{
    private const int MostAnswer = 256 * 1024;
    private const int MostList = 64 * 1024 * 1024;

    public Task<ReadOnlyMemory<byte>?> AskAsync(X509Certificate2 issuer, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        FetchAsync(options.For(issuer)?.Ocsp, ("application/ocsp-request", request), MostAnswer, cancellationToken);

    public Task<ReadOnlyMemory<byte>?> FetchListAsync(X509Certificate2 issuer, CancellationToken cancellationToken) =>
        FetchAsync(options.For(issuer)?.List, null, MostList, cancellationToken);

    private async Task<ReadOnlyMemory<byte>?> FetchAsync(Uri? address, (string Type, ReadOnlyMemory<byte> Body)? question, int most, CancellationToken cancellationToken)
    {
        if (address is null) return null;
        try
        {
            return await door.AskAsync(address, question, most, options.RevocationPatience, cancellationToken);
        }
        catch (TransientException silent)
        {
            LogSilent(address.Host, silent.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 601, Level = LogLevel.Warning, Message = "Revocation could not be asked of {Host}: {Reason}")]
    private partial void LogSilent(string host, string reason);
}
