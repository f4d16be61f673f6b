using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Office;

/// <summary>Finds the key that a person or an agency signs with, and refuses it while its certificate may not be used.</summary>
internal sealed class SignerCertificates(OfficeDirectory office, IKeyRing keys, TimeProvider clock)
{
    /// <summary>The official's key, or <c>certificate-…</c> / <c>signing-key-…</c>.</summary>
    public Task<Result<ISigningKey>> ForPersonAsync(Person person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        return FindAsync(person.Agency, person.Certificate, person.PersonId, cancellationToken);
    }

    /// <summary>The agency's key.</summary>
    public Task<Result<ISigningKey>> ForSealAsync(Agency agency, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agency);
        return FindAsync(agency.Code, agency.SealCertificate, null, cancellationToken);
    }

    /// <summary>The key that a signature was prepared for, whatever certificate the signer has by now.</summary>
    public async Task<Result<ISigningKey>> ForPreparedAsync(string agency, X509Certificate2 signer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var certificate = await office.FindCertificateAsync(agency, KeyRing.Thumbprint(signer.RawData), cancellationToken);
        return certificate is null ? new Rejection("certificate-missing") : keys.Open(certificate);
    }

    private async Task<Result<ISigningKey>> FindAsync(string agency, string? thumbprint, string? holder, CancellationToken cancellationToken)
    {
        if (thumbprint is null) return new Rejection("certificate-missing");
        var certificate = await office.FindCertificateAsync(agency, thumbprint, cancellationToken);
        if (certificate is null) return new Rejection("certificate-missing");
        if (certificate.Holder != holder) return new Rejection("certificate-wrong-holder");

        var chain = new CertificateChain([.. certificate.Chain.Select(der => OfficeDirectory.CertificateOf(BlobPaths.Certificate(agency, thumbprint), der))]);
        var problems = SignerCertificateCheck.Run(chain, new ExpectedSigner(thumbprint, null), await office.TrustAnchorsAsync(cancellationToken), clock.GetUtcNow());
        return problems is [var first, ..] ? new Rejection(first.Code, "reason", first.Reason) : keys.Open(certificate);
    }
}
