using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ECopy.Signing.Pdf.Reading;

/// <summary>Undoes the filters of a stream (ISO 32000-2, 7.4), as far as the limits allow. Image filters are not for this reader.</summary>
internal static class StreamDecoder
{
    private const int MostFilters = 8;

    public static ReadOnlyMemory<byte> Decode(PdfStream stream, Func<PdfObject?, PdfObject> resolve, ReadBudget budget, long offset)
    {
        if (stream.Dictionary.Contains("F")) throw new PdfFormatException(PdfFaults.FilterUnsupported, offset, "the stream's bytes are in another file");
        var filters = List(resolve(stream.Dictionary["Filter"]), resolve);
        var parameters = List(resolve(stream.Dictionary["DecodeParms"]), resolve);
        if (filters.Count > MostFilters) throw new PdfFormatException(PdfFaults.Filter, offset, "too many filters");
        var bytes = stream.Encoded;
        for (var i = 0; i < filters.Count; i++)
        {
            if (filters[i] is not PdfName filter) throw new PdfFormatException(PdfFaults.Filter, offset, "a filter that is no name");
            var settings = i < parameters.Count ? parameters[i] as PdfDictionary : null;
            budget.Work(bytes.Length, offset);
            var output = new BoundedOutput(budget, offset);
            try
            {
                switch (filter.Value)
                {
                    case "FlateDecode": Inflate(bytes, output); break;
                    case "LZWDecode": LzwDecoder.Decode(bytes.Span, Setting(settings, "EarlyChange", 1, resolve) != 0, output); break;
                    case "ASCIIHexDecode": AsciiFilters.DecodeHex(bytes.Span, output); break;
                    case "ASCII85Decode": AsciiFilters.Decode85(bytes.Span, output); break;
                    case "RunLengthDecode": AsciiFilters.DecodeRuns(bytes.Span, output); break;
                    default: throw new PdfFormatException(PdfFaults.FilterUnsupported, offset, "a filter that this reader does not undo");
                }
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException)
            {
                throw new PdfFormatException(PdfFaults.Filter, offset, "a stream cannot be decoded", fault);
            }

            bytes = output.Written;
            if (settings is not null && filter.Value is "FlateDecode" or "LZWDecode")
                bytes = Unpredict(bytes, settings, resolve, budget, offset);
        }

        return bytes;
    }

    private static ReadOnlyMemory<byte> Unpredict(ReadOnlyMemory<byte> bytes, PdfDictionary? settings, Func<PdfObject?, PdfObject> resolve, ReadBudget budget, long offset)
    {
        var predictor = Setting(settings, "Predictor", 1, resolve);
        if (predictor == 1) return bytes;
        budget.Work(bytes.Length, offset);
        var rows = new RowShape(
            Setting(settings, "Colors", 1, resolve), Setting(settings, "BitsPerComponent", 8, resolve), Setting(settings, "Columns", 1, resolve));
        try
        {
            return predictor switch
            {
                2 => Predictors.UndoTiff(bytes.Span, rows),
                >= 10 and <= 15 => Predictors.UndoPng(bytes.Span, rows),
                _ => throw new InvalidDataException("no such predictor"),
            };
        }
        catch (InvalidDataException fault)
        {
            throw new PdfFormatException(PdfFaults.Filter, offset, "a stream's predictor cannot be undone", fault);
        }
    }

    private static void Inflate(ReadOnlyMemory<byte> bytes, BoundedOutput output)
    {
        using var source = MemoryMarshal.TryGetArray(bytes, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        using var inflater = new ZLibStream(source, CompressionMode.Decompress);
        var buffer = new byte[1 << 14];
        for (int read; (read = inflater.Read(buffer, 0, buffer.Length)) > 0;) output.Write(buffer.AsSpan(0, read));
    }

    private static List<PdfObject> List(PdfObject value, Func<PdfObject?, PdfObject> resolve) => value switch
    {
        PdfNull => [],
        PdfArray array => [.. array.Take(MostFilters + 1).Select(item => resolve(item))],
        _ => [value],
    };

    private static int Setting(PdfDictionary? settings, string key, int preset, Func<PdfObject?, PdfObject> resolve) =>
        settings is not null && resolve(settings[key]) is PdfInteger integer ? (int)Math.Clamp(integer.Value, -1, int.MaxValue) : preset;
}

/// <summary>Decoded bytes up to the limit.</summary>
internal sealed class BoundedOutput(ReadBudget budget, long offset)
{
    private byte[] bytes = new byte[256];
    private int count;

    public int Count => count;

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, count);

    public void Write(ReadOnlySpan<byte> more)
    {
        if (more.Length > budget.Limits.DecodedBytes - count) throw new PdfFormatException(PdfFaults.TooMuchDecoded, offset, "a stream decodes to too many bytes");
        budget.Work(more.Length, offset);
        if (more.Length > bytes.Length - count)
            Array.Resize(ref bytes, (int)Math.Min(budget.Limits.DecodedBytes, Math.Max((long)bytes.Length * 2, (long)count + more.Length)));
        more.CopyTo(bytes.AsSpan(count));
        count += more.Length;
    }

    public void Write(byte value) => Write([value]);
}
