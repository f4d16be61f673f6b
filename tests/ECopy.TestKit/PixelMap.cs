using System.Globalization;
using System.Text;

namespace ECopy.TestKit;

/// <summary>A rendered page or decoded picture: RGB, eight bits each.</summary>
public sealed class PixelMap
{
    private readonly byte[] samples;

    private PixelMap(int width, int height, byte[] samples)
    {
        Width = width;
        Height = height;
        this.samples = samples;
    }

    public int Width { get; }

    public int Height { get; }

    public (byte Red, byte Green, byte Blue) this[int x, int y]
    {
        get
        {
            var at = 3 * (y * Width + x);
            return (samples[at], samples[at + 1], samples[at + 2]);
        }
    }

    /// <summary>The pages of a PDF as poppler renders them.</summary>
    public static List<PixelMap> OfPages(byte[] pdf, int dpi)
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-pages-");
        try
        {
            var path = Path.Combine(folder.FullName, "file.pdf");
            File.WriteAllBytes(path, pdf);
            var answer = OutsideTool.Run("pdftoppm", "-r", dpi.ToString(CultureInfo.InvariantCulture), path, Path.Combine(folder.FullName, "page"));
            if (answer.ExitCode != 0 || answer.Error.Length > 0) throw new InvalidOperationException($"pdftoppm: {answer.All}");
            return [.. Directory.GetFiles(folder.FullName, "page*.ppm").Order(StringComparer.Ordinal).Select(p => Read(File.ReadAllBytes(p)))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads a binary PPM.</summary>
    public static PixelMap Read(byte[] ppm)
    {
        var at = 0;
        string Word()
        {
            while (ppm[at] <= ' ') at++;
            var start = at;
            while (ppm[at] > ' ') at++;
            return Encoding.ASCII.GetString(ppm, start, at - start);
        }

        if (Word() != "P6") throw new InvalidDataException("not a PPM");
        int width = int.Parse(Word(), CultureInfo.InvariantCulture), height = int.Parse(Word(), CultureInfo.InvariantCulture);
        if (Word() != "255") throw new InvalidDataException("not eight bits");
        return new PixelMap(width, height, ppm[(at + 1)..]);
    }

    /// <summary>Mean of all absolute differences, of 255.</summary>
    public double MeanDifference(PixelMap other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Width != other.Width || Height != other.Height) throw new ArgumentException($"{Width} × {Height} against {other.Width} × {other.Height}");
        long sum = 0;
        for (var i = 0; i < 3 * Width * Height; i++) sum += Math.Abs(samples[i] - other.samples[i]);
        return sum / (3.0 * Width * Height);
    }

    /// <summary>The part of it from (x, y).</summary>
    public PixelMap Crop(int x, int y, int width, int height)
    {
        var part = new byte[3 * width * height];
        for (var row = 0; row < height; row++) Array.Copy(samples, 3 * ((y + row) * Width + x), part, 3 * row * width, 3 * width);
        return new PixelMap(width, height, part);
    }

    /// <summary>Pixels that are not white.</summary>
    public int Inked => Enumerable.Range(0, Width * Height).Count(i => samples[3 * i] < 250 || samples[3 * i + 1] < 250 || samples[3 * i + 2] < 250);
}
