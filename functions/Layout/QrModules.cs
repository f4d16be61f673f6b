using QRCoder;

namespace ECopy.Functions.Layout;

/// <summary>The dark squares of a QR code, error level M, its quiet zone around them: for whoever draws it, on paper or on a page.</summary>
internal static class QrModules
{
    /// <summary>Modules of the quiet zone on each side (ISO/IEC 18004).</summary>
    public const int QuietZone = 4;

    /// <summary>Side in modules, and each run of dark ones along a row.</summary>
    public static (int Side, IReadOnlyList<QrRun> Runs) Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var matrix = code.ModuleMatrix;
        var runs = new List<QrRun>();
        for (var y = 0; y < matrix.Count; y++)
        {
            for (var x = 0; x < matrix.Count; x++)
            {
                if (!matrix[y][x]) continue;
                var start = x;
                while (x + 1 < matrix.Count && matrix[y][x + 1]) x++;
                runs.Add(new QrRun(start, y, x - start + 1));
            }
        }

        return (matrix.Count, runs);
    }
}

internal readonly record struct QrRun(int X, int Y, int Length);
