using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.RemoteSigning;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Office;

/// <param name="Holder">Person id; null: the agency's seal.</param>
/// <param name="Service">Its name in the settings; null: the only one.</param>
/// <param name="Credential">The credential's id at the service.</param>
/// <param name="Issuers">Certificates above it, where the service gives none.</param>
/// <param name="Algorithm">Null: the usual one of the key.</param>
internal sealed record RemoteCertificateOrder(string Agency, string? Holder, string? Service, string Credential, ReadOnlyMemory<byte> Issuers = default, string? Algorithm = null);

/// <summary>What a service offers, as a person chooses from it.</summary>
internal sealed record OfferedCredential(string Id, string Name, DateTimeOffset Until, bool Usable, int Multisign);

/// <summary>
/// Takes a certificate whose key lies at a signing service (Cloud Signature Consortium) and gives it to its holder, by the same
/// rules as an imported one. Nothing is signed for a trial: that would be a confirmation of the holder's.
/// </summary>
internal sealed class TakeRemoteCertificate(GiveCertificate give, RemoteServices services)
{
    /// <summary>What may be taken. Rejects <c>remote-signing-…</c>.</summary>
    /// <param name="userId">Whose credentials; null where the service knows by the client.</param>
    public async Task<Result<IReadOnlyList<OfferedCredential>>> OfferedAsync(string? service, string? userId, CancellationToken cancellationToken)
    {
        var found = services.Find(service);
        if (found.IsRejected) return found.Rejection!;
        var listed = await services.ListAsync(found.Value, string.IsNullOrWhiteSpace(userId) ? null : userId.Trim(), cancellationToken);
        if (listed.IsRejected) return listed.Rejection!;
        try
        {
            return (Result<IReadOnlyList<OfferedCredential>>)listed.Value.Where(one => RemoteKeyId.IsCredential(one.Id) && one.Chain.Count > 0).Select(one =>
            {
                using var certificate = X509CertificateLoader.LoadCertificate(one.Chain[0]);
                return new OfferedCredential(
                    one.Id, certificate.GetNameInfo(X509NameType.SimpleName, false), certificate.NotAfter.ToUniversalTime(), one is { Enabled: true, AsksByItself: true }, one.Multisign);
            }).ToList();
        }
        catch (CryptographicException)
        {
            return new Rejection("remote-signing-answer-wrong", "reason", "no certificate");
        }
    }

    /// <summary>Rejects <c>remote-signing-…</c>, <c>signing-key-unusable</c> (reason), <c>certificate-…</c>, <c>person-unknown</c>, <c>agency-unknown</c>.</summary>
    public async Task<Result<OfficeCertificate>> RunAsync(RemoteCertificateOrder order, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var holder = await give.FindHolderAsync(order.Agency, order.Holder, cancellationToken);
        if (holder.IsRejected) return holder.Rejection!;
        var service = services.Find(order.Service);
        if (service.IsRejected) return service.Rejection!;
        var issuers = GiveCertificate.ReadIssuers(order.Issuers);
        if (issuers.IsRejected) return issuers.Rejection!;
        var name = order.Credential.Trim();
        if (!RemoteKeyId.IsCredential(name)) return new Rejection("remote-signing-credential-missing");
        var found = await services.ReadAsync(service.Value, name, cancellationToken);
        if (found.IsRejected) return found.Rejection!;
        var credential = found.Value;
        if (!credential.Enabled) return new Rejection("remote-signing-credential-disabled");
        if (!credential.AsksByItself) return new Rejection("remote-signing-mode-unsupported");
        if (credential.Chain.Count == 0) return new Rejection("remote-signing-answer-wrong", "reason", "no certificate");
        try
        {
            using var signer = X509CertificateLoader.LoadCertificate(credential.Chain[0]);
            var chain = await give.CheckAsync(holder.Value, signer, [.. credential.Chain.Skip(1).Select(der => X509CertificateLoader.LoadCertificate(der)), .. issuers.Value], cancellationToken);
            if (chain.IsRejected) return chain.Rejection!;
            var algorithm = order.Algorithm is { } id ? SignatureAlgorithm.Parse(id) : SignatureAlgorithm.DefaultFor(signer);
            algorithm.RequireFor(signer);
            if (RemoteMessages.NameOf(algorithm, credential.Algorithms) is null) return new Rejection("remote-signing-algorithm", "algorithm", algorithm.Id);
            return await give.RunAsync(holder.Value, chain.Value, KeyRing.Location(new RemoteKeyId(service.Value.Name, name)), order.Algorithm is null ? null : algorithm, actor, cancellationToken);
        }
        catch (CryptographicException)
        {
            return new Rejection("remote-signing-answer-wrong", "reason", "no certificate");
        }
        catch (KeyRefusedException refused)
        {
            return new Rejection("signing-key-unusable", new Dictionary<string, string> { ["reason"] = refused.Code, ["kind"] = refused.Code });
        }
    }
}
