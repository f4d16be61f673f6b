using System.Text.Json.Serialization;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Upload;

/// <summary>
/// A visit that a clerk is still taking in, at <see cref="BlobPaths.Draft"/>; its pages lie beside it. It is changed by
/// compare-and-swap until it is submitted; then only finished, and at last emptied. What is left for a day leads
/// whoever comes back to the dossier.
/// </summary>
internal sealed record Draft : IStoredRecord
{
    public static int CurrentSchema => 1;

    public int Schema { get; init; } = CurrentSchema;

    public required string Agency { get; init; }

    public required string DraftId { get; init; }

    /// <summary>Person id.</summary>
    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    public string Requester { get; init; } = "";

    /// <summary>As typed, digits only; empty while there is none.</summary>
    public string PersonalId { get; init; } = "";

    public IReadOnlyList<DraftOriginal> Originals { get; init; } = [];

    public DraftSubmission? Submission { get; init; }

    public DraftEnd? End { get; init; }

    /// <summary>Whether a clerk may still change it.</summary>
    [JsonIgnore]
    public bool IsOpen => Submission is null && End is null;

    [JsonIgnore]
    public IEnumerable<DraftPage> Pages => Originals.SelectMany(original => original.Pages);
}

/// <param name="Kind">Loại giấy tờ.</param>
/// <param name="Title">Tên giấy tờ.</param>
/// <param name="OriginalPages">Pages of the paper, for the fee; null: as many as pages of the scan.</param>
internal sealed record DraftOriginal(string OriginalId, string Kind, string Title, int? OriginalPages, IReadOnlyList<DraftPage> Pages)
{
    [JsonIgnore]
    public bool IsEmpty => Pages.Count == 0 && Kind.Length == 0 && Title.Length == 0 && OriginalPages is null;

    /// <summary>What the fee is counted by; 0 while nothing is known.</summary>
    [JsonIgnore]
    public int CountedPages => OriginalPages ?? Pages.Count;
}

/// <param name="Extension">jpg or png, by content.</param>
/// <param name="Rotation">0, 90, 180 or 270 clockwise.</param>
internal sealed record DraftPage(string PageId, string Extension, long Length, string Sha256, int Width, int Height, int Rotation);

/// <summary>All that is chosen when "Trình ký" is pressed, stored before anything is done: who repeats it repeats the same.</summary>
/// <param name="By">Person id.</param>
/// <param name="AccessLink">SHA-256 of the access link.</param>
/// <param name="OriginalIds">What is handed in, in order; <paramref name="CopyIds"/> beside them.</param>
internal sealed record DraftSubmission(DateTimeOffset At, string By, string AccessLink, IReadOnlyList<string> OriginalIds, IReadOnlyList<string> CopyIds, int AuditPage);

/// <param name="DossierCode">What became of it; null when it was given up.</param>
/// <param name="Pages">How many pages it had.</param>
/// <param name="IsCleared">Its pages are gone, and the trail says so.</param>
internal sealed record DraftEnd(DateTimeOffset At, string By, string? DossierCode, int Pages, int AuditPage, bool IsCleared);

/// <summary>Fields and order as they stand on the clerk's screen.</summary>
/// <param name="PersonalId">Null: as it is stored, since the screen shows it masked.</param>
internal sealed record DraftForm(string Requester, string? PersonalId, IReadOnlyList<DraftFormOriginal> Originals);

/// <param name="Pages">Their order, and how each is turned.</param>
internal sealed record DraftFormOriginal(string Id, string Kind, string Title, int? OriginalPages, IReadOnlyList<DraftFormPage> Pages);

internal sealed record DraftFormPage(string Id, int Rotation);
