using ECopy.Signing.Keys;

namespace ECopy.Functions.KeyVault;

/// <summary>
/// A key in an Azure Key Vault: the digest goes there, the signature comes back and is checked against the certificate before
/// anybody gets it. Whoever holds this program's identity can have things signed, so a person's sole control is as good as the
/// vault's own rules; what nobody can do is take the key away.
/// </summary>
internal sealed class VaultSigningKey(KeyVaults vaults, VaultKeyId key, string vaultAlgorithm, CertificateChain chain, SignatureAlgorithm algorithm) : ISigningKey
{
    public CertificateChain Chain => chain;

    public SignatureAlgorithm Algorithm => algorithm;

    public bool NeedsAuthorization => false;

    public async Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Digest.Length != algorithm.HashLength) throw new ArgumentException($"the digest does not fit {algorithm.Id}", nameof(order));
        var signed = await vaults.SignAsync(key, vaultAlgorithm, order.Digest, cancellationToken);
        if (signed.IsRejected) return new SigningAnswer.Refused("signing-key-failed", signed.Rejection!.Code);
        // The vault gives r and s side by side (RFC 7518, 3.4).
        var value = algorithm.Scheme is SignatureScheme.Ecdsa ? EcdsaValue.ToDer(signed.Value) : signed.Value;
        return value is not null && algorithm.Verify(chain.Signer, order.Digest.Span, value)
            ? new SigningAnswer.Signed(value)
            : new SigningAnswer.Refused("signing-key-failed", "key-vault-wrong-signature");
    }
}
