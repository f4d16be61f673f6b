using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Functions.Web;

/// <summary>
/// What was found about the signatures of a file, as the API and the command line give it. Of a certificate it names the common
/// name and the digest only: subjects hold identity numbers.
/// </summary>
/// <param name="Word">Integrity in one word, apart from trust and time: valid, attack, tampered, unsupported, malformed, unsigned.</param>
/// <param name="Indication">As ETSI EN 319 102-1 spells it.</param>
/// <param name="Reason">In English, for whoever looks closer; may name objects of the file.</param>
internal sealed record SignaturesJson(
    string Word, string Indication, string SubIndication, string Code, string Sentence, string Reason, IReadOnlyList<SignatureJson> Signatures, IReadOnlyList<TimestampJson> Timestamps)
{
    public static SignaturesJson Of(SignedFileReport report, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new SignaturesJson(
            Name(report.Finding.Word),
            Etsi.Name(report.Finding.Indication),
            Etsi.Name(report.Finding.SubIndication),
            report.Finding.Code,
            FindingSentences.OfFile(report.Finding, culture),
            report.Finding.Reason,
            [.. report.Signatures.Select(one => SignatureJson.Of(one, culture))],
            [.. report.Timestamps.Select(one => TimestampJson.Of(one, culture))]);
    }

    internal static string Name(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <param name="Format">As its /SubFilter says.</param>
/// <param name="Level">B-B, B-T, B-LT or B-LTA; empty where the format knows no levels.</param>
/// <param name="ProvenTime">When it existed at the latest, by a timestamp that passed.</param>
/// <param name="Coverage">WholeFile; Revision: later ones follow; Broken.</param>
/// <param name="Revocation">NotChecked, Good, Revoked or CouldNotCheck.</param>
internal sealed record SignatureJson(
    string Field,
    string Indication,
    string SubIndication,
    string Code,
    string Sentence,
    string Reason,
    string Signer,
    DateTimeOffset? ClaimedTime,
    DateTimeOffset? ProvenTime,
    string Algorithm,
    string Format,
    string Level,
    string Coverage,
    string Revocation,
    TimestampJson? Timestamp,
    IReadOnlyList<ChainJson> Chain,
    IReadOnlyList<LaterJson> Later)
{
    public static SignatureJson Of(SignatureReport one, CultureInfo culture) => new(
        one.Field,
        Etsi.Name(one.Finding.Indication),
        Etsi.Name(one.Finding.SubIndication),
        one.Finding.Code,
        FindingSentences.Of(one.Finding, culture),
        one.Finding.Reason,
        one.SignerName,
        one.ClaimedTime,
        one.ProvenTime,
        one.Algorithm,
        FormatOf(one.Format),
        LevelOf(one),
        one.Coverage.ToString(),
        one.Revocation.ToString(),
        one.Timestamp is { } timestamp ? TimestampJson.Of(timestamp, culture) : null,
        ChainJson.Of(one.Chain, one.Standings),
        [.. one.Later.Select(LaterJson.Of)]);

    /// <summary>Levels are PAdES's; Adobe's formats have none.</summary>
    internal static string LevelOf(SignatureReport one) => one.Format is not SignatureFormat.Cades ? "" : one.Level switch
    {
        PadesLevel.BT => "B-T",
        PadesLevel.BLT => "B-LT",
        PadesLevel.BLTA => "B-LTA",
        _ => "B-B",
    };

    internal static string FormatOf(SignatureFormat format) => format switch
    {
        SignatureFormat.Pkcs7Detached => "adbe.pkcs7.detached",
        SignatureFormat.Pkcs7Sha1 => "adbe.pkcs7.sha1",
        SignatureFormat.Cades => "ETSI.CAdES.detached",
        SignatureFormat.DocumentTimestamp => "ETSI.RFC3161",
        _ => "",
    };
}

/// <param name="Field">Of a timestamp on the whole document.</param>
internal sealed record TimestampJson(
    string? Field,
    string Indication,
    string SubIndication,
    string Code,
    string Sentence,
    string Reason,
    DateTimeOffset? Time,
    string Authority,
    string Coverage,
    string Revocation,
    IReadOnlyList<ChainJson> Chain,
    IReadOnlyList<LaterJson> Later)
{
    public static TimestampJson Of(TimestampReport one, CultureInfo culture) => new(
        one.Field,
        Etsi.Name(one.Finding.Indication),
        Etsi.Name(one.Finding.SubIndication),
        one.Finding.Code,
        FindingSentences.Of(one.Finding, culture),
        one.Finding.Reason,
        one.Time,
        one.Authority?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? "",
        one.Coverage?.ToString() ?? "",
        one.Revocation.ToString(),
        ChainJson.Of(one.Chain, one.Standings),
        [.. one.Later.Select(LaterJson.Of)]);
}

/// <summary>One certificate of a path, the end certificate first.</summary>
/// <param name="Revocation">Empty where nobody looked, as for the anchor.</param>
/// <param name="Source">Ocsp or RevocationList.</param>
/// <param name="EvidenceTime">How old the source is.</param>
internal sealed record ChainJson(string Name, string Sha256, DateTimeOffset From, DateTimeOffset Until, string Revocation, string? Source, DateTimeOffset? EvidenceTime, DateTimeOffset? RevokedSince, string? Why)
{
    public static IReadOnlyList<ChainJson> Of(IReadOnlyList<X509Certificate2> chain, IReadOnlyList<CertificateStanding> standings) =>
        [.. chain.Select((certificate, index) => Of(certificate, index < standings.Count ? standings[index].Verdict : null))];

    private static ChainJson Of(X509Certificate2 certificate, RevocationVerdict? verdict)
    {
        var source = verdict switch
        {
            RevocationVerdict.Good good => good.Source,
            RevocationVerdict.Revoked revoked => revoked.Source,
            _ => null,
        };
        return new ChainJson(
            certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
            certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(),
            certificate.NotBefore.ToUniversalTime(),
            certificate.NotAfter.ToUniversalTime(),
            verdict?.GetType().Name ?? "",
            source?.Kind.ToString(),
            source?.ThisUpdate,
            (verdict as RevocationVerdict.Revoked)?.Since ?? (verdict as RevocationVerdict.Good)?.RevokedLater,
            (verdict as RevocationVerdict.CouldNotCheck)?.Code);
    }
}

/// <summary>What a later revision changed.</summary>
/// <param name="Revision">Counted from 1.</param>
/// <param name="ObjectCount">All of them; <paramref name="Objects"/> may be cut.</param>
/// <param name="Objects">Numbers of the objects that it defines or frees.</param>
internal sealed record LaterJson(int Revision, bool Allowed, int ObjectCount, IReadOnlyList<int> Objects, IReadOnlyList<ForbiddenJson> Forbidden)
{
    private const int Most = 200;

    public static LaterJson Of(RevisionChanges one) => new(
        one.Revision + 1,
        one.Forbidden.Count == 0,
        one.Objects.Count,
        [.. one.Objects.Take(Most)],
        [.. one.Forbidden.Take(Most).Select(change => new ForbiddenJson(change.Object, change.Reason))]);
}

/// <param name="Object">0 for the trailer.</param>
internal sealed record ForbiddenJson(int Object, string Reason);
