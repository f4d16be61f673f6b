using ECopy.Functions.Demo.Drawing;

namespace ECopy.TestKit;

/// <summary>Small PNG scans made in memory, each seed another picture, without a resolution: for tests where the picture does not matter.</summary>
public static class SmallScan
{
    private const int Side = 40;

    public static byte[] Png(int seed)
    {
        var random = new Random(seed);
        var palette = new byte[256 * 3];
        var pixels = new byte[Side * Side];
        random.NextBytes(palette);
        random.NextBytes(pixels);
        return PngFile.Write(pixels, Side, palette, dpi: null);
    }
}
