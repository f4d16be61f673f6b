using ECopy.Signing.Verification;

namespace ECopy.Functions.Verify;

/// <summary>What the register says (DESIGN section 4). Missing data is never "passed".</summary>
internal enum VerdictKind
{
    /// <summary>The file or digest is the registered one.</summary>
    Unchanged,

    /// <summary>Registered; a code alone proves nothing about a paper in hand.</summary>
    CodeOnly,

    /// <summary>An older preservation version of a registered copy.</summary>
    NewerVersion,

    Changed,
    Withdrawn,
    Replaced,
    NotRegistered,
    Mistyped,
    CannotCheck,
}

/// <summary>What the signatures say (EN 319 102-1), reduced to its main indication.</summary>
internal enum SignaturesVerdict
{
    NotAsked,
    Passed,
    Indeterminate,
    Failed,
    Unsigned,
    Malformed,
}

/// <param name="Appended">Changed, and known how: the registered bytes with something behind them.</param>
/// <param name="ImpossibleAt">Mistyped: 1-based place of a letter that no code has.</param>
/// <param name="Copy">The registered copy, where there is one to show.</param>
/// <param name="Report">What the judge of the signatures found, where a file was given.</param>
internal sealed record Verdict(
    VerdictKind Kind,
    RegisteredCopy? Copy = null,
    SignedFileReport? Report = null,
    bool Appended = false,
    int? ImpossibleAt = null)
{
    /// <summary>Whether somebody looked for every signer: level B-B carries nothing to look at.</summary>
    public bool IsRevocationChecked => Report is not null && Report.Signatures.All(one => one.Revocation is not RevocationState.NotChecked);

    public SignaturesVerdict Signatures => Report?.Finding switch
    {
        null => SignaturesVerdict.NotAsked,
        { Word: IntegrityWord.Unsigned } => SignaturesVerdict.Unsigned,
        { Word: IntegrityWord.Malformed } => SignaturesVerdict.Malformed,
        { Indication: Indication.TotalPassed } => SignaturesVerdict.Passed,
        { Indication: Indication.Indeterminate } => SignaturesVerdict.Indeterminate,
        _ => SignaturesVerdict.Failed,
    };
}

/// <summary>What a verdict shows of a registered copy.</summary>
/// <param name="Code">4-4-4-5.</param>
/// <param name="RegisteredAt">The version shown.</param>
internal sealed record RegisteredCopy(
    string Code,
    string Issuer,
    string Document,
    int RegisterNumber,
    string Book,
    DateOnly Date,
    string OfficialName,
    string OfficialTitle,
    int Pages,
    bool IsTest,
    string Sha256,
    DateTimeOffset RegisteredAt,
    DateOnly? EndedOn,
    string? EndReason,
    string? ReplacedBy);

/// <summary>A file, seen from the device on which it stays.</summary>
/// <param name="Sha256">Of the whole file, in hex.</param>
/// <param name="Earlier">Of the file up to the end of each revision before its last byte.</param>
/// <param name="Codes">Verification codes that it carries, as it spells them.</param>
internal sealed record FileFingerprint(string Sha256, IReadOnlyList<string> Earlier, IReadOnlyList<string> Codes);
