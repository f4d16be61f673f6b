using System.Formats.Asn1;
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
        var value = algorithm.Scheme is SignatureScheme.Ecdsa ? ToDer(signed.Value) : signed.Value;
        return value is not null && algorithm.Verify(chain.Signer, order.Digest.Span, value)
            ? new SigningAnswer.Signed(value)
            : new SigningAnswer.Refused("signing-key-failed", "key-vault-wrong-signature");
    }

    /// <summary>The vault gives r and s side by side, as long as the curve's order (RFC 7518, 3.4); a CMS wants a DER sequence (RFC 5753, 2.1.1).</summary>
    private static byte[]? ToDer(ReadOnlySpan<byte> both)
    {
        if (both.Length == 0 || both.Length % 2 != 0) return null;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteNumber(writer, both[..(both.Length / 2)]);
            WriteNumber(writer, both[(both.Length / 2)..]);
        }

        return writer.Encode();
    }

    private static void WriteNumber(AsnWriter writer, ReadOnlySpan<byte> number)
    {
        var trimmed = number.TrimStart((byte)0);
        writer.WriteIntegerUnsigned(trimmed.IsEmpty ? [0] : trimmed);
    }
}
