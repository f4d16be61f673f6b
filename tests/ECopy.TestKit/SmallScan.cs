using System.Buffers.Binary;
using System.IO.Compression;

namespace ECopy.TestKit;

/// <summary>Small PNG scans made in memory, each seed another picture: for tests where the picture does not matter.</summary>
public static class SmallScan
{
    private const int Side = 40;

    public static byte[] Png(int seed)
    {
        var random = new Random(seed);
        var rows = new byte[Side * (1 + (Side * 3))];
        random.NextBytes(rows);
        for (var row = 0; row < Side; row++) rows[row * (1 + (Side * 3))] = 0;

        using var output = new MemoryStream();
        output.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        header[8] = 8;
        header[9] = 2;
        Chunk(output, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        Chunk(output, "IDAT"u8, packed.ToArray());
        Chunk(output, "IEND"u8, []);
        return output.ToArray();
    }

    private static void Chunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        output.Write(number);
        output.Write(type);
        output.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum([.. type, .. content]));
        output.Write(number);
    }

    /// <summary>CRC-32 as PNG has it.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
