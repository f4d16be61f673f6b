using System.Buffers;
using System.Globalization;
using System.Text;

namespace ECopy.Signing.Pdf;

/// <summary>Writes objects in PDF syntax (ISO 32000-2, 7.3). The same object gives the same bytes, always.</summary>
public static class PdfSerializer
{
    /// <summary><c>12 0 obj … endobj</c> with a line feed behind.</summary>
    public static void WriteIndirect(IBufferWriter<byte> output, PdfReference reference, PdfObject value)
    {
        ArgumentNullException.ThrowIfNull(reference);
        Ascii(output, string.Create(CultureInfo.InvariantCulture, $"{reference.Number} {reference.Generation} obj\n"));
        Write(output, value);
        Ascii(output, "\nendobj\n");
    }

    /// <summary>The object itself. A stream may only be written as an indirect object (7.3.8.1).</summary>
    public static void Write(IBufferWriter<byte> output, PdfObject value)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (value)
        {
            case PdfNull: Ascii(output, "null"); break;
            case PdfBoolean boolean: Ascii(output, boolean.Value ? "true" : "false"); break;
            case PdfInteger integer: Ascii(output, integer.Value.ToString(CultureInfo.InvariantCulture)); break;
            case PdfReal real: Ascii(output, Number(real.Value)); break;
            case PdfName name: WriteName(output, name.Value); break;
            case PdfString text: WriteString(output, text); break;
            case PdfReference reference: Ascii(output, string.Create(CultureInfo.InvariantCulture, $"{reference.Number} {reference.Generation} R")); break;
            case PdfArray array: WriteArray(output, array); break;
            case PdfDictionary dictionary: WriteDictionary(output, dictionary); break;
            case PdfStream stream: WriteStream(output, stream); break;
            default: throw new ArgumentException($"not a PDF object: {value}", nameof(value));
        }
    }

    /// <summary>A number with at most five decimals, never in exponent form.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value));
        var text = Math.Round(value, 5).ToString("0.#####", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    private static void WriteArray(IBufferWriter<byte> output, PdfArray array)
    {
        Ascii(output, "[");
        for (var i = 0; i < array.Count; i++)
        {
            if (i > 0) Ascii(output, " ");
            Write(output, array[i]);
        }

        Ascii(output, "]");
    }

    private static void WriteDictionary(IBufferWriter<byte> output, PdfDictionary dictionary, int? length = null)
    {
        Ascii(output, "<<");
        foreach (var (key, value) in dictionary)
        {
            if (length is not null && key == "Length") continue;
            WriteName(output, key);
            Ascii(output, " ");
            Write(output, value);
        }

        if (length is not null) Ascii(output, string.Create(CultureInfo.InvariantCulture, $"/Length {length}"));
        Ascii(output, ">>");
    }

    private static void WriteStream(IBufferWriter<byte> output, PdfStream stream)
    {
        WriteDictionary(output, stream.Dictionary, stream.Encoded.Length);
        Ascii(output, "\nstream\n");
        output.Write(stream.Encoded.Span);
        Ascii(output, "\nendstream");
    }

    private static void WriteName(IBufferWriter<byte> output, string name)
    {
        Ascii(output, "/");
        foreach (var c in name)
        {
            // 7.3.5: a name is bytes, none of them zero.
            if (c is '\0' or > '\u00FF') throw new ArgumentException($"not a PDF name: {name}", nameof(name));
            if (c is > '!' and <= '~' and not ('#' or '/' or '(' or ')' or '<' or '>' or '[' or ']' or '{' or '}' or '%'))
                Ascii(output, c.ToString());
            else
                Ascii(output, string.Create(CultureInfo.InvariantCulture, $"#{(int)c:X2}"));
        }
    }

    private static void WriteString(IBufferWriter<byte> output, PdfString text)
    {
        if (text.Hex)
        {
            Ascii(output, "<");
            Ascii(output, Convert.ToHexString(text.Bytes));
            Ascii(output, ">");
            return;
        }

        Ascii(output, "(");
        foreach (var b in text.Bytes)
        {
            if (b is (byte)'(' or (byte)')' or (byte)'\\') Ascii(output, "\\");
            // A bare carriage return would be read as a line feed (7.3.4.2).
            if (b == (byte)'\r') Ascii(output, "\\r");
            else output.Write([b]);
        }

        Ascii(output, ")");
    }

    private static void Ascii(IBufferWriter<byte> output, string text) => Encoding.ASCII.GetBytes(text, output);
}
