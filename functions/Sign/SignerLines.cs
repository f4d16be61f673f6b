using System.Globalization;
using ECopy.Functions.Layout;
using ECopy.Signing.Pdf.Archive;

namespace ECopy.Functions.Sign;

/// <summary>The two facts under a visible signature: who, and when in ISO 8601 at +07:00.</summary>
internal static class SignerLines
{
    private const double Size = 7.4, Least = 5, Leading = 1.42;

    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    /// <summary>Draws label and name, then label and time; a long name takes two lines.</summary>
    public static void Draw(PdfCanvas canvas, CopyFonts fonts, MillimetreBox box, string label, string name, string timeLabel, DateTimeOffset time)
    {
        var bold = new TextStyle(fonts.SansSemiBold, Size, CopyColours.Label);
        var plain = new TextStyle(fonts.Sans, Size, CopyColours.Label);
        var pitch = TextLines.Pitch(plain, Leading);
        var indent = bold.Width(label + " ");
        var most = Math.Max(1, (int)(box.Height / pitch) - 1) * pitch;
        var (lines, set) = TextLines.Block([TextLines.Clean(name)], plain, box.Width - indent, most, Least, Leading);
        var y = box.Y + pitch * 0.74;
        canvas.Text(box.X, y, label + " ", bold);
        foreach (var line in lines)
        {
            canvas.Text(box.X + indent, y, line, set);
            y += pitch;
        }

        // A narrow place makes it smaller: half a time says nothing.
        var (text, fitted) = TextLines.OneLine($"{timeLabel} {time.ToOffset(Vietnam).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)}", plain, box.Width, Least);
        canvas.Text(box.X, y, text, fitted);
    }
}
