using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Images;

/// <summary>IHDR (ISO/IEC 15948, 11.2.2) and the sizes that follow from it.</summary>
internal sealed record PngHeader(int Width, int Height, int BitDepth, int ColourType, bool IsInterlaced)
{
    private const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6;

    public bool HasPalette => ColourType == Palette;

    public bool HasAlpha => ColourType is GreyAlpha or RgbAlpha;

    public bool IsGrey => ColourType is Grey or GreyAlpha;

    /// <summary>Samples per pixel, alpha included.</summary>
    public int Channels => ColourType switch { Rgb => 3, GreyAlpha => 2, RgbAlpha => 4, _ => 1 };

    public int BitsPerPixel => Channels * BitDepth;

    /// <summary>Distance of the left neighbour for filters (9.2): at least one byte.</summary>
    public int FilterDistance => Math.Max(1, BitsPerPixel / 8);

    public static PngHeader Read(ReadOnlySpan<byte> body)
    {
        if (body.Length != 13) throw PngReader.Corrupt("IHDR length");
        var width = BinaryPrimitives.ReadUInt32BigEndian(body);
        var height = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue) throw PngReader.Corrupt("IHDR size");
        int depth = body[8], type = body[9];
        var allowed = type switch
        {
            Grey => depth is 1 or 2 or 4 or 8 or 16,
            Palette => depth is 1 or 2 or 4 or 8,
            Rgb or GreyAlpha or RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!allowed || body[10] != 0 || body[11] != 0 || body[12] > 1) throw PngReader.Corrupt("IHDR values");
        return new PngHeader((int)width, (int)height, depth, type, body[12] == 1);
    }

    /// <summary>Bytes of a row of so many pixels, without the filter byte.</summary>
    public long RowBytes(int pixels) => ((long)pixels * BitsPerPixel + 7) / 8;

    /// <summary>The picture's parts in the order stored: one, or the seven passes of Adam7 (8.2) that have pixels.</summary>
    public IEnumerable<PngPass> Passes()
    {
        if (!IsInterlaced)
        {
            yield return new PngPass(0, 0, 1, 1, Width, Height);
            yield break;
        }

        (int X, int Y, int Dx, int Dy)[] adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        foreach (var (x, y, dx, dy) in adam7)
        {
            var pass = new PngPass(x, y, dx, dy, (Width - x + dx - 1) / dx, (Height - y + dy - 1) / dy);
            if (pass is { Width: > 0, Height: > 0 }) yield return pass;
        }
    }
}

/// <summary>One pass: where its pixels lie in the picture.</summary>
internal sealed record PngPass(int X, int Y, int StepX, int StepY, int Width, int Height);
