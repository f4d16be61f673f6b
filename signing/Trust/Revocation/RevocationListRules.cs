using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>Whether a revocation list may be believed for a certificate, and what it then says (RFC 5280, 6.3.3). Complete, direct lists only.</summary>
public static class RevocationListRules
{
    private const string IssuingDistributionPoint = "2.5.29.28";
    private const string DeltaIndicator = "2.5.29.27";
    private const string ExpiredOnList = "2.5.29.60";
    private const string DistributionPoints = "2.5.29.31";

    // Authority key identifier, number, issuing distribution point, freshest list, authority information, expired certificates.
    private static readonly HashSet<string> Understood = ["2.5.29.35", "2.5.29.20", IssuingDistributionPoint, "2.5.29.46", "1.3.6.1.5.5.7.1.1", ExpiredOnList];
    private static readonly Asn1Tag Constructed0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    public static RevocationVerdict Judge(RevocationList list, X509Certificate2 certificate, X509Certificate2 issuer, RevocationTerms terms)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(issuer);
        return Unusable(list, issuer) as RevocationVerdict ?? JudgeSigned(list, certificate, terms);
    }

    /// <summary>Why a list proves nothing, whatever the certificate. The signature goes over the whole list, so it is asked for once.</summary>
    internal static RevocationVerdict.CouldNotCheck? Unusable(RevocationList list, X509Certificate2 issuer)
    {
        if (!list.Issuer.Span.SequenceEqual(issuer.SubjectName.RawData)) return No("crl-other-issuer", "the list is another authority's");
        if (list.Extensions.FirstOrDefault(extension => extension.Oid == DeltaIndicator) is not null) return No("crl-delta", "lists of changes are not supported");
        if (list.Extensions.FirstOrDefault(extension => extension.Critical && !Understood.Contains(extension.Oid)) is { } critical)
            return No("crl-critical-extension", $"the list has a critical extension, {critical.Oid}, that is not understood");
        try
        {
            if (!CertificateRules.MaySignLists(issuer)) return No("crl-issuer-usage", "the issuer's key is not for signing lists");
        }
        catch (CryptographicException unreadable)
        {
            return No("crl-issuer-usage", "the issuer's certificate cannot be read: " + unreadable.Message);
        }

        return list.Part.Verify(issuer) switch
        {
            LinkVerdict.Signed => null,
            LinkVerdict.Weak => No("crl-weak", "the list is signed by an algorithm that is too weak"),
            _ => No("crl-signature", "the list is not signed by its issuer"),
        };
    }

    /// <summary>What a list says for which <see cref="Unusable"/> had no objection.</summary>
    internal static RevocationVerdict JudgeSigned(RevocationList list, X509Certificate2 certificate, RevocationTerms terms)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(terms);
        try
        {
            var scope = RevocationReading.Typed("crl-encoding", () => OutOfScope(list, certificate));
            if (scope is not null) return scope;
            var source = new RevocationSource(RevocationSourceKind.RevocationList, list.ThisUpdate, list.NextUpdate, list.Encoded);
            if (list.Find(certificate.SerialNumberBytes.Span) is { } entry)
                return EvidenceTime.Revoked(source, entry.KeyInDoubtSince < entry.RevokedAt ? entry.KeyInDoubtSince.Value : entry.RevokedAt, entry.Reason, terms);
            var expired = RevocationReading.Typed("crl-encoding", () => RevocationReading.GeneralizedTime(list.Extensions, ExpiredOnList));
            return EvidenceTime.Good(source, certificate, expired, terms);
        }
        catch (RevocationFormatException unreadable)
        {
            return No(unreadable.Code, unreadable.Message);
        }
    }

    // RFC 5280, 5.2.5: a list may be for a part of the certificates only.
    private static RevocationVerdict.CouldNotCheck? OutOfScope(RevocationList list, X509Certificate2 certificate)
    {
        if (list.Extensions.FirstOrDefault(extension => extension.Oid == IssuingDistributionPoint) is not { } extension) return null;
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()?.CertificateAuthority ?? false;
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            if (tag == Constructed0)
            {
                if (!Listed(reader.ReadSequence(Constructed0), certificate)) return No("crl-other-scope", "the list is for certificates that name another place");
                continue;
            }

            if (tag.TagValue == 3) return No("crl-other-scope", "the list is for some reasons only");
            if (!reader.ReadBoolean(tag)) continue;
            switch (tag.TagValue)
            {
                case 1 when isAuthority: return No("crl-other-scope", "the list is for end certificates");
                case 2 when !isAuthority: return No("crl-other-scope", "the list is for authorities");
                case 1 or 2: break;
                case 4: return No("crl-indirect", "lists that speak for several authorities are not supported");
                default: return No("crl-other-scope", "the list is for certificates of another kind");
            }
        }

        return null;
    }

    // 6.3.3 (b)(2)(i): one of the list's own names is one of those under which the certificate is to be looked up.
    private static bool Listed(AsnReader point, X509Certificate2 certificate)
    {
        if (point.PeekTag() != Constructed0) return false;
        var names = Names(point.ReadSequence(Constructed0));
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == DistributionPoints) is not { } extension) return false;
        var points = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (points.HasData)
        {
            var own = points.ReadSequence();
            if (!RevocationReading.Next(own, Constructed0)) continue;
            var name = own.ReadSequence(Constructed0);
            // With reasons or an issuer of its own, the place is for an indirect or a partial list.
            if (own.HasData || name.PeekTag() != Constructed0) continue;
            if (Names(name.ReadSequence(Constructed0)).Exists(one => names.Exists(other => other.Span.SequenceEqual(one.Span)))) return true;
        }

        return false;
    }

    private static List<ReadOnlyMemory<byte>> Names(AsnReader list)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        while (list.HasData) names.Add(list.ReadEncodedValue());
        return names;
    }

    private static RevocationVerdict.CouldNotCheck No(string code, string reason) => new(code, reason);
}
