using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust;

/// <summary>
/// Finds and validates a path from a certificate to an anchor at a time, from supplied certificates only (RFC 5280, 6.1).
/// Pure: no machine store, no network, no clock. Revocation is not looked at here.
/// </summary>
public static class ChainBuilder
{
    private const int MaxDepth = 8;
    // Certificates made to look like each other's issuers would otherwise cost exponential time.
    private const int MaxLinks = 100;

    public static CertificatePath Find(X509Certificate2 certificate, IEnumerable<X509Certificate2> supplied, TrustAnchors anchors, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(supplied);
        ArgumentNullException.ThrowIfNull(anchors);
        var search = new Search([.. supplied.DistinctBy(candidate => candidate.Thumbprint)], anchors, at);
        try
        {
            search.Extend([certificate], weak: false);
        }
        catch (CryptographicException unreadable)
        {
            search.Offer(new CertificatePath(PathStatus.Constraint, [certificate], "a certificate cannot be read: " + unreadable.Message));
        }

        return search.Best ?? new CertificatePath(PathStatus.NoAnchor, [certificate], "no path leads to a trust anchor");
    }

    private sealed class Search(IReadOnlyList<X509Certificate2> supplied, TrustAnchors anchors, DateTimeOffset at)
    {
        private int links;

        public CertificatePath? Best { get; private set; }

        public void Offer(CertificatePath path)
        {
            if (Best is null || path.Status < Best.Status) Best = path;
        }

        public void Extend(IReadOnlyList<X509Certificate2> path, bool weak)
        {
            var last = path[^1];
            // The end certificate itself may be trusted by decision.
            foreach (var anchor in anchors.Anchors.Where(anchor => Same(anchor.Certificate, last))) Judge(path, anchor, weak);
            foreach (var anchor in anchors.Anchors.Where(anchor => !path.Any(member => Same(member, anchor.Certificate))))
            {
                if (Link(last, anchor.Certificate) is { } verdict) Judge([.. path, anchor.Certificate], anchor, weak || verdict == LinkVerdict.Weak);
                if (Best?.Status == PathStatus.Valid) return;
            }

            if (path.Count >= MaxDepth) return;
            foreach (var issuer in supplied.Where(issuer => !path.Any(member => Same(member, issuer))))
            {
                if (Link(last, issuer) is { } verdict) Extend([.. path, issuer], weak || verdict == LinkVerdict.Weak);
                if (Best?.Status == PathStatus.Valid) return;
            }
        }

        private LinkVerdict? Link(X509Certificate2 certificate, X509Certificate2 issuer)
        {
            if (!CertificateLink.NamesMeet(certificate, issuer) || links == MaxLinks) return null;
            links++;
            var verdict = CertificateLink.Verify(certificate, issuer);
            return verdict == LinkVerdict.NotSigned ? null : verdict;
        }

        private void Judge(IReadOnlyList<X509Certificate2> path, TrustAnchor anchor, bool weak)
        {
            var below = 0;
            for (var i = 0; i < path.Count; i++)
            {
                var reason = CertificateRules.Extensions(path[i]) ?? (i > 0 ? CertificateRules.Authority(path[i], below) : null);
                if (reason is not null)
                {
                    Offer(new CertificatePath(PathStatus.Constraint, path, reason));
                    return;
                }

                // RFC 5280, 6.1.4 (l): a self-issued certificate does not count.
                if (i > 0 && !CertificateLink.NamesMeet(path[i], path[i])) below++;
            }

            Offer(new CertificatePath(StatusInTime(path, anchor, weak, out var inTime), path, inTime));
        }

        private PathStatus StatusInTime(IReadOnlyList<X509Certificate2> path, TrustAnchor anchor, bool weak, out string reason)
        {
            reason = "a certificate of the path is signed by an algorithm that is too weak";
            if (weak) return PathStatus.WeakAlgorithm;
            reason = "the trust in the anchor does not hold at that time";
            if (!anchor.HoldsAt(at)) return PathStatus.IssuerOutOfTime;
            reason = "an issuer's certificate is not valid at that time";
            if (path.Skip(1).Any(issuer => !InTime(issuer, at))) return PathStatus.IssuerOutOfTime;
            reason = "the signer's certificate is not valid at that time";
            if (!InTime(path[0], at)) return PathStatus.SignerOutOfTime;
            reason = "";
            return PathStatus.Valid;
        }
    }

    internal static bool InTime(X509Certificate2 certificate, DateTimeOffset at) =>
        at >= certificate.NotBefore.ToUniversalTime() && at <= certificate.NotAfter.ToUniversalTime();

    private static bool Same(X509Certificate2 one, X509Certificate2 other) => one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);
}
