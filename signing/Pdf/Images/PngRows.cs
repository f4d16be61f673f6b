using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ECopy.Signing.Pdf.Images;

/// <summary>Takes one row of pixels, unfiltered and packed as PNG packs them.</summary>
internal delegate void PngRow(ReadOnlySpan<byte> row);

/// <summary>Inflates image data row by row, never further than the header announces.</summary>
internal static class PngRows
{
    /// <summary>Inflates everything once and checks it; tells whether any pixel is not opaque.</summary>
    public static bool Scan(PngHeader header, ReadOnlyMemory<byte> data, byte[]? transparency)
    {
        if (transparency is not null && !header.HasPalette)
        {
            Decode(header, data, row: null);
            return true;
        }

        if (header.HasPalette && transparency is null || !header.HasPalette && !header.HasAlpha)
        {
            Decode(header, data, row: null);
            return false;
        }

        var opaque = true;
        Decode(header, data, row => opaque = opaque && IsOpaque(header, row, transparency));
        return !opaque;
    }

    /// <summary>Gives every row from top to bottom; an interlaced picture is put together first. Without taker only checks.</summary>
    public static void Decode(PngHeader header, ReadOnlyMemory<byte> data, PngRow? row)
    {
        var whole = header.IsInterlaced && row is not null ? new byte[header.RowBytes(header.Width) * header.Height] : null;
        try
        {
            using var inflate = new ZLibStream(Open(data), CompressionMode.Decompress);
            foreach (var pass in header.Passes()) DecodePass(header, inflate, pass, whole, row);
            if (inflate.ReadByte() >= 0) throw PngReader.Corrupt("more data than pixels");
        }
        catch (InvalidDataException e)
        {
            throw PngReader.Corrupt("compressed data", e);
        }

        if (whole is null) return;
        var length = (int)header.RowBytes(header.Width);
        for (var y = 0; y < header.Height; y++) row!(whole.AsSpan(y * length, length));
    }

    private static void DecodePass(PngHeader header, ZLibStream inflate, PngPass pass, byte[]? whole, PngRow? row)
    {
        var length = (int)header.RowBytes(pass.Width);
        var current = new byte[1 + length];
        var previous = new byte[1 + length];
        for (var y = 0; y < pass.Height; y++)
        {
            if (inflate.ReadAtLeast(current, current.Length, throwOnEndOfStream: false) < current.Length) throw PngReader.Corrupt("fewer data than pixels");
            if (current[0] > 4) throw PngReader.Corrupt("filter type");
            if (row is null) continue;
            Unfilter(current, previous, header.FilterDistance);
            if (whole is null) row(current.AsSpan(1));
            else Place(header, pass, y, current.AsSpan(1), whole);
            (current, previous) = (previous, current);
        }
    }

    /// <summary>Undoes the row's filter (9.2).</summary>
    private static void Unfilter(Span<byte> current, ReadOnlySpan<byte> previous, int distance)
    {
        var row = current[1..];
        var above = previous[1..];
        switch (current[0])
        {
            case 1:
                for (var i = distance; i < row.Length; i++) row[i] += row[i - distance];
                break;
            case 2:
                for (var i = 0; i < row.Length; i++) row[i] += above[i];
                break;
            case 3:
                for (var i = 0; i < row.Length; i++) row[i] += (byte)(((i >= distance ? row[i - distance] : 0) + above[i]) >> 1);
                break;
            case 4:
                for (var i = 0; i < row.Length; i++)
                    row[i] += i >= distance ? Paeth(row[i - distance], above[i], above[i - distance]) : above[i];
                break;
        }
    }

    public static byte Paeth(byte left, byte above, byte corner)
    {
        int p = left + above - corner, pa = Math.Abs(p - left), pb = Math.Abs(p - above), pc = Math.Abs(p - corner);
        return pa <= pb && pa <= pc ? left : pb <= pc ? above : corner;
    }

    private static void Place(PngHeader header, PngPass pass, int y, ReadOnlySpan<byte> row, Span<byte> whole)
    {
        var target = whole.Slice((int)header.RowBytes(header.Width) * (pass.Y + y * pass.StepY), (int)header.RowBytes(header.Width));
        var bits = header.BitsPerPixel;
        for (var x = 0; x < pass.Width; x++)
        {
            var to = pass.X + x * pass.StepX;
            if (bits >= 8) row.Slice(x * bits / 8, bits / 8).CopyTo(target[(to * bits / 8)..]);
            else target[to * bits / 8] |= (byte)(Sample(row, x, bits) << 8 - bits - to * bits % 8);
        }
    }

    /// <summary>The n-th sample of fewer than eight bits, leftmost in the high bits (7.2).</summary>
    public static int Sample(ReadOnlySpan<byte> row, int index, int bits) =>
        row[index * bits / 8] >> 8 - bits - index * bits % 8 & (1 << bits) - 1;

    private static bool IsOpaque(PngHeader header, ReadOnlySpan<byte> row, byte[]? transparency)
    {
        if (header.HasPalette)
        {
            for (var x = 0; x < header.Width; x++)
            {
                var index = Sample(row, x, header.BitDepth);
                if (index < transparency!.Length && transparency[index] != 255) return false;
            }

            return true;
        }

        var (pixel, alpha) = (header.BitsPerPixel / 8, header.BitDepth / 8);
        for (var at = pixel - alpha; at < row.Length; at += pixel)
            if (row.Slice(at, alpha).IndexOfAnyExcept((byte)255) >= 0) return false;
        return true;
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(data.ToArray(), writable: false);
}
