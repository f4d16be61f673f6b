namespace ECopy.Signing.Pdf.Reading;

/// <summary>The rows that a predictor works on (ISO 32000-2, 7.4.4.4).</summary>
internal readonly record struct RowShape(int Colors, int Bits, int Columns)
{
    private const int WidestRow = 1 << 26;

    public int PixelBytes => Math.Max(1, Colors * Bits / 8);

    public int RowBytes
    {
        get
        {
            if (Colors is < 1 or > 32 || Bits is not (1 or 2 or 4 or 8 or 16) || Columns < 1) throw new InvalidDataException("impossible rows");
            var bytes = ((long)Colors * Bits * Columns + 7) / 8;
            return bytes <= WidestRow ? (int)bytes : throw new InvalidDataException("rows too wide");
        }
    }
}

/// <summary>Undoes PNG and TIFF prediction.</summary>
internal static class Predictors
{
    public static byte[] UndoPng(ReadOnlySpan<byte> bytes, RowShape shape)
    {
        var row = shape.RowBytes;
        if (bytes.Length % (row + 1) != 0) throw new InvalidDataException("a row is incomplete");
        var count = bytes.Length / (row + 1);
        var output = new byte[count * row];
        ReadOnlySpan<byte> above = new byte[Math.Min(row, bytes.Length)];
        for (var i = 0; i < count; i++)
        {
            var current = output.AsSpan(i * row, row);
            bytes.Slice(i * (row + 1) + 1, row).CopyTo(current);
            UndoRow(bytes[i * (row + 1)], current, above, shape.PixelBytes);
            above = current;
        }

        return output;
    }

    private static void UndoRow(int kind, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        if (kind > 4) throw new InvalidDataException("no such row filter");
        for (var i = 0; i < row.Length; i++)
        {
            var left = i >= pixel ? row[i - pixel] : 0;
            row[i] += (byte)(kind switch
            {
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], i >= pixel ? above[i - pixel] : 0),
                _ => 0,
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - 2 * corner));
        if (toLeft <= toAbove && toLeft <= toCorner) return left;
        return toAbove <= toCorner ? above : corner;
    }

    public static byte[] UndoTiff(ReadOnlySpan<byte> bytes, RowShape shape)
    {
        var row = shape.RowBytes;
        if (bytes.Length % row != 0) throw new InvalidDataException("a row is incomplete");
        var output = bytes.ToArray();
        for (var start = 0; start < output.Length; start += row) UndoTiffRow(output.AsSpan(start, row), shape);
        return output;
    }

    private static void UndoTiffRow(Span<byte> row, RowShape shape)
    {
        if (shape.Bits == 8)
        {
            for (var i = shape.Colors; i < row.Length; i++) row[i] += row[i - shape.Colors];
            return;
        }

        if (shape.Bits == 16)
        {
            for (var i = shape.Colors * 2; i + 1 < row.Length; i += 2)
            {
                var sum = (row[i] << 8 | row[i + 1]) + (row[i - shape.Colors * 2] << 8 | row[i - shape.Colors * 2 + 1]);
                row[i] = (byte)(sum >> 8);
                row[i + 1] = (byte)sum;
            }

            return;
        }

        var mask = (1 << shape.Bits) - 1;
        for (var i = shape.Colors; i < (long)shape.Colors * shape.Columns; i++)
        {
            var before = Sample(row, i - shape.Colors, shape.Bits, mask);
            var (at, shift) = Place(i, shape.Bits);
            var sum = (Sample(row, i, shape.Bits, mask) + before) & mask;
            row[at] = (byte)(row[at] & ~(mask << shift) | sum << shift);
        }
    }

    private static int Sample(ReadOnlySpan<byte> row, int index, int bits, int mask)
    {
        var (at, shift) = Place(index, bits);
        return row[at] >> shift & mask;
    }

    private static (int At, int Shift) Place(int index, int bits)
    {
        var bit = (long)index * bits;
        return ((int)(bit / 8), 8 - bits - (int)(bit % 8));
    }
}
