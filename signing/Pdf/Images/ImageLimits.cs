namespace ECopy.Signing.Pdf.Images;

/// <summary>What a picture may cost. An A3 sheet at 600 dpi has 70 million pixels.</summary>
public sealed record ImageLimits
{
    public static readonly ImageLimits Default = new();

    /// <summary>Pixels along one side.</summary>
    public int MaxSide { get; init; } = 20_000;

    /// <summary>Pixels altogether.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Memory for pictures that have to be decoded as a whole (interlaced PNG), in bytes.</summary>
    public long MaxDecodedBytes { get; init; } = 256_000_000;
}
