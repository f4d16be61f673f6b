using ECopy.Functions.Compose;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Sign;

/// <summary>What the person's signature shows: handwriting in blue and two lines.</summary>
internal sealed record PersonAppearance
{
    public required string SignerName { get; init; }

    public required DateTimeOffset SigningTime { get; init; }

    /// <summary>The official's signature on a transparent ground; without it a stroke is drawn from the name.</summary>
    public ScanImage? Handwriting { get; init; }

    public StatementWording Wording { get; init; } = StatementWording.Default;

    public CopyLayout Layout { get; init; } = CopyLayout.V1;

    /// <summary>Writes the form XObject into a document or a revision of it.</summary>
    public Func<IPdfObjectSink, PdfReference> Factory(CopyFonts fonts) =>
        sink => throw new NotImplementedException(fonts.ToString() + sink + Layout);
}
