using System.Globalization;
using ECopy.Functions.Layout;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Sign;

/// <summary>What the agency's signature shows: the seal in red, and two lines.</summary>
internal sealed record SealAppearance
{
    private const double Opacity = 0.88;

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

    /// <summary>Writes the form XObject into a document or a revision of it; its BBox is as large as the field's Rect.</summary>
    public Func<IPdfObjectSink, PdfReference> Factory(CopyFonts fonts) => sink =>
    {
        var field = Layout.SealField;
        return FormXObject.Draw(sink, field.Width, field.Height, canvas =>
        {
            var place = PersonAppearance.Inside(Layout.Seal, field);
            canvas.Save();
            canvas.Opacity(Opacity);
            if (Seal is not null) canvas.Image(Seal.AddTo(sink), Seal, place.Fit(Seal.Aspect, 1));
            else if (IsTest) DrawTestSeal(canvas, fonts, place);
            else DrawFrame(canvas, fonts, place);
            canvas.Restore();
            SignerLines.Draw(canvas, fonts, PersonAppearance.Inside(Layout.SealLines, field), Wording.AgencySigner, AgencyName, Wording.SigningTime, SigningTime);
        });
    };

    /// <summary>A seal that says of itself that it is none.</summary>
    private void DrawTestSeal(PdfCanvas canvas, CopyFonts fonts, MillimetreBox box)
    {
        var radius = box.Width / 2;
        foreach (var (part, width) in ((double, double)[])[(0.978, 0.75), (0.905, 0.3), (0.53, 0.35)])
        {
            canvas.Circle(box.CentreX, box.CentreY, radius * part);
            canvas.Stroke(CopyColours.Seal, width);
        }

        var lettering = new TextStyle(fonts.SerifBold, 8.8, CopyColours.Seal, Tracking: 40);
        var top = string.Format(CultureInfo.InvariantCulture, Wording.TestSealTop, TextLines.Clean(Place).ToUpper(CultureInfo.GetCultureInfo("vi-VN")));
        RingText.Over(canvas, box.CentreX, box.CentreY, radius * 0.625, top, lettering, mostDegrees: 214);
        RingText.Under(canvas, box.CentreX, box.CentreY, radius * 0.805, Wording.TestSealBottom, lettering with { Size = 7.8 }, mostDegrees: 118);
        var (centre, style) = TextLines.OneLine(Wording.TestSealCentre, new TextStyle(fonts.SerifBold, 13, CopyColours.Seal), radius * 0.9, 6);
        RingText.Flat(canvas, box.CentreX, box.CentreY + style.Size * 0.118, centre, style);
        canvas.Fill(CopyColours.Seal);
    }

    /// <summary>Without an image of the seal a plain frame with the agency's name: nothing that pretends to be a seal.</summary>
    private void DrawFrame(PdfCanvas canvas, CopyFonts fonts, MillimetreBox box)
    {
        var frame = box.Inset(0.5) with { Y = box.Y + 8, Height = box.Height - 16 };
        canvas.Rectangle(frame);
        canvas.Stroke(CopyColours.Seal, 0.5);
        canvas.Rectangle(frame.Inset(0.9));
        canvas.Stroke(CopyColours.Seal, 0.2);
        var (lines, style) = TextLines.Block([TextLines.Clean(AgencyName)], new TextStyle(fonts.SerifBold, 10, CopyColours.Seal), frame.Width - 4, frame.Height - 4, 5, 1.25);
        var pitch = TextLines.Pitch(style, 1.25);
        var y = frame.CentreY - lines.Count * pitch / 2 + pitch * 0.78;
        foreach (var line in lines)
        {
            RingText.Flat(canvas, frame.CentreX, y, line, style);
            y += pitch;
        }

        canvas.Fill(CopyColours.Seal);
    }
}
