using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Demo;

/// <summary>The keys of a demo's past: as they are, but for one copy at a time the key does not sign, as when a token was pulled out.</summary>
internal sealed class DemoKeyRing(IKeyRing keys) : IKeyRing
{
    private volatile string? unsigned;

    /// <summary>The copy that cannot be signed now, or null.</summary>
    public string? Unsigned
    {
        get => unsigned;
        set => unsigned = value;
    }

    public Result<ISigningKey> Open(OfficeCertificate certificate)
    {
        var opened = keys.Open(certificate);
        return opened.IsRejected ? opened.Rejection! : new Key(this, opened.Value);
    }

    private sealed class Key(DemoKeyRing ring, ISigningKey key) : ISigningKey
    {
        public CertificateChain Chain => key.Chain;

        public SignatureAlgorithm Algorithm => key.Algorithm;

        public bool NeedsAuthorization => key.NeedsAuthorization;

        public Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(order);
            return ring.Unsigned is { } copyId && order.Document.EndsWith(copyId, StringComparison.Ordinal)
                ? Task.FromResult<SigningAnswer>(new SigningAnswer.Refused("signing-key-failed", "the demo's key was pulled out"))
                : key.SignAsync(order, cancellationToken);
        }
    }
}
