using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>For which times evidence counts; the same for answers and for lists.</summary>
internal static class EvidenceTime
{
    // Revocation is for good: however old the evidence, what was revoked stays so. (A hold that was lifted is seen in newer evidence only.)
    public static RevocationVerdict Revoked(RevocationSource source, DateTimeOffset since, RevocationReason reason, RevocationTerms terms)
    {
        if (FromTheFuture(source, terms) is { } future) return future;
        return since <= terms.At ? new RevocationVerdict.Revoked(source, since, reason) : new RevocationVerdict.Good(source, RevokedLater: since);
    }

    /// <param name="knowsExpiredSince">Of certificates that expired since then, the source still knows; null where it does not say so.</param>
    public static RevocationVerdict Good(RevocationSource source, X509Certificate2 certificate, DateTimeOffset? knowsExpiredSince, RevocationTerms terms)
    {
        if (FromTheFuture(source, terms) is { } future) return future;
        // What was made after the time judged says what was known later, which is better still.
        var until = source.NextUpdate ?? Later(source.ThisUpdate, terms.MaximumAge);
        if (Later(until, terms.ClockTolerance) < terms.At) return new RevocationVerdict.CouldNotCheck("evidence-stale", "the evidence is older than it may be for that time");
        // RFC 5280, 5: entries of expired certificates may be dropped from a list; then their absence says nothing.
        var expiry = certificate.NotAfter.ToUniversalTime();
        if (source.ThisUpdate > expiry && !(knowsExpiredSince <= expiry))
            return new RevocationVerdict.CouldNotCheck("evidence-after-expiry", "the evidence was made after the certificate had expired");
        return new RevocationVerdict.Good(source);
    }

    private static RevocationVerdict.CouldNotCheck? FromTheFuture(RevocationSource source, RevocationTerms terms) =>
        source.ThisUpdate > Later(terms.Now, terms.ClockTolerance) ? new("evidence-from-future", "the evidence is dated after the present") : null;

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => DateTimeOffset.MaxValue - time > by ? time + by : DateTimeOffset.MaxValue;
}
