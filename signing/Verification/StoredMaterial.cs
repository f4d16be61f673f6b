using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Verification;

/// <summary>What a revision keeps for its own validation: certificates and evidence, none of it believed before it is judged.</summary>
internal sealed class StoredMaterial
{
    // Chains of a few signers have some tens; each more costs a verification.
    private const int MostCertificates = 64;
    private const int MostEvidence = 64;

    private StoredMaterial(ValidationMaterial store)
    {
        HasBoth = store.Certificates.Count > 0 && store.OcspAnswers.Count + store.RevocationLists.Count > 0;
        Certificates = Load(store.Certificates);
        Evidence = RevocationEvidence.Read(store.OcspAnswers.Take(MostEvidence), store.RevocationLists.Take(MostEvidence));
    }

    /// <summary>Certificates and evidence are there (level B-LT).</summary>
    public bool HasBoth { get; }

    public IReadOnlyList<X509Certificate2> Certificates { get; }

    public RevocationEvidence Evidence { get; }

    public static StoredMaterial Of(PdfRevision revision)
    {
        try
        {
            return new StoredMaterial(SecurityStore.Read(revision));
        }
        catch (SignatureRefusedException)
        {
            // Whoever put it there is named by the rules about revisions.
            return new StoredMaterial(ValidationMaterial.Empty);
        }
    }

    private static List<X509Certificate2> Load(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var certificates = new List<X509Certificate2>();
        foreach (var encoded in pieces.Take(MostCertificates))
        {
            try
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(encoded.Span));
            }
            catch (CryptographicException)
            {
                // A piece that is no certificate helps nobody, and harms nobody.
            }
        }

        return certificates;
    }
}
