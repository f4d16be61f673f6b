using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>
/// Carries questions about revocation to whoever speaks for an issuer. Both give null where nobody is known to speak for it, or
/// did not answer now: to the check that is the same, and never "good".
/// </summary>
public interface IRevocationTransport
{
    /// <param name="request">An OCSPRequest; the answer is an OCSPResponse (RFC 6960, appendix A).</param>
    Task<ReadOnlyMemory<byte>?> AskAsync(X509Certificate2 issuer, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);

    /// <summary>The issuer's present list.</summary>
    Task<ReadOnlyMemory<byte>?> FetchListAsync(X509Certificate2 issuer, CancellationToken cancellationToken);
}

/// <summary>What was found out about a path.</summary>
/// <param name="Sources">The evidence on which it rests, as it goes into a DSS.</param>
public sealed record RevocationLook(IReadOnlyList<CertificateStanding> Standings, IReadOnlyList<RevocationSource> Sources)
{
    public bool IsGood => Standings.All(standing => standing.Verdict is RevocationVerdict.Good);

    public bool IsRevoked => Standings.Any(standing => standing.Verdict is RevocationVerdict.Revoked);
}

/// <summary>Asks about each certificate of a path: by OCSP, and by the issuer's list where OCSP leaves it open. Keeps nothing.</summary>
public sealed class RevocationClient(IRevocationTransport transport, TimeProvider clock)
{
    /// <param name="at">When the certificates are, or were, used; null: now.</param>
    public async Task<RevocationLook> LookAsync(CertificatePath path, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        var standings = new List<CertificateStanding>();
        var sources = new List<RevocationSource>();
        for (var i = 0; i < path.Certificates.Count - 1; i++)
        {
            var (verdict, used) = await LookAsync(path.Certificates[i], path.Certificates[i + 1], at, cancellationToken);
            standings.Add(new CertificateStanding(path.Certificates[i], verdict));
            sources.AddRange(used);
        }

        return new RevocationLook(standings, sources);
    }

    private async Task<(RevocationVerdict Verdict, IReadOnlyList<RevocationSource> Used)> LookAsync(
        X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        var asked = OcspRequest.Create(certificate, issuer, HashAlgorithmName.SHA1);
        RevocationVerdict? answered = null;
        if (await transport.AskAsync(issuer, asked.Encode(), cancellationToken) is { } answer)
        {
            answered = OcspRules.JudgeAnswer(asked, answer, certificate, issuer, Terms(at));
            if (answered is not RevocationVerdict.CouldNotCheck open) return (answered, Used(answered));
            // Somebody else's answer proves nothing; any other may only lack a list that speaks for its responder.
            if (open.Code != OcspRules.NonceWrong) kept.Add(answer);
        }

        if (await transport.FetchListAsync(issuer, cancellationToken) is not { } fetched)
            return (answered ?? new RevocationVerdict.CouldNotCheck("no-evidence", "nobody said whether the certificate was revoked"), []);
        var evidence = RevocationEvidence.Read(kept, [fetched]);
        var verdict = evidence.Judge(certificate, issuer, Terms(at));
        // The answer counts because the list speaks for its responder: both are needed.
        return (verdict, verdict is RevocationVerdict.Good { Source.Kind: RevocationSourceKind.Ocsp } ? [.. Used(verdict), .. evidence.Lists.Select(Source)] : Used(verdict));
    }

    private RevocationTerms Terms(DateTimeOffset? at) => clock.GetUtcNow() is var now && at is { } time ? new RevocationTerms(time, now) : RevocationTerms.Today(now);

    private static IReadOnlyList<RevocationSource> Used(RevocationVerdict verdict) => verdict switch
    {
        RevocationVerdict.Good good => [good.Source],
        RevocationVerdict.Revoked revoked => [revoked.Source],
        _ => [],
    };

    private static RevocationSource Source(RevocationList list) => new(RevocationSourceKind.RevocationList, list.ThisUpdate, list.NextUpdate, list.Encoded);
}
