using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Compose;

/// <summary>
/// Where things stand on a copy: A4, millimetres from the top left corner. A layout that was used for an issued copy
/// is never changed; a new one takes the next version.
/// </summary>
internal sealed record CopyLayout
{
    public static readonly CopyLayout V1 = new();

    public int Version { get; init; } = 1;

    /// <summary>The person's field: signature image and the signer's two lines.</summary>
    public MillimetreBox PersonField { get; init; } = new(114, 185, 81, 52);

    /// <summary>The agency's field: round seal and the signer's two lines; painted after the person's.</summary>
    public MillimetreBox SealField { get; init; } = new(114, 185, 81, 60);
}
