using System.Globalization;
using System.Text;
using ECopy.Functions.Layout;

namespace ECopy.Functions.Pages;

/// <summary>A QR code as the one path of an SVG, in modules.</summary>
internal sealed record QrDrawing(int Side, string Path)
{
    public static QrDrawing Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var (side, runs) = QrModules.Of(address.AbsoluteUri);
        var path = new StringBuilder();
        foreach (var run in runs) path.Append(CultureInfo.InvariantCulture, $"M{run.X} {run.Y}h{run.Length}v1h-{run.Length}z");
        return new QrDrawing(side, path.ToString());
    }
}
