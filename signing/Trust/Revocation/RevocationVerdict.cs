using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>CRLReason (RFC 5280, 5.3.1).</summary>
public enum RevocationReason
{
    Unspecified = 0,
    KeyCompromise = 1,
    AuthorityCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromList = 8,
    PrivilegeWithdrawn = 9,
    AttributeAuthorityCompromise = 10,
}

public enum RevocationSourceKind
{
    Ocsp,
    RevocationList,
}

/// <summary>Where an outcome comes from, and how old that is.</summary>
/// <param name="NextUpdate">Null where newer information may come at any time.</param>
/// <param name="Encoded">The evidence itself, as it goes into a DSS.</param>
public sealed record RevocationSource(RevocationSourceKind Kind, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate, ReadOnlyMemory<byte> Encoded);

/// <summary>
/// What the evidence says about one certificate at one time. The three outcomes are types of their own, so that "revoked" and
/// "could not check" can never be taken for each other, or for "good".
/// </summary>
public abstract record RevocationVerdict
{
    private RevocationVerdict()
    {
    }

    /// <summary>Not revoked at that time.</summary>
    /// <param name="RevokedLater">Revoked since, but after that time.</param>
    public sealed record Good(RevocationSource Source, DateTimeOffset? RevokedLater = null) : RevocationVerdict;

    /// <param name="Since">The earlier of the revocation's date and, where the authority says so, the date from which the key was in doubt.</param>
    public sealed record Revoked(RevocationSource Source, DateTimeOffset Since, RevocationReason Reason) : RevocationVerdict;

    /// <summary>Nobody knows. Stable codes: <c>no-evidence</c>, those of <see cref="RevocationFormatException"/>, and what the rules of evidence give.</summary>
    public sealed record CouldNotCheck(string Code, string Reason) : RevocationVerdict;
}

/// <summary>The time that is judged, and what is asked of evidence.</summary>
/// <param name="At">When the certificate was, or is to be, used.</param>
/// <param name="Now">When this is asked; nothing can be known from later.</param>
public sealed record RevocationTerms(DateTimeOffset At, DateTimeOffset Now)
{
    /// <summary>How far clocks may differ.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long evidence counts that does not name its next update.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Checks before signing: the time judged is now.</summary>
    public static RevocationTerms Today(DateTimeOffset now) => new(now, now);
}

/// <summary>One certificate of a path and what is known of it.</summary>
public sealed record CertificateStanding(X509Certificate2 Certificate, RevocationVerdict Verdict);
