using ECopy.Functions.Domain;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Pages.Office;

/// <summary>The scan beside the form: its pages, and how large the paper is.</summary>
/// <param name="Next">Pictures to fetch before they are needed.</param>
internal sealed record ScanView(CopyRequest Copy, IReadOnlyList<ScanSize> Sizes, IReadOnlyList<string> Next, PageTexts Text)
{
    /// <summary>Enough to begin with; the rest comes while one reads.</summary>
    private const int MostAhead = 6;

    public static async Task<ScanView> OfAsync(CopyRequest copy, CopyRequest? next, ScanSizes sizes, PageTexts text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(copy);
        ArgumentNullException.ThrowIfNull(sizes);
        return new ScanView(
            copy,
            await sizes.OfAsync(copy, cancellationToken),
            next is null ? [] : [.. Enumerable.Range(1, Math.Min(MostAhead, next.Files.Count)).Select(page => CopiesFiles.AddressOf(next.CopyId, page))],
            text);
    }
}
