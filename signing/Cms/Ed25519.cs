using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace ECopy.Signing.Cms;

/// <summary>
/// Verifies Ed25519 signatures (RFC 8032, 5.1), which the platform cannot. Only public values are handled, so nothing here needs
/// to run in constant time.
/// </summary>
internal static class Ed25519
{
    public const int KeyLength = 32;
    public const int SignatureLength = 64;

    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Modulo(-121665 * Inverse(121666));
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (Prime - 1) / 4, Prime);
    private static readonly Point Identity = new(0, 1, 1, 0);
    private static readonly Point Base = BasePoint();

    public static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (key.Length != KeyLength || signature.Length != SignatureLength) return false;
        // 5.1.7: S outside its range would give one message many signatures.
        var scalar = Number(signature[32..]);
        if (scalar >= Order || Decode(key) is not { } point) return false;
        byte[] hashed = [.. signature[..32], .. key, .. message];
        var challenge = Number(SHA512.HashData(hashed)) % Order;
        var negated = new Point(Modulo(-point.X), point.Y, point.Z, Modulo(-point.T));
        // R = [S]B - [k]A, compared as it is encoded.
        return Encode(Add(Multiply(Base, scalar), Multiply(negated, challenge))).AsSpan().SequenceEqual(signature[..32]);
    }

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);

    private static BigInteger Modulo(BigInteger value)
    {
        var rest = value % Prime;
        return rest.Sign < 0 ? rest + Prime : rest;
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, Prime - 2, Prime);

    // 5.1.3: y, and the lowest bit of x in the highest bit.
    private static Point? Decode(ReadOnlySpan<byte> encoded)
    {
        byte[] bytes = [.. encoded];
        var isOdd = (bytes[31] & 0x80) != 0;
        bytes[31] &= 0x7F;
        var y = Number(bytes);
        return y < Prime && RecoverX(y, isOdd) is { } x ? new Point(x, y, 1, Modulo(x * y)) : null;
    }

    private static BigInteger? RecoverX(BigInteger y, bool isOdd)
    {
        var square = Modulo((y * y - 1) * Inverse(Modulo(D * y * y + 1)));
        var x = BigInteger.ModPow(square, (Prime + 3) / 8, Prime);
        if (Modulo(x * x - square) != 0) x = Modulo(x * RootOfMinusOne);
        if (Modulo(x * x - square) != 0 || (x.IsZero && isOdd)) return null;
        return x.IsEven == isOdd ? Prime - x : x;
    }

    private static Point BasePoint()
    {
        var y = Modulo(4 * Inverse(5));
        var x = RecoverX(y, isOdd: false)!.Value;
        return new Point(x, y, 1, Modulo(x * y));
    }

    private static Point Multiply(Point point, BigInteger scalar)
    {
        var result = Identity;
        for (var power = point; !scalar.IsZero; scalar >>= 1, power = Add(power, power))
        {
            if (!scalar.IsEven) result = Add(result, power);
        }

        return result;
    }

    // 5.1.4: complete, so it doubles as well.
    private static Point Add(Point one, Point other)
    {
        var a = Modulo((one.Y - one.X) * (other.Y - other.X));
        var b = Modulo((one.Y + one.X) * (other.Y + other.X));
        var c = Modulo(2 * one.T * other.T * D);
        var d = Modulo(2 * one.Z * other.Z);
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new Point(Modulo(e * f), Modulo(g * h), Modulo(f * g), Modulo(e * h));
    }

    private static byte[] Encode(Point point)
    {
        var inverse = Inverse(point.Z);
        var (x, y) = (Modulo(point.X * inverse), Modulo(point.Y * inverse));
        var bytes = new byte[KeyLength];
        y.TryWriteBytes(bytes, out _, isUnsigned: true);
        if (!x.IsEven) bytes[31] |= 0x80;
        return bytes;
    }

    private sealed record Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T);
}
