using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust;

/// <summary>How far a path to an anchor could be validated; the better, the lower.</summary>
public enum PathStatus
{
    Valid,

    /// <summary>Only the end certificate is outside its own dates.</summary>
    SignerOutOfTime,

    /// <summary>An issuer, or the trust in the anchor, does not hold at that time.</summary>
    IssuerOutOfTime,

    /// <summary>SHA-1 or a key too short.</summary>
    WeakAlgorithm,

    /// <summary>An issuer or an extension forbids this path.</summary>
    Constraint,

    /// <summary>Nothing leads to an anchor.</summary>
    NoAnchor,
}

/// <summary>The best path that was found, the end certificate first. Revocation is not part of it.</summary>
/// <param name="Reason">Empty when valid.</param>
public sealed record CertificatePath(PathStatus Status, IReadOnlyList<X509Certificate2> Certificates, string Reason);
