namespace ECopy.Signing.Pdf.Reading;

/// <summary>LZWDecode (ISO 32000-2, 7.4.4): codes of 9 to 12 bits, highest bit first.</summary>
internal static class LzwDecoder
{
    private const int Clear = 256;
    private const int EndOfData = 257;
    private const int Most = 4096;

    public static void Decode(ReadOnlySpan<byte> bytes, bool earlyChange, BoundedOutput output)
    {
        // Each code is the code before it and one byte more.
        var prefix = new int[Most];
        var last = new byte[Most];
        var text = new byte[Most];
        var (next, width, previous) = (EndOfData + 1, 9, -1);
        long bit = 0;
        while (bit + width <= (long)bytes.Length * 8)
        {
            var code = Code(bytes, bit, width);
            bit += width;
            if (code == EndOfData) return;
            if (code == Clear)
            {
                (next, width, previous) = (EndOfData + 1, 9, -1);
                continue;
            }

            if (code > next || (code == next && previous < 0) || (code > EndOfData && previous < 0)) throw new InvalidDataException("an LZW code before its definition");
            var start = Most;
            if (code == next) start--;
            for (var part = code == next ? previous : code; ; part = prefix[part])
            {
                text[--start] = part < Clear ? (byte)part : last[part];
                if (part < Clear) break;
            }

            if (code == next) text[Most - 1] = text[start];
            output.Write(text.AsSpan(start));
            if (previous >= 0 && next < Most)
            {
                prefix[next] = previous;
                last[next] = text[start];
                next++;
            }

            previous = code;
            var reach = next + (earlyChange ? 1 : 0);
            width = reach >= 2048 ? 12 : reach >= 1024 ? 11 : reach >= 512 ? 10 : 9;
        }
    }

    private static int Code(ReadOnlySpan<byte> bytes, long bit, int width)
    {
        var at = (int)(bit / 8);
        var window = bytes[at] << 16 | (at + 1 < bytes.Length ? bytes[at + 1] << 8 : 0) | (at + 2 < bytes.Length ? bytes[at + 2] : 0);
        return window >> (24 - width - (int)(bit % 8)) & ((1 << width) - 1);
    }
}
