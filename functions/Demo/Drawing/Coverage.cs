namespace ECopy.Functions.Demo.Drawing;

/// <summary>
/// How much of each pixel a shape covers: every edge leaves its signed area in the pixels it passes, and the sum along a row is the
/// coverage. Exact for shapes that do not overlap themselves, and quick: each pixel is touched once.
/// </summary>
internal sealed class Coverage
{
    private float[] cells = [];
    private int width;
    private int height;

    /// <summary>Left edge of what <see cref="Row"/> gives, in pixels of the picture.</summary>
    public int Left { get; private set; }

    public int Top { get; private set; }

    public int Height => height;

    /// <summary>Begins a shape within this box; what lies outside the picture is cut off.</summary>
    public void Begin(double left, double top, double right, double bottom, int pictureWidth, int pictureHeight)
    {
        Left = Math.Clamp((int)Math.Floor(left), 0, pictureWidth);
        Top = Math.Clamp((int)Math.Floor(top), 0, pictureHeight);
        width = Math.Clamp((int)Math.Ceiling(right), Left, pictureWidth) - Left;
        height = Math.Clamp((int)Math.Ceiling(bottom), Top, pictureHeight) - Top;
        // Two cells more, where the area of the last pixel's right edge goes.
        var length = (width + 2) * height;
        if (cells.Length < length) cells = new float[length];
        Array.Clear(cells, 0, length);
    }

    /// <summary>One edge, in pixels of the picture.</summary>
    public void Edge(double fromX, double fromY, double toX, double toY)
    {
        (fromX, toX) = (Math.Clamp(fromX - Left, 0, width), Math.Clamp(toX - Left, 0, width));
        (fromY, toY) = (fromY - Top, toY - Top);
        if (fromY == toY) return;
        var direction = 1.0;
        if (fromY > toY)
        {
            (fromX, toX, fromY, toY) = (toX, fromX, toY, fromY);
            direction = -1;
        }

        var slope = (toX - fromX) / (toY - fromY);
        var x = fromY < 0 ? fromX - fromY * slope : fromX;
        for (var row = Math.Max(0, (int)fromY); row < Math.Min(height, (int)Math.Ceiling(toY)); row++)
        {
            var part = Math.Min(row + 1, toY) - Math.Max(row, fromY);
            var next = x + slope * part;
            Add(row * (width + 2), Math.Min(x, next), Math.Max(x, next), part * direction);
            x = next;
        }
    }

    /// <summary>Coverage of a row's pixels, 0 to 1, from <see cref="Left"/> on.</summary>
    public void Row(int row, Span<float> covered, out int count)
    {
        var sum = 0f;
        var start = row * (width + 2);
        for (var i = 0; i < width; i++)
        {
            sum += cells[start + i];
            covered[i] = Math.Min(1, Math.Abs(sum));
        }

        count = width;
    }

    private void Add(int start, double left, double right, double area)
    {
        var first = (int)left;
        var end = (int)Math.Ceiling(right);
        if (end <= first + 1)
        {
            // Within one pixel: what lies right of the edge's middle.
            var middle = (left + right) / 2 - first;
            cells[start + first] += (float)(area * (1 - middle));
            cells[start + first + 1] += (float)(area * middle);
            return;
        }

        var perPixel = area / (right - left);
        var covered = 0.0;
        for (var pixel = first; pixel < end; pixel++)
        {
            // The part of the edge inside this pixel, and the area right of it up to the pixel's border.
            var (inFrom, inTo) = (Math.Max(left, pixel), Math.Min(right, pixel + 1));
            var here = perPixel * (inTo - inFrom);
            var full = covered + here * (pixel + 1 - (inFrom + inTo) / 2);
            cells[start + pixel] += (float)(full - covered);
            covered += here;
            cells[start + pixel + 1] += (float)(covered - full);
        }
    }
}
