using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Layout;

/// <summary>
/// Where things stand on a copy: A4, millimetres from the top left corner. A layout that an issued copy was made with is
/// never changed; a new one takes the next version, which stands in the file's CreatorTool.
/// </summary>
internal sealed record CopyLayout
{
    public static readonly CopyLayout V1 = new();

    /// <summary>The same page, where signatures come as other tools place them: what is seen of ours lies within the areas kept for signatures.</summary>
    public static readonly CopyLayout Approval = new() { PersonLines = new(150, 212.6, 45, 7.6), SealLines = new(150, 208.8, 45, 11.4) };

    public int Version { get; init; } = 1;

    public double ShortSide { get; init; } = 210;

    public double LongSide { get; init; } = 297;

    // Scan pages: what surrounds the frame. A4 is fitted in at 93 %.
    public double FrameSide { get; init; } = 7.35;

    public double FrameTop { get; init; } = 6;

    public double FrameBottom { get; init; } = 14.8;

    /// <summary>Where an original smaller than the frame begins.</summary>
    public double SmallTop { get; init; } = 20;

    public double CardGap { get; init; } = 10;

    /// <summary>Longest side of what counts as a card or passport page: ID-3 is 125 mm.</summary>
    public double CardSide { get; init; } = 130;

    // The strip, measured from the bottom edge so that it is the same on a page across.
    public double StripRule { get; init; } = 12.8;

    public double StripFirstLine { get; init; } = 9.35;

    public double StripSecondLine { get; init; } = 5.8;

    // Statement page.
    public MillimetreBox Agency { get; init; } = new(20, 20, 72, 24);

    public MillimetreBox NationalHeader { get; init; } = new(92, 20, 103, 24);

    public MillimetreBox Heading { get; init; } = new(20, 50, 170, 18);

    /// <summary>The table begins here unless a long title needs the room above.</summary>
    public double TableTop { get; init; } = 76;

    public double TableTopAtLeast { get; init; } = 70.5;

    public double TableBottomAtMost { get; init; } = 118.5;

    public double TableLeft { get; init; } = 30;

    public double TableValues { get; init; } = 70;

    public double TableRight { get; init; } = 195;

    public MillimetreBox FirstThumbnail { get; init; } = new(30, 125, 24, 34);

    public double ThumbnailPitch { get; init; } = 26.4;

    public int Thumbnails { get; init; } = 6;

    public MillimetreBox SignatureColumn { get; init; } = new(110, 166, 85, 60);

    public double SignerTitleTop { get; init; } = 172.6;

    public double SignerTitleHeight { get; init; } = 11.8;

    public MillimetreBox Handwriting { get; init; } = new(131, 191, 50, 22);

    public MillimetreBox Seal { get; init; } = new(114, 185, 35, 35);

    public double SignerNameTop { get; init; } = 221;

    public MillimetreBox PersonLines { get; init; } = new(118, 229, 77, 7.6);

    public MillimetreBox SealLines { get; init; } = new(118, 236.6, 77, 11.4);

    public MillimetreBox Qr { get; init; } = new(30, 238, 36, 36);

    public MillimetreBox VerifyWords { get; init; } = new(70, 238, 44, 36);

    public MillimetreBox TestBox { get; init; } = new(118, 260, 77, 14);

    /// <summary>The person's field: handwriting and the signer's two lines.</summary>
    public MillimetreBox PersonField => Around(Handwriting, PersonLines);

    /// <summary>The agency's field: seal and the signer's lines; painted after the person's, so over it.</summary>
    public MillimetreBox SealField => Around(Seal, SealLines);

    /// <summary>Profile approval: where a signature may be seen, beside the signer's printed name and not over it.</summary>
    public IReadOnlyList<MillimetreBox> SignatureAreas { get; init; } = [new(110, 185, 85, 35.5), new(118, 229, 77, 19)];

    /// <summary>A box in the statement page's own units.</summary>
    public IReadOnlyList<double> OnStatement(MillimetreBox box) => [.. box.ToRectangle(LongSide).OfType<PdfNumber>().Select(side => side.AsDouble)];

    private static MillimetreBox Around(MillimetreBox a, MillimetreBox b)
    {
        var (left, top) = (Math.Min(a.X, b.X), Math.Min(a.Y, b.Y));
        return new(left, top, Math.Max(a.Right, b.Right) - left, Math.Max(a.Bottom, b.Bottom) - top);
    }
}
