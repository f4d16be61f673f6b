using System.Buffers.Binary;
using System.IO.Compression;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Writes a picture of up to 256 colours as PNG (W3C PNG, third edition).</summary>
internal static class PngFile
{
    private static readonly uint[] Crc = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];

    /// <param name="pixels">One byte each, row by row.</param>
    /// <param name="palette">Three bytes a colour.</param>
    /// <param name="dpi">Null: the file says nothing of its resolution.</param>
    public static byte[] Write(ReadOnlySpan<byte> pixels, int width, ReadOnlySpan<byte> palette, int? dpi)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], pixels.Length / width);
        (header[8], header[9]) = (8, 3);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "PLTE"u8, palette);
        if (dpi is { } resolution) Chunk(file, "pHYs"u8, Density(resolution));
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var row = 0; row < pixels.Length; row += width)
            {
                deflate.WriteByte(0);
                deflate.Write(pixels.Slice(row, width));
            }
        }

        Chunk(file, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Pixels to the metre, across and down.</summary>
    private static byte[] Density(int dpi)
    {
        var density = new byte[9];
        BinaryPrimitives.WriteInt32BigEndian(density, (int)Math.Round(dpi / 0.0254));
        BinaryPrimitives.WriteInt32BigEndian(density.AsSpan(4), (int)Math.Round(dpi / 0.0254));
        density[8] = 1;
        return density;
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        var sum = uint.MaxValue;
        foreach (var part in type) sum = Crc[(byte)(sum ^ part)] ^ (sum >> 8);
        foreach (var part in content) sum = Crc[(byte)(sum ^ part)] ^ (sum >> 8);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~sum);
        file.Write(number);
    }
}
