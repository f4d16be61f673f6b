using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Reading;

/// <summary>ASCIIHexDecode, ASCII85Decode and RunLengthDecode (ISO 32000-2, 7.4.2, 7.4.3, 7.4.5).</summary>
internal static class AsciiFilters
{
    public static void DecodeHex(ReadOnlySpan<byte> bytes, BoundedOutput output)
    {
        var half = -1;
        foreach (var value in bytes)
        {
            if (value == '>') break;
            if (PdfLexer.IsWhite(value)) continue;
            var digit = PdfLexer.Digit(value);
            if (digit < 0) throw new InvalidDataException("not a hex digit");
            if (half < 0)
            {
                half = digit;
                continue;
            }

            output.Write((byte)(half << 4 | digit));
            half = -1;
        }

        if (half >= 0) output.Write((byte)(half << 4));
    }

    public static void Decode85(ReadOnlySpan<byte> bytes, BoundedOutput output)
    {
        Span<byte> group = stackalloc byte[4];
        ulong sum = 0;
        var count = 0;
        foreach (var value in bytes)
        {
            if (value == '~') break;
            if (PdfLexer.IsWhite(value)) continue;
            if (value == 'z' && count == 0)
            {
                output.Write("\0\0\0\0"u8);
                continue;
            }

            if (value is < (byte)'!' or > (byte)'u') throw new InvalidDataException("not a base-85 digit");
            sum = sum * 85 + (ulong)(value - '!');
            if (++count < 5) continue;
            Put(group, sum);
            output.Write(group);
            (sum, count) = (0, 0);
        }

        if (count == 0) return;
        if (count == 1) throw new InvalidDataException("one base-85 digit alone");
        for (var i = count; i < 5; i++) sum = sum * 85 + 84;
        Put(group, sum);
        output.Write(group[..(count - 1)]);
    }

    private static void Put(Span<byte> group, ulong sum)
    {
        if (sum > uint.MaxValue) throw new InvalidDataException("a base-85 group out of range");
        BinaryPrimitives.WriteUInt32BigEndian(group, (uint)sum);
    }

    public static void DecodeRuns(ReadOnlySpan<byte> bytes, BoundedOutput output)
    {
        Span<byte> run = stackalloc byte[128];
        for (var i = 0; i < bytes.Length;)
        {
            var length = bytes[i++];
            if (length == 128) return;
            if (length < 128)
            {
                if (length + 1 > bytes.Length - i) throw new InvalidDataException("a run beyond the end");
                output.Write(bytes.Slice(i, length + 1));
                i += length + 1;
                continue;
            }

            if (i == bytes.Length) throw new InvalidDataException("a run beyond the end");
            run.Fill(bytes[i++]);
            output.Write(run[..(257 - length)]);
        }
    }
}
