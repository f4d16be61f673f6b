using System.Collections.Concurrent;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Requests;

/// <summary>A scanned page as people see it, after its EXIF orientation and as the clerk turned it.</summary>
/// <param name="PaperWidth">Of the paper in millimetres by the file's own resolution; null where it states none that can be believed.</param>
internal sealed record ScanSize(int Width, int Height, double? PaperWidth, double? PaperHeight);

/// <summary>Sizes of stored scans. Scans never change, so each is read once while the program runs.</summary>
internal sealed class ScanSizes(IBlobStore store)
{
    /// <summary>Some hundred bytes each.</summary>
    private const int MostKept = 5_000;

    private readonly ConcurrentDictionary<string, ScanSize> known = new(StringComparer.Ordinal);

    /// <exception cref="IntegrityException">A page is gone, or no picture any more.</exception>
    public async Task<IReadOnlyList<ScanSize>> OfAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sizes = new List<ScanSize>(request.Files.Count);
        foreach (var file in request.Files) sizes.Add(known.TryGetValue(KeyOf(file), out var size) ? size : await ReadAsync(file, cancellationToken));
        return sizes;
    }

    /// <summary>The same picture may be turned in another request.</summary>
    private static string KeyOf(ScanFile file) => FormattableString.Invariant($"{file.Sha256}:{file.Rotation}");

    private async Task<ScanSize> ReadAsync(ScanFile file, CancellationToken cancellationToken)
    {
        var blob = await store.ReadAsync(file.Path, cancellationToken) ?? throw new IntegrityException(file.Path, "missing");
        try
        {
            var image = ScanImage.Read(blob.Content, ImageLimits.Default).Turned(file.Rotation);
            var size = new ScanSize(image.Width, image.Height, image.PaperSize?.Width, image.PaperSize?.Height);
            if (known.Count >= MostKept) known.Clear();
            return known[KeyOf(file)] = size;
        }
        catch (ImageFormatException damaged)
        {
            throw new IntegrityException(file.Path, $"is no picture any more ({damaged.Code})");
        }
    }
}
