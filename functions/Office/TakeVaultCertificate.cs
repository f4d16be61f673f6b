using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Office;

/// <param name="Holder">Person id; null: the agency's seal.</param>
/// <param name="Vault">Its address; null: the only one configured.</param>
/// <param name="Certificate">Name of a certificate in the vault, or NAME/VERSION; without a version, the one that is in force there now.</param>
/// <param name="Issuers">Certificates above it: the vault gives the end certificate only.</param>
/// <param name="Algorithm">Null: the usual one of the key.</param>
internal sealed record VaultCertificateOrder(string Agency, string? Holder, string? Vault, string Certificate, ReadOnlyMemory<byte> Issuers = default, string? Algorithm = null);

/// <summary>
/// Takes a certificate whose key lies in an Azure Key Vault and gives it to its holder, by the same rules as an imported one.
/// The record names the key's version: a certificate renewed in the vault is taken anew, and copies that are being signed keep theirs.
/// </summary>
internal sealed class TakeVaultCertificate(GiveCertificate give, KeyVaults vaults)
{
    /// <summary>Rejects <c>key-vault-…</c>, <c>signing-key-unusable</c> (reason), <c>certificate-…</c>, <c>person-unknown</c>, <c>agency-unknown</c>.</summary>
    public async Task<Result<OfficeCertificate>> RunAsync(VaultCertificateOrder order, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var holder = await give.FindHolderAsync(order.Agency, order.Holder, cancellationToken);
        if (holder.IsRejected) return holder.Rejection!;
        var vault = vaults.Find(order.Vault);
        if (vault.IsRejected) return vault.Rejection!;
        var issuers = GiveCertificate.ReadIssuers(order.Issuers);
        if (issuers.IsRejected) return issuers.Rejection!;
        try
        {
            var name = order.Certificate.Trim().Split('/');
            if (name.Length > 2) return new Rejection("key-vault-name-invalid");
            var found = await vaults.ReadCertificateAsync(vault.Value, name[0], name.ElementAtOrDefault(1), cancellationToken);
            if (found.IsRejected) return found.Rejection!;
            using var signer = X509CertificateLoader.LoadCertificate(found.Value.Der);
            var chain = await give.CheckAsync(holder.Value, signer, issuers.Value, cancellationToken);
            if (chain.IsRejected) return chain.Rejection!;
            var algorithm = order.Algorithm is { } id ? SignatureAlgorithm.Parse(id) : null;
            if (await TryAsync(found.Value.Key, chain.Value, algorithm, cancellationToken) is { } refused) return refused;
            return await give.RunAsync(holder.Value, chain.Value, KeyRing.Location(found.Value.Key), algorithm, actor, cancellationToken);
        }
        catch (CryptographicException)
        {
            return VaultMessages.Wrong("no certificate");
        }
        catch (KeyRefusedException refused)
        {
            return new Rejection("signing-key-unusable", new Dictionary<string, string> { ["reason"] = refused.Code, ["kind"] = refused.Code });
        }
        catch (TransientException fault)
        {
            return new Rejection("key-vault-unreachable", "reason", fault.Message);
        }
    }

    /// <summary>Signs something of no meaning: rights that are missing and a key of another certificate show here, not at the first copy.</summary>
    private async Task<Rejection?> TryAsync(VaultKeyId id, CertificateChain chain, SignatureAlgorithm? algorithm, CancellationToken cancellationToken)
    {
        var key = vaults.Open(id, chain, algorithm);
        if (key.IsRejected) return key.Rejection;
        var digest = RandomNumberGenerator.GetBytes(key.Value.Algorithm.HashLength);
        return await key.Value.SignAsync(new SigningOrder(digest, "import", null), cancellationToken) is SigningAnswer.Refused refused ? new Rejection(refused.Reason) : null;
    }
}
