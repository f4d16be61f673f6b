using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Pades;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Verification;

/// <summary>The bottom line of ETSI EN 319 102-1, 5.1.3.</summary>
public enum Indication
{
    TotalPassed,
    Indeterminate,
    TotalFailed,
}

/// <summary>Why an indication is not TOTAL-PASSED (EN 319 102-1, 5.1.4.3). <see cref="Etsi"/> gives the standard's spelling.</summary>
public enum SubIndication
{
    None,
    FormatFailure,
    HashFailure,
    SigCryptoFailure,
    SigConstraintsFailure,
    CryptoConstraintsFailure,
    CryptoConstraintsFailureNoPoe,
    ChainConstraintsFailure,
    CertificateChainGeneralFailure,
    NoSigningCertificateFound,
    NoCertificateChainFound,
    OutOfBoundsNoPoe,
    TimestampOrderFailure,
    Revoked,
    RevokedNoPoe,
    RevokedCaNoPoe,
    TryLater,
}

/// <summary>Integrity in one word, apart from trust and time.</summary>
public enum IntegrityWord
{
    Valid,
    Attack,
    Tampered,
    Unsupported,
    Malformed,
    Unsigned,
}

/// <summary>How much of the file a signature covers.</summary>
public enum Coverage
{
    /// <summary>No usable ByteRange.</summary>
    Broken,

    /// <summary>The file as it stood at the end of one revision; later ones follow.</summary>
    Revision,
    WholeFile,
}

/// <summary>Revocation is a matter of its own: "revoked" and "could not check" never share a value with anything else.</summary>
public enum RevocationState
{
    /// <summary>Nobody has looked: revocation was not asked for, or something else failed before.</summary>
    NotChecked,

    /// <summary>No certificate of the path was revoked at the time that counts.</summary>
    Good,
    Revoked,

    /// <summary>Nothing shows whether one of them was.</summary>
    CouldNotCheck,
}

/// <summary>One result: what to call it, a stable code and a sentence. <c>passed</c> is the only code of a pass.</summary>
public sealed record Finding(IntegrityWord Word, Indication Indication, SubIndication SubIndication, string Code, string Reason)
{
    public static readonly Finding Passed = new(IntegrityWord.Valid, Indication.TotalPassed, SubIndication.None, "passed", "");

    public bool IsPassed => Indication == Indication.TotalPassed;
}

/// <summary>One signature of the file.</summary>
/// <param name="Role">Null for a field that is none of ours.</param>
/// <param name="Signer">The signer's certificate; null when it could not be found.</param>
/// <param name="SignerName">The signer's name as shown; empty without a certificate.</param>
/// <param name="Chain">From the signer to the anchor, as far as it goes.</param>
/// <param name="ClaimedTime">/M: claimed by the signer, proven by nobody.</param>
/// <param name="Algorithm">Such as <c>ecdsa-sha256</c>; empty when unknown.</param>
public sealed record SignatureReport(
    string Field,
    SignatureRole? Role,
    Finding Finding,
    Coverage Coverage,
    X509Certificate2? Signer,
    string SignerName,
    IReadOnlyList<X509Certificate2> Chain,
    DateTimeOffset? ClaimedTime,
    string Algorithm,
    RevocationState Revocation = RevocationState.NotChecked)
{
    /// <summary>What the signature carries and what stands after it, as far as it was found right.</summary>
    public PadesLevel Level { get; init; } = PadesLevel.BB;

    /// <summary>The timestamp on the signature; null at level B-B, and where it was not looked at because something before failed.</summary>
    public TimestampReport? Timestamp { get; init; }

    public SignatureFormat Format { get; init; } = SignatureFormat.Cades;

    /// <summary>Whether the signed attributes name the signer's certificate; looked at in copies of profile approval, required of all others.</summary>
    public bool NamesCertificate { get; init; } = true;

    /// <summary>When a later document timestamp proves that it existed; null without one that passed.</summary>
    public DateTimeOffset? PreservedTime { get; init; }

    /// <summary>What each later revision changed; given where any signed file is judged.</summary>
    public IReadOnlyList<RevisionChanges> Later { get; init; } = [];

    /// <summary>Each certificate of the path below the anchor and what is known of it, with source and age; empty where nobody has looked.</summary>
    public IReadOnlyList<CertificateStanding> Standings { get; init; } = [];

    /// <summary>When the signature is proven to have existed; null without a timestamp that passed.</summary>
    public DateTimeOffset? ProvenTime => Timestamp is { Finding.IsPassed: true } timestamp ? timestamp.Time : PreservedTime;
}

/// <summary>The levels of EN 319 142-1, 6.</summary>
public enum PadesLevel
{
    BB,
    BT,
    BLT,
    BLTA,
}

/// <summary>A timestamp on a signature or on the whole document.</summary>
/// <param name="Field">Of a document timestamp; null for one on a signature.</param>
/// <param name="Time">As the authority says; null when the token cannot be read.</param>
/// <param name="Authority">The authority's certificate; null when it could not be found.</param>
/// <param name="Chain">From the authority to the anchor, as far as it goes.</param>
public sealed record TimestampReport(
    string? Field,
    Finding Finding,
    Coverage? Coverage,
    DateTimeOffset? Time,
    X509Certificate2? Authority,
    IReadOnlyList<X509Certificate2> Chain)
{
    /// <summary>As for a signature.</summary>
    public IReadOnlyList<CertificateStanding> Standings { get; init; } = [];

    public RevocationState Revocation => Standings.Count == 0 ? RevocationState.NotChecked : RevocationInquiry.StateOf(Standings);

    /// <summary>What each later revision changed; for one on the document, given where any signed file is judged.</summary>
    public IReadOnlyList<RevisionChanges> Later { get; init; } = [];
}

/// <summary>All signatures in the order of their revisions, and one bottom line: the worst of theirs and of the file's own.</summary>
public sealed record SignedFileReport(Finding Finding, IReadOnlyList<SignatureReport> Signatures)
{
    /// <summary>The timestamps on the whole document, oldest first.</summary>
    public IReadOnlyList<TimestampReport> Timestamps { get; init; } = [];

    /// <summary>Certificates of which nothing shows whether they were revoked: what to ask for where asking is allowed.</summary>
    public IReadOnlyList<RevocationQuestion> Questions =>
    [
        .. Signatures.SelectMany(one => RevocationQuestion.Of(one.Chain, one.Standings).Concat(one.Timestamp is { } timestamp ? RevocationQuestion.Of(timestamp.Chain, timestamp.Standings) : []))
            .Concat(Timestamps.SelectMany(one => RevocationQuestion.Of(one.Chain, one.Standings)))
            .DistinctBy(question => (question.Certificate.Thumbprint, question.Issuer.Thumbprint)),
    ];
}

/// <summary>Was this certificate, issued by that one, revoked?</summary>
public sealed record RevocationQuestion(X509Certificate2 Certificate, X509Certificate2 Issuer)
{
    internal static IEnumerable<RevocationQuestion> Of(IReadOnlyList<X509Certificate2> chain, IReadOnlyList<CertificateStanding> standings)
    {
        for (var i = 0; i < standings.Count && i + 1 < chain.Count; i++)
        {
            if (standings[i].Verdict is RevocationVerdict.CouldNotCheck) yield return new RevocationQuestion(standings[i].Certificate, chain[i + 1]);
        }
    }
}

/// <summary>The standard's spelling.</summary>
public static class Etsi
{
    public static string Name(Indication indication) => indication switch
    {
        Indication.TotalPassed => "TOTAL-PASSED",
        Indication.Indeterminate => "INDETERMINATE",
        _ => "TOTAL-FAILED",
    };

    public static string Name(SubIndication subIndication) => subIndication switch
    {
        SubIndication.None => "",
        SubIndication.FormatFailure => "FORMAT_FAILURE",
        SubIndication.HashFailure => "HASH_FAILURE",
        SubIndication.SigCryptoFailure => "SIG_CRYPTO_FAILURE",
        SubIndication.SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
        SubIndication.CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
        SubIndication.CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        SubIndication.ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
        SubIndication.CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
        SubIndication.NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
        SubIndication.NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
        SubIndication.TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
        SubIndication.Revoked => "REVOKED",
        SubIndication.RevokedNoPoe => "REVOKED_NO_POE",
        SubIndication.RevokedCaNoPoe => "REVOKED_CA_NO_POE",
        SubIndication.TryLater => "TRY_LATER",
        _ => "OUT_OF_BOUNDS_NO_POE",
    };
}
