using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>What a signature is by its /SubFilter.</summary>
public enum SignatureFormat
{
    /// <summary>None of those known here.</summary>
    Unknown,

    /// <summary><c>adbe.pkcs7.detached</c></summary>
    Pkcs7Detached,

    /// <summary><c>adbe.pkcs7.sha1</c>: the message holds the document's SHA-1 digest.</summary>
    Pkcs7Sha1,

    /// <summary><c>ETSI.CAdES.detached</c></summary>
    Cades,

    /// <summary><c>ETSI.RFC3161</c>, a timestamp on the whole document.</summary>
    DocumentTimestamp,
}

/// <summary>What is sound and yet worth knowing: trust decides about it, not integrity.</summary>
public enum SignatureWeakness
{
    /// <summary>SHA-1 somewhere in it.</summary>
    Sha1,

    /// <summary>A key that is too short for today.</summary>
    ShortKey,
}

/// <summary>A change that nobody had permitted.</summary>
/// <param name="Object">The number of the object that was changed; 0 for the trailer.</param>
public sealed record ForbiddenChange(int Object, string Reason);

/// <summary>What one revision changed against the one before.</summary>
/// <param name="Revision">Its index, from 0.</param>
/// <param name="Objects">Numbers of all objects that it defines or frees.</param>
/// <param name="Forbidden">Empty where everything was permitted.</param>
public sealed record RevisionChanges(int Revision, IReadOnlyList<int> Objects, IReadOnlyList<ForbiddenChange> Forbidden);

/// <summary>One signature or document timestamp.</summary>
/// <param name="Revision">The index of the revision with which the covered bytes end; null where they end elsewhere.</param>
/// <param name="Signer">Null when its certificate could not be found.</param>
/// <param name="Algorithm">Such as <c>ecdsa-sha256</c>; empty when unknown.</param>
/// <param name="ClaimedTime">/M, or a document timestamp's own time.</param>
public sealed record SignatureIntegrityReport(
    string Field,
    SignatureFormat Format,
    Finding Finding,
    Coverage Coverage,
    int? Revision,
    X509Certificate2? Signer,
    string Algorithm,
    DateTimeOffset? ClaimedTime)
{
    public IReadOnlyList<SignatureWeakness> Weaknesses { get; init; } = [];

    /// <summary>The revisions after it.</summary>
    public IReadOnlyList<RevisionChanges> Later { get; init; } = [];
}

/// <summary>
/// Whether the signatures of a file hold and still stand for what it shows. Says nothing about who signed, when, or whether
/// to believe it.
/// </summary>
public sealed record IntegrityReport(Finding Finding, IReadOnlyList<SignatureIntegrityReport> Signatures)
{
    public IntegrityWord Word => Finding.Word;

    public bool IsValid => Finding.IsPassed;
}
