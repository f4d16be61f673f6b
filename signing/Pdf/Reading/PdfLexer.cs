using System.Buffers;
using System.Globalization;
using System.Text;

namespace ECopy.Signing.Pdf.Reading;

/// <summary>The lowest level of PDF syntax (ISO 32000-2, 7.2 and 7.3): white space, numbers, strings, names, keywords.</summary>
internal ref struct PdfLexer(ReadOnlySpan<byte> source, int position)
{
    private const int LongestNumber = 64;

    private static readonly SearchValues<byte> White = SearchValues.Create("\0\t\n\f\r "u8);
    private static readonly SearchValues<byte> Ends = SearchValues.Create("\0\t\n\f\r ()<>[]{}/%"u8);
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<byte> InString = SearchValues.Create("()\\\r"u8);

    private readonly ReadOnlySpan<byte> source = source;

    public int Position { get; set; } = position;

    public readonly int Length => source.Length;

    public readonly bool AtEnd => Position >= source.Length;

    /// <summary>The byte at the position, or -1.</summary>
    public readonly int Peek => Position < source.Length ? source[Position] : -1;

    public readonly int PeekNext => Position + 1 < source.Length ? source[Position + 1] : -1;

    public readonly PdfFormatException Fault(string message, string code = PdfFaults.Syntax) => new(code, Position, message);

    public static bool IsWhite(int value) => value is 0 or 9 or 10 or 12 or 13 or 32;

    public static bool IsDigit(int value) => value is >= '0' and <= '9';

    /// <summary>Passes white space, not comments.</summary>
    public void SkipWhite()
    {
        var count = source[Position..].IndexOfAnyExcept(White);
        Position = count < 0 ? source.Length : Position + count;
    }

    /// <summary>Passes white space and comments.</summary>
    public void SkipSpace()
    {
        SkipWhite();
        while (Peek == '%')
        {
            var line = source[Position..].IndexOfAny(LineEnds);
            Position = line < 0 ? source.Length : Position + line;
            SkipWhite();
        }
    }

    /// <summary>Passes these bytes if they stand here and a token ends behind them.</summary>
    public bool TryKeyword(ReadOnlySpan<byte> word)
    {
        if (!source[Position..].StartsWith(word) || !EndsToken(Position + word.Length)) return false;
        Position += word.Length;
        return true;
    }

    /// <summary>Passes exactly these bytes, whatever follows.</summary>
    public bool TryBytes(ReadOnlySpan<byte> bytes)
    {
        if (!source[Position..].StartsWith(bytes)) return false;
        Position += bytes.Length;
        return true;
    }

    /// <summary>Digits only, at most <paramref name="digits"/> of them, with the token ending behind; else nothing is passed.</summary>
    public bool TryUnsigned(int digits, out long value)
    {
        value = 0;
        var at = Position;
        while (at < source.Length && IsDigit(source[at]))
        {
            if (at - Position == digits) return false;
            value = value * 10 + (source[at] - '0');
            at++;
        }

        if (at == Position || !EndsToken(at)) return false;
        Position = at;
        return true;
    }

    public PdfNumber ReadNumber()
    {
        var token = Token();
        var digits = token.Length > 0 && token[0] is (byte)'+' or (byte)'-' ? token[1..] : token;
        var point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || token.Length > LongestNumber
            || whole.ContainsAnyExceptInRange((byte)'0', (byte)'9') || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            throw Fault("not a number");
        PdfNumber number;
        if (point < 0)
        {
            if (!long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) throw Fault("the number is too large");
            number = new PdfInteger(integer);
        }
        else
        {
            number = new PdfReal(double.Parse(token, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
        }

        Position += token.Length;
        return number;
    }

    public string ReadName()
    {
        Position++;
        var token = Token();
        if (!token.Contains((byte)'#'))
        {
            Position += token.Length;
            return Encoding.Latin1.GetString(token);
        }

        var name = new StringBuilder(token.Length);
        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] != '#')
            {
                name.Append((char)token[i]);
                continue;
            }

            // 7.3.5: a number sign is always written as its code, and the code is never zero.
            if (i + 2 >= token.Length || Digit(token[i + 1]) < 0 || Digit(token[i + 2]) < 0) throw Fault("a name has a number sign without two hex digits");
            var value = Digit(token[i + 1]) * 16 + Digit(token[i + 2]);
            if (value == 0) throw Fault("a name has a null character");
            name.Append((char)value);
            i += 2;
        }

        Position += token.Length;
        return name.ToString();
    }

    /// <summary>A string in parentheses (7.3.4.2).</summary>
    public byte[] ReadLiteral()
    {
        var start = Position++;
        var bytes = new ArrayBufferWriter<byte>();
        var open = 1;
        while (true)
        {
            var plain = source[Position..].IndexOfAny(InString);
            if (plain < 0)
            {
                Position = start;
                throw Fault("a string does not end");
            }

            bytes.Write(source.Slice(Position, plain));
            Position += plain;
            var value = source[Position++];
            switch (value)
            {
                case (byte)'(':
                    open++;
                    bytes.Write("("u8);
                    break;
                case (byte)')':
                    if (--open == 0) return bytes.WrittenSpan.ToArray();
                    bytes.Write(")"u8);
                    break;
                case (byte)'\r':
                    if (Peek == '\n') Position++;
                    bytes.Write("\n"u8);
                    break;
                default:
                    ReadEscape(bytes);
                    break;
            }
        }
    }

    /// <summary>A string in angle brackets (7.3.4.3); an odd last digit stands for its upper half.</summary>
    public byte[] ReadHex()
    {
        var start = Position++;
        var length = source[Position..].IndexOf((byte)'>');
        if (length < 0) throw Fault("a hex string does not end");
        var digits = source.Slice(Position, length);
        var bytes = new byte[(length + 1) / 2];
        var count = 0;
        foreach (var digit in digits)
        {
            if (IsWhite(digit)) continue;
            var value = Digit(digit);
            if (value < 0)
            {
                Position = start;
                throw Fault("a hex string has something else in it");
            }

            bytes[count / 2] |= (byte)(count % 2 == 0 ? value << 4 : value);
            count++;
        }

        Position += length + 1;
        return (count + 1) / 2 == bytes.Length ? bytes : bytes[..((count + 1) / 2)];
    }

    internal static int Digit(int value) => value switch
    {
        >= '0' and <= '9' => value - '0',
        >= 'a' and <= 'f' => value - 'a' + 10,
        >= 'A' and <= 'F' => value - 'A' + 10,
        _ => -1,
    };

    private void ReadEscape(ArrayBufferWriter<byte> bytes)
    {
        var value = Peek;
        Position++;
        switch (value)
        {
            case 'n': bytes.Write("\n"u8); break;
            case 'r': bytes.Write("\r"u8); break;
            case 't': bytes.Write("\t"u8); break;
            case 'b': bytes.Write("\b"u8); break;
            case 'f': bytes.Write("\f"u8); break;
            case '\n': break;
            case '\r':
                if (Peek == '\n') Position++;
                break;
            case >= '0' and <= '7':
                var code = value - '0';
                for (var i = 0; i < 2 && Peek is >= '0' and <= '7'; i++) code = code * 8 + (source[Position++] - '0');
                bytes.Write([(byte)code]);
                break;
            case -1: throw Fault("a string does not end");
            default: bytes.Write([(byte)value]); break;
        }
    }

    private readonly bool EndsToken(int at) => at >= source.Length || Ends.Contains(source[at]);

    private readonly ReadOnlySpan<byte> Token()
    {
        var rest = source[Position..];
        var end = rest.IndexOfAny(Ends);
        return end < 0 ? rest : rest[..end];
    }
}
