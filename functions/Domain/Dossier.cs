namespace ECopy.Functions.Domain;

/// <summary>
/// One visit of a requester with one or more originals, at <see cref="BlobPaths.Dossier"/>. Written before its copy requests,
/// so that each of them has one; a copy id without a request is an upload that was never finished.
/// </summary>
/// <param name="PersonalId">Số định danh cá nhân, nine or twelve digits, where it was asked for. Shown masked only.</param>
/// <param name="ReceivedBy">Person id of the clerk.</param>
/// <param name="AccessLink">SHA-256 of the access link in force; null while there is none.</param>
internal sealed record Dossier(
    int Schema,
    string Agency,
    string DossierCode,
    string Requester,
    string? PersonalId,
    string ReceivedBy,
    DateTimeOffset ReceivedAt,
    DateTimeOffset DueAt,
    IReadOnlyList<string> CopyIds,
    string? AccessLink) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>
/// The requester's way to their dossier, at <see cref="BlobPaths.AccessLink"/>: the token itself is nowhere. It is in force
/// while it is not revoked and the dossier names it.
/// </summary>
/// <param name="Sha256">Of the token, lower-case hex: also its place, so that asking for it is one read.</param>
/// <param name="CreatedBy">Person id.</param>
internal sealed record AccessLink(
    int Schema, string Sha256, string Agency, string DossierCode, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt) : IStoredRecord
{
    public static int CurrentSchema => 1;
}
