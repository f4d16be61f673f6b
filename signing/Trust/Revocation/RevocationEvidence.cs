using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>
/// OCSP answers and revocation lists from wherever: just fetched, or kept in a document. Nothing is believed before it is
/// judged. Not for use by two threads at once.
/// </summary>
public sealed class RevocationEvidence
{
    public static readonly RevocationEvidence None = new([], [], []);

    private readonly IReadOnlyList<RevocationFormatException> unreadable;

    // A long list's signature costs as much as reading it; a path asks the same list for several certificates.
    private readonly Dictionary<(RevocationList, string), RevocationVerdict.CouldNotCheck?> objections = [];

    private RevocationEvidence(IReadOnlyList<OcspResponse> answers, IReadOnlyList<RevocationList> lists, IReadOnlyList<RevocationFormatException> unreadable)
    {
        Answers = answers;
        Lists = lists;
        this.unreadable = unreadable;
    }

    public IReadOnlyList<OcspResponse> Answers { get; }

    public IReadOnlyList<RevocationList> Lists { get; }

    /// <summary>Takes what can be read; the rest is named where nothing else speaks for a certificate.</summary>
    public static RevocationEvidence Read(IEnumerable<ReadOnlyMemory<byte>> answers, IEnumerable<ReadOnlyMemory<byte>> lists)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(lists);
        var unreadable = new List<RevocationFormatException>();
        return new RevocationEvidence(ReadAll(answers, OcspResponse.Read, unreadable), ReadAll(lists, RevocationList.Read, unreadable), unreadable);
    }

    public RevocationEvidence And(RevocationEvidence other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new RevocationEvidence([.. Answers, .. other.Answers], [.. Lists, .. other.Lists], [.. unreadable, .. other.unreadable]);
    }

    /// <summary>
    /// What all of it says. Revoked, if any piece that may be believed says so (the earliest date counts); else good, if any says
    /// so (the newest is the source); else it could not be checked.
    /// </summary>
    public RevocationVerdict Judge(X509Certificate2 certificate, X509Certificate2 issuer, RevocationTerms terms)
    {
        var verdicts = JudgeLists(certificate, issuer, terms);
        verdicts.AddRange(Answers.Where(answer => answer.Basic?.Singles.Any(single => single.Certificate.Names(certificate, issuer)) ?? true)
            .Select(answer => OcspRules.Judge(answer, certificate, issuer, terms, responder => Standing(responder, issuer, terms))));
        return Sum(verdicts) ?? Nothing(verdicts);
    }

    /// <summary>Every certificate of a path below its anchor, the end certificate first. The anchor is trusted by decision, not by evidence.</summary>
    public IReadOnlyList<CertificateStanding> Judge(CertificatePath path, RevocationTerms terms)
    {
        ArgumentNullException.ThrowIfNull(path);
        return [.. path.Certificates.SkipLast(1).Select((certificate, index) => new CertificateStanding(certificate, Judge(certificate, path.Certificates[index + 1], terms)))];
    }

    // Only a list may speak for a responder: an answer about it would come from itself.
    private RevocationVerdict? Standing(X509Certificate2 responder, X509Certificate2 issuer, RevocationTerms terms) => Sum(JudgeLists(responder, issuer, terms));

    private List<RevocationVerdict> JudgeLists(X509Certificate2 certificate, X509Certificate2 issuer, RevocationTerms terms)
    {
        var verdicts = new List<RevocationVerdict>();
        foreach (var list in Lists.Where(list => list.Issuer.Span.SequenceEqual(issuer.SubjectName.RawData)))
        {
            if (!objections.TryGetValue((list, issuer.Thumbprint), out var objection)) objections[(list, issuer.Thumbprint)] = objection = RevocationListRules.Unusable(list, issuer);
            verdicts.Add(objection as RevocationVerdict ?? RevocationListRules.JudgeSigned(list, certificate, terms));
        }

        return verdicts;
    }

    private static RevocationVerdict? Sum(List<RevocationVerdict> verdicts) =>
        verdicts.OfType<RevocationVerdict.Revoked>().MinBy(revoked => revoked.Since) as RevocationVerdict
        ?? verdicts.OfType<RevocationVerdict.Good>().MaxBy(good => good.Source.ThisUpdate);

    private RevocationVerdict.CouldNotCheck Nothing(List<RevocationVerdict> verdicts)
    {
        if (verdicts.OfType<RevocationVerdict.CouldNotCheck>().FirstOrDefault() is { } reason) return reason;
        return unreadable is [var first, ..]
            ? new RevocationVerdict.CouldNotCheck(first.Code, first.Message)
            : new RevocationVerdict.CouldNotCheck("no-evidence", "nothing says whether the certificate was revoked");
    }

    private static List<T> ReadAll<T>(IEnumerable<ReadOnlyMemory<byte>> pieces, Func<ReadOnlyMemory<byte>, T> read, List<RevocationFormatException> unreadable)
    {
        var all = new List<T>();
        foreach (var piece in pieces)
        {
            try
            {
                all.Add(read(piece));
            }
            catch (RevocationFormatException fault)
            {
                unreadable.Add(fault);
            }
        }

        return all;
    }
}
