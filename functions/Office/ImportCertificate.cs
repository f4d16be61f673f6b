using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Office;

/// <param name="Holder">Person id; null: the agency's seal.</param>
/// <param name="File">PKCS#12.</param>
/// <param name="Issuers">Certificates above it, where the file holds none: PEM or DER.</param>
internal sealed record CertificateImport(string Agency, string? Holder, ReadOnlyMemory<byte> File, string Password, ReadOnlyMemory<byte> Issuers = default);

/// <summary>Takes a signing certificate in together with its key, which is kept on this machine, and gives it to its holder.</summary>
internal sealed class ImportCertificate(GiveCertificate give, KeyFolder keys)
{
    public const int MostBytes = 200_000;

    /// <summary>Rejects <c>signing-key-unusable</c> (reason), <c>certificate-…</c>, <c>person-unknown</c>, <c>agency-unknown</c>.</summary>
    public async Task<Result<OfficeCertificate>> RunAsync(CertificateImport import, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(import);
        var holder = await give.FindHolderAsync(import.Agency, import.Holder, cancellationToken);
        if (holder.IsRejected) return holder.Rejection!;
        var opened = Open(import);
        if (opened.IsRejected) return opened.Rejection!;
        using var signer = opened.Value.Signer;
        var chain = await give.CheckAsync(holder.Value, signer, opened.Value.Others, cancellationToken);
        if (chain.IsRejected) return chain.Rejection!;

        var name = KeyRing.Thumbprint(signer.RawData)[..32];
        await keys.AddAsync(name, signer, chain.Value.Certificates.Skip(1), cancellationToken);
        return await give.RunAsync(holder.Value, chain.Value, KeyRing.Location(name), null, actor, cancellationToken);
    }

    private static Result<(X509Certificate2 Signer, List<X509Certificate2> Others)> Open(CertificateImport import)
    {
        if (import.File.Length is 0 or > MostBytes || import.Issuers.Length > MostBytes) return Unusable("key-file-unreadable");
        try
        {
            // The same gate as when it will be used: one key, of an allowed kind and size.
            using (var key = Pkcs12SigningKey.Load(import.File.Span, import.Password))
            {
                if (!Works(key)) return Unusable("key-of-another-certificate");
            }

            var issuers = GiveCertificate.ReadIssuers(import.Issuers);
            if (issuers.IsRejected) return issuers.Rejection!;
            var all = X509CertificateLoader.LoadPkcs12Collection(import.File.Span, import.Password, X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);
            return (all.Single(one => one.HasPrivateKey), [.. all.Where(one => !one.HasPrivateKey), .. issuers.Value]);
        }
        catch (KeyRefusedException refused)
        {
            return Unusable(refused.Code);
        }
    }

    /// <summary>Signs something of no meaning: a key that does not belong to the certificate shows here, not at the first copy.</summary>
    private static bool Works(Pkcs12SigningKey key)
    {
        var digest = RandomNumberGenerator.GetBytes(key.Algorithm.HashLength);
        var answer = key.SignAsync(new SigningOrder(digest, "import", null), CancellationToken.None);
        return answer is { IsCompletedSuccessfully: true, Result: SigningAnswer.Signed signed } && key.Algorithm.Verify(key.Chain.Signer, digest, signed.Value.Span);
    }

    private static Rejection Unusable(string reason) => new("signing-key-unusable", new Dictionary<string, string> { ["reason"] = reason, ["kind"] = reason });
}
