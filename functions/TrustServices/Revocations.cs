using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Office;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Functions.TrustServices;

/// <summary>Whether certificates are revoked, asked anew each time.</summary>
internal sealed class Revocations(IRevocationTransport transport, OfficeDirectory office, TimeProvider clock)
{
    private readonly RevocationClient client = new(transport, clock);

    /// <summary>About a certificate and those above it.</summary>
    /// <param name="chain">Where its issuers are found, beside the store's anchors.</param>
    /// <param name="at">When it was used; null: now.</param>
    public async Task<RevocationLook> LookAsync(X509Certificate2 certificate, IEnumerable<X509Certificate2> chain, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var path = ChainBuilder.Find(certificate, chain, await office.TrustAnchorsAsync(cancellationToken), at ?? clock.GetUtcNow());
        return await client.LookAsync(path, at, cancellationToken);
    }
}
