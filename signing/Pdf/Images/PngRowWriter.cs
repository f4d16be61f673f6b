using System.IO.Compression;

namespace ECopy.Signing.Pdf.Images;

/// <summary>
/// Compresses rows with the PNG filters (ISO/IEC 15948, 9), as FlateDecode with predictor 15 expects them: for pictures
/// whose alpha had to be split off or whose interlacing had to be undone.
/// </summary>
internal sealed class PngRowWriter : IDisposable
{
    private readonly MemoryStream compressed = new();
    private readonly ZLibStream deflate;
    private readonly int distance;
    private readonly byte[] filtered;
    private readonly byte[] best;
    private readonly byte[] previous;
    private readonly bool isFiltered;

    public PngRowWriter(int rowBytes, int bitsPerPixel)
    {
        deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true);
        distance = Math.Max(1, bitsPerPixel / 8);
        // Packed samples and single bits do not profit from filters (12.8).
        isFiltered = bitsPerPixel >= 8;
        filtered = new byte[rowBytes + 1];
        best = new byte[rowBytes + 1];
        previous = new byte[rowBytes];
    }

    public void Write(ReadOnlySpan<byte> row)
    {
        if (isFiltered)
        {
            var least = long.MaxValue;
            foreach (var filter in (ReadOnlySpan<byte>)[0, 1, 2, 4])
            {
                var sum = Filter(filter, row);
                if (sum >= least) continue;
                least = sum;
                filtered.CopyTo(best, 0);
            }
        }
        else
        {
            Filter(0, row);
            filtered.CopyTo(best, 0);
        }

        deflate.Write(best);
        row.CopyTo(previous);
    }

    public byte[] Finish()
    {
        deflate.Dispose();
        return compressed.ToArray();
    }

    public void Dispose()
    {
        deflate.Dispose();
        compressed.Dispose();
    }

    /// <summary>Fills the row for this filter; gives the sum of absolute differences, the usual measure of choice (12.8).</summary>
    private long Filter(byte filter, ReadOnlySpan<byte> row)
    {
        filtered[0] = filter;
        long sum = 0;
        for (var i = 0; i < row.Length; i++)
        {
            var left = i >= distance ? row[i - distance] : (byte)0;
            var corner = i >= distance ? previous[i - distance] : (byte)0;
            var predicted = filter switch
            {
                1 => left,
                2 => previous[i],
                4 => PngRows.Paeth(left, previous[i], corner),
                _ => (byte)0,
            };
            var value = (byte)(row[i] - predicted);
            filtered[i + 1] = value;
            sum += value < 128 ? value : 256 - value;
        }

        return sum;
    }
}
