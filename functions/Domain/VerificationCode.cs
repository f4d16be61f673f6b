using System.Security.Cryptography;

namespace ECopy.Functions.Domain;

/// <summary>
/// The code by which anyone checks a copy: 80 random bits as 16 letters of Crockford's base32, and a check
/// letter from the same 32. Stored as 17 letters, written 4-4-4-5.
/// <para>
/// The check is a weighted sum over GF(32) (x^5 + x^2 + 1): letter i weighs alpha^(i+1), the check letter 1.
/// Weights are not zero, so every single error shows; they all differ, so every swap of two letters shows.
/// </para>
/// </summary>
internal static class VerificationCode
{
    public const int Length = 17;
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int FieldPolynomial = 0b100101;

    /// <summary>A new code, 17 letters.</summary>
    public static string Draw()
    {
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        return FromBits(random);
    }

    /// <summary>The code for ten given bytes.</summary>
    public static string FromBits(ReadOnlySpan<byte> bits)
    {
        if (bits.Length != 10) throw new ArgumentException("80 bits are needed", nameof(bits));
        Span<char> code = stackalloc char[Length];
        for (var i = 0; i < 16; i++)
        {
            var value = 0;
            for (var b = i * 5; b < (i * 5) + 5; b++) value = (value << 1) | ((bits[b / 8] >> (7 - (b % 8))) & 1);
            code[i] = Letters[value];
        }

        code[16] = Letters[Check(code[..16])];
        return new string(code);
    }

    /// <summary>Written for people: 4-4-4-5.</summary>
    public static string Format(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Length == Length ? $"{code[..4]}-{code[4..8]}-{code[8..12]}-{code[12..]}" : code;
    }

    /// <summary>
    /// Reads what a person typed: any case, blanks and dashes anywhere, O for 0, I and L for 1.
    /// </summary>
    public static CodeReading Read(string? typed)
    {
        if (typed is null || typed.Length > 200) return new CodeReading(null, null);
        Span<char> code = stackalloc char[Length];
        var count = 0;
        for (var i = 0; i < typed.Length; i++)
        {
            var c = char.ToUpperInvariant(typed[i]);
            if (c is '-' or '.' or '_' or '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' || char.IsWhiteSpace(c)) continue;
            c = c switch { 'O' => '0', 'I' or 'L' => '1', _ => c };
            // U is not among Crockford's letters, nor is anything else: this very place is wrong.
            if (!Letters.Contains(c)) return new CodeReading(null, count + 1);
            if (count == Length) return new CodeReading(null, null);
            code[count++] = c;
        }

        if (count != Length || Letters[Check(code[..16])] != code[16]) return new CodeReading(null, null);
        return new CodeReading(new string(code), null);
    }

    private static int Check(ReadOnlySpan<char> letters)
    {
        var sum = 0;
        var weight = 1;
        foreach (var letter in letters)
        {
            weight = Multiply(weight, 2);
            sum ^= Multiply(weight, Letters.IndexOf(letter));
        }

        return sum;
    }

    private static int Multiply(int a, int b)
    {
        var product = 0;
        for (; b != 0; b >>= 1)
        {
            if ((b & 1) != 0) product ^= a;
            a <<= 1;
            if ((a & 32) != 0) a ^= FieldPolynomial;
        }

        return product;
    }
}

/// <param name="Code">The 17 letters, or null when mistyped.</param>
/// <param name="ImpossibleAt">1-based place of a letter that no code has; null when the place cannot be told.</param>
internal sealed record CodeReading(string? Code, int? ImpossibleAt);
