using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Office;

/// <summary>
/// How certificates of a demo authority are told from real ones: by the authority's name, which every certificate below it
/// carries as its issuer's, and by its key, whatever name that key is given (<see cref="MarkedKey"/>).
/// </summary>
internal static class TestMark
{
    /// <summary>The organisation of every demo authority.</summary>
    public const string Organization = "ECopy BẢN THỬ NGHIỆM";

    private static readonly string Plain = OfficeText.Plain(Organization);

    public static bool IsOn(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Says(certificate.SubjectName) || Says(certificate.IssuerName) || MarkedKey.IsOf(certificate);
    }

    /// <summary>Refuses what belongs to a demo authority in a store that is none.</summary>
    public static Rejection? Refuse(StoreTerms terms, IEnumerable<X509Certificate2> certificates)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return !terms.IsTest && certificates.Any(IsOn) ? new Rejection("certificate-of-demo") : null;
    }

    private static bool Says(X500DistinguishedName name) =>
        OfficeText.Plain(name.Name).Contains(Plain, StringComparison.Ordinal);
}
