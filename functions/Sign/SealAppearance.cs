using ECopy.Functions.Compose;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Sign;

/// <summary>What the agency's signature shows: the seal in red and two lines.</summary>
internal sealed record SealAppearance
{
    /// <summary>In the signer's line: Ủy ban nhân dân xã Mẫu An.</summary>
    public required string AgencyName { get; init; }

    /// <summary>On the drawn test seal: xã Mẫu An.</summary>
    public required string Place { get; init; }

    public required DateTimeOffset SigningTime { get; init; }

    public required bool IsTest { get; init; }

    /// <summary>The seal's image on a transparent ground.</summary>
    public ScanImage? Seal { get; init; }

    public StatementWording Wording { get; init; } = StatementWording.Default;

    public CopyLayout Layout { get; init; } = CopyLayout.V1;

    /// <summary>Writes the form XObject into a document or a revision of it.</summary>
    public Func<IPdfObjectSink, PdfReference> Factory(CopyFonts fonts) =>
        sink => throw new NotImplementedException(fonts.ToString() + sink + Layout);
}
