using ECopy.Functions.Layout;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Sign;

/// <summary>What the person's signature shows: handwriting in blue, and two lines.</summary>
internal sealed record PersonAppearance
{
    public required string SignerName { get; init; }

    public required DateTimeOffset SigningTime { get; init; }

    public required bool IsTest { get; init; }

    /// <summary>The official's signature on a transparent ground. Without it a stroke is drawn from the name, in a test copy only: nobody's hand is invented.</summary>
    public ScanImage? Handwriting { get; init; }

    public StatementWording Wording { get; init; } = StatementWording.Default;

    public CopyLayout Layout { get; init; } = CopyLayout.V1;

    /// <summary>Writes the form XObject into a document or a revision of it; its BBox is as large as the field's Rect.</summary>
    public Func<IPdfObjectSink, PdfReference> Factory(CopyFonts fonts) => sink =>
    {
        var field = Layout.PersonField;
        return FormXObject.Draw(sink, field.Width, field.Height, canvas =>
        {
            var place = Inside(Layout.Handwriting, field);
            if (Handwriting is not null) canvas.Image(Handwriting.AddTo(sink), Handwriting, place.Fit(Handwriting.Aspect, 1));
            else if (IsTest) PenStroke.Draw(canvas, TextLines.Clean(SignerName), place, CopyColours.Pen);
            SignerLines.Draw(canvas, fonts, Inside(Layout.PersonLines, field), Wording.PersonSigner, SignerName, Wording.SigningTime, SigningTime);
        });
    };

    internal static MillimetreBox Inside(MillimetreBox box, MillimetreBox field) => box with { X = box.X - field.X, Y = box.Y - field.Y };
}
