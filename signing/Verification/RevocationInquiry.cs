using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Verification;

/// <summary>What revocation says of a path at a time. "Revoked" and "could not check" never end in the same sub-indication.</summary>
internal sealed class RevocationInquiry(RevocationEvidence evidence, DateTimeOffset now)
{
    public IReadOnlyList<CertificateStanding> Look(CertificatePath path, DateTimeOffset at) => evidence.Judge(path, new RevocationTerms(at, now));

    public static RevocationState StateOf(IReadOnlyList<CertificateStanding> standings)
    {
        if (standings.Any(standing => standing.Verdict is RevocationVerdict.Revoked)) return RevocationState.Revoked;
        return standings.All(standing => standing.Verdict is RevocationVerdict.Good) ? RevocationState.Good : RevocationState.CouldNotCheck;
    }

    /// <summary>
    /// EN 319 102-1, 5.2.6 and 5.5: revoked before the use is proven leaves open when it was used; only what shows that it was used
    /// later makes it a failure.
    /// </summary>
    /// <param name="usedAfter">A time before which the key cannot have been used for this; null when nothing shows one.</param>
    /// <param name="what">Whose certificate: the codes begin with it.</param>
    public static Finding? Objection(IReadOnlyList<CertificateStanding> standings, DateTimeOffset? usedAfter, string what)
    {
        for (var i = standings.Count - 1; i >= 0; i--)
        {
            if (standings[i].Verdict is not RevocationVerdict.Revoked revoked) continue;
            // The common name alone: a subject may hold a person's identity number.
            var name = standings[i].Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
            var reason = FormattableString.Invariant($"{name} is revoked since {revoked.Since:yyyy-MM-dd HH:mm:ss} UTC ({revoked.Reason})");
            if (i > 0) return Findings.Untrusted(SubIndication.RevokedCaNoPoe, what + "-issuer-revoked", reason);
            return usedAfter >= revoked.Since
                ? new Finding(IntegrityWord.Valid, Indication.TotalFailed, SubIndication.Revoked, what + "-revoked", reason + ", and it was used after that")
                : Findings.Untrusted(SubIndication.RevokedNoPoe, what + "-revoked", reason + ", and nothing proves that it was used before");
        }

        return standings.Select(standing => standing.Verdict).OfType<RevocationVerdict.CouldNotCheck>().FirstOrDefault() is { } unknown
            ? Findings.Untrusted(SubIndication.TryLater, what + "-revocation-unknown", $"{unknown.Reason} ({unknown.Code})")
            : null;
    }
}
