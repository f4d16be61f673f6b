using ECopy.Functions.Domain;
using ECopy.Signing.Keys;

namespace ECopy.Functions.RemoteSigning;

/// <summary>Opens keys at signing services; nothing is asked yet.</summary>
internal sealed class RemoteKeys(RemoteServices services, SharedConfirmations confirmations)
{
    /// <summary><c>remote-signing-none</c>, <c>remote-signing-not-configured</c>; <see cref="KeyRefusedException"/> for an algorithm that is not of this key.</summary>
    public Result<ISigningKey> Open(RemoteKeyId key, CertificateChain chain, SignatureAlgorithm? algorithm)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(chain);
        if (services.Find(key.Service) is { IsRejected: true } missing) return missing.Rejection!;
        algorithm ??= SignatureAlgorithm.DefaultFor(chain.Signer);
        algorithm.RequireFor(chain.Signer);
        return new RemoteSigningKey(confirmations, key, chain, algorithm);
    }
}

/// <summary>
/// A key at a signing service: the digest goes there, its holder confirms on a device of their own, the value comes back and is
/// checked against the certificate before anybody gets it. This program can neither confirm nor take the key away.
/// </summary>
internal sealed class RemoteSigningKey(SharedConfirmations confirmations, RemoteKeyId key, CertificateChain chain, SignatureAlgorithm algorithm) : ISigningKey
{
    public CertificateChain Chain => chain;

    public SignatureAlgorithm Algorithm => algorithm;

    public bool NeedsAuthorization => true;

    public async Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Digest.Length != algorithm.HashLength) throw new ArgumentException($"the digest does not fit {algorithm.Id}", nameof(order));
        var answer = await confirmations.SignAsync(key, algorithm, order, cancellationToken);
        if (answer is not SigningAnswer.Signed signed) return answer;
        return Checked(order.Digest.Span, signed.Value.ToArray()) is { } value ? new SigningAnswer.Signed(value) : new SigningAnswer.Refused("signing-key-failed", "remote-signing-wrong-signature");
    }

    /// <summary>CSC leaves open how ECDSA values are written: services give a DER sequence, or r and s side by side.</summary>
    private byte[]? Checked(ReadOnlySpan<byte> digest, byte[] value)
    {
        if (algorithm.Verify(chain.Signer, digest, value)) return value;
        return algorithm.Scheme is SignatureScheme.Ecdsa && EcdsaValue.ToDer(value) is { } der && algorithm.Verify(chain.Signer, digest, der) ? der : null;
    }
}
