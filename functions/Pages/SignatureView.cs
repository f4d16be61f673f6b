using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Web;
using ECopy.Signing.Pades;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Functions.Pages;

/// <summary>One signature or document timestamp in words.</summary>
/// <param name="TimeLabel">Whose word the time is: the signer's own, or an authority's.</param>
/// <param name="Sentence">Why it is not simply valid; empty when it is.</param>
/// <param name="Facts">For whoever looks closer.</param>
internal sealed record SignatureRow(string Role, string Signer, string TimeLabel, string Time, string Word, StateMark Mark, string Sentence, IReadOnlyList<VerdictRow> Facts);

/// <summary>The signatures of a file as a page shows them.</summary>
internal sealed class SignatureView(SignedFileReport report, PageTexts text)
{
    private const int MostObjects = 12;

    public IEnumerable<SignatureRow> Rows => [.. report.Signatures.Select(RowOf), .. report.Timestamps.Select(RowOf)];

    private SignatureRow RowOf(SignatureReport one)
    {
        var (word, mark) = WordOf(one.Finding);
        return new SignatureRow(
            text[one.Role switch { SignatureRole.Person => "signature-person", SignatureRole.Seal => "signature-seal", _ => "signature-other" }],
            one.SignerName,
            text["signature-claimed"],
            Show(one.ClaimedTime),
            text[word],
            mark,
            SentenceOf(one.Finding),
            [
                new(text["signature-level"], SignatureJson.LevelOf(one) is { Length: > 0 } level ? level : SignatureJson.FormatOf(one.Format)),
                .. one.ProvenTime is null ? (VerdictRow[])[] : [new(text["signature-proven"], Show(one.ProvenTime))],
                new(text["signature-revocation"], Revocation(one.Revocation, one.Standings)),
                .. Chain(one.Chain),
                .. Later(one.Later),
            ]);
    }

    private SignatureRow RowOf(TimestampReport one)
    {
        var (word, mark) = WordOf(one.Finding);
        return new SignatureRow(
            text["signature-timestamp"],
            one.Authority?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? "",
            text["signature-stamped"],
            Show(one.Time),
            text[word],
            mark,
            SentenceOf(one.Finding),
            [new(text["signature-revocation"], Revocation(one.Revocation, one.Standings)), .. Chain(one.Chain), .. Later(one.Later)]);
    }

    private static (string Word, StateMark Mark) WordOf(Finding finding) => finding.Indication switch
    {
        Indication.TotalPassed => ("signature-valid", StateMark.Good),
        Indication.Indeterminate => ("signature-unsure", StateMark.Unsure),
        _ => ("signature-invalid", StateMark.Bad),
    };

    private string SentenceOf(Finding finding) => finding.IsPassed ? "" : FindingSentences.Of(finding, text.Culture);

    /// <summary>The state, and from where and when it is known.</summary>
    private string Revocation(RevocationState state, IReadOnlyList<CertificateStanding> standings)
    {
        var said = text[state switch
        {
            RevocationState.Good => "revocation-good",
            RevocationState.Revoked => "revocation-revoked",
            RevocationState.CouldNotCheck => "revocation-could-not-check",
            _ => "revocation-not-checked",
        }];
        var source = standings.Select(standing => standing.Verdict).Select(verdict => (verdict as RevocationVerdict.Good)?.Source ?? (verdict as RevocationVerdict.Revoked)?.Source).FirstOrDefault(one => one is not null);
        return source is null ? said : $"{said} ({(source.Kind is RevocationSourceKind.Ocsp ? "OCSP" : "CRL")}, {Show(source.ThisUpdate)})";
    }

    private IEnumerable<VerdictRow> Chain(IReadOnlyList<X509Certificate2> chain)
    {
        if (chain.Count > 1) yield return new(text["signature-chain"], string.Join(" ← ", chain.Skip(1).Select(one => one.GetNameInfo(X509NameType.SimpleName, forIssuer: false))));
    }

    private IEnumerable<VerdictRow> Later(IReadOnlyList<RevisionChanges> later) => later.Select(one => new VerdictRow(
        text["signature-later"].Replace("{n}", (one.Revision + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
        text[one.Forbidden.Count == 0 ? "later-allowed" : "later-forbidden"].Replace("{objects}", Objects(one), StringComparison.Ordinal)));

    private static string Objects(RevisionChanges one)
    {
        var numbers = one.Forbidden.Count == 0 ? one.Objects : [.. one.Forbidden.Select(change => change.Object).Distinct()];
        return string.Join(", ", numbers.Take(MostObjects)) + (numbers.Count > MostObjects ? "…" : "");
    }

    private string Show(DateTimeOffset? time) => time is { } known ? LocalTime.Of(known).ToString(text["time-format"], CultureInfo.InvariantCulture) : "";
}
