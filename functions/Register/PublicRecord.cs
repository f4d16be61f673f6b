using ECopy.Functions.Domain;

namespace ECopy.Functions.Register;

/// <summary>Whether a registered copy still holds.</summary>
internal enum PublicStatus
{
    Issued,
    Withdrawn,
    Replaced,
}

/// <summary>
/// What anyone may see of a registered copy, at <see cref="BlobPaths.PublicRecord"/>: no personal data beyond what the
/// verdict needs. Written after the entry is issued, never before.
/// </summary>
/// <param name="Code">17 letters.</param>
/// <param name="Versions">The file as issued first, then its preservation versions.</param>
internal sealed record PublicRecord(
    int Schema,
    string Code,
    string Agency,
    string CopyId,
    PublicStatus Status,
    string Issuer,
    string Document,
    int RegisterNumber,
    string Book,
    DateOnly Date,
    string OfficialName,
    string OfficialTitle,
    bool IsTest,
    IReadOnlyList<PublicVersion> Versions,
    DateOnly? EndedOn,
    string? EndReason,
    string? ReplacedBy) : IStoredRecord
{
    public static int CurrentSchema => 1;

    /// <summary>
    /// Whether it says what the register says. Who can only write public records must not be able to change a verdict. Versions after
    /// the first stand in the renewals.
    /// </summary>
    public bool AgreesWith(RegisterEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.State is RegisterState.Issued && entry.CopyId == CopyId && entry.Number == RegisterNumber && entry.Date == Date
            && entry.Document == Document && entry.Signer.Name == OfficialName && entry.Signer.Title == OfficialTitle
            && Versions is [{ } first, ..] && first.Sha256 == entry.Sha256
            && Versions.Select((version, index) => version.Version == index + 1).All(inOrder => inOrder);
    }
}

/// <param name="Sha256">Lower-case hex.</param>
internal sealed record PublicVersion(int Version, string Sha256, long Length, int Pages);

/// <summary>From a file's digest to its code, at <see cref="BlobPaths.DigestIndex"/>; create-only.</summary>
internal sealed record DigestEntry(int Schema, string Code, int Version) : IStoredRecord
{
    public static int CurrentSchema => 1;
}
