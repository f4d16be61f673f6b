using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Functions.Office;

/// <summary>
/// RSA keys that say of themselves that they are for tests: the modulus begins with fixed letters, so that no new name and no
/// other certificate hides whose key it is. By chance a key does so once in 2^88.
/// </summary>
/// <remarks>
/// One prime comes from the platform; the other is searched for upwards from where the product begins as wanted. Leading bits of
/// a modulus tell nothing about its factors (RFC 3766 has no such case; A. Lenstra, "Generating RSA moduli with a predetermined
/// portion", 1998). For demo authorities only all the same.
/// </remarks>
internal static class MarkedKey
{
    /// <summary>Four would do for random primes of this size (FIPS 186-5, table B.1).</summary>
    private const int Rounds = 8;

    // The highest bit alone in front: then the second prime is always as long as the first, and the modulus as long as asked.
    private static readonly byte[] Mark = [0x80, .. "ecopy demo"u8];
    private static readonly BigInteger Exponent = 65537;

    public static bool IsOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var key = certificate.GetRSAPublicKey();
        return key is not null && key.ExportParameters(false).Modulus.AsSpan().StartsWith(Mark);
    }

    /// <summary>A new key of this many bits, with the mark.</summary>
    public static RSA Create(int bits)
    {
        while (true)
        {
            using var platform = RSA.Create(bits);
            if (Second(Number(platform.ExportParameters(true).P!), bits) is not var (p, q)) continue;
            var key = RSA.Create();
            key.ImportParameters(Parameters(p, q, bits));
            return key;
        }
    }

    private static (BigInteger P, BigInteger Q)? Second(BigInteger p, int bits)
    {
        // The rest of the modulus is drawn, so that the second prime depends on more than the first.
        var wanted = new byte[bits / 8];
        RandomNumberGenerator.Fill(wanted);
        Mark.CopyTo(wanted, 0);
        wanted[Mark.Length] &= 0x7F;
        var q = Number(wanted) / p | BigInteger.One;
        for (var tried = 0; tried < bits * 4; tried++, q += 2)
        {
            if (q.GetBitLength() != bits / 2) return null;
            if (q != p && BigInteger.GreatestCommonDivisor(q - 1, Exponent).IsOne && IsPrime(q)) return Bytes(p * q, bits / 8).AsSpan().StartsWith(Mark) ? (p, q) : null;
        }

        return null;
    }

    /// <summary>Trial division, then Miller and Rabin's test with drawn bases (FIPS 186-5, B.3.1).</summary>
    private static bool IsPrime(BigInteger candidate)
    {
        for (var small = 3; small < 2000; small += 2)
        {
            if (candidate % small == 0) return false;
        }

        var odd = candidate - 1;
        var twos = 0;
        while (odd.IsEven)
        {
            odd >>= 1;
            twos++;
        }

        return Enumerable.Range(0, Rounds).All(_ => Passes(candidate, odd, twos));
    }

    private static bool Passes(BigInteger candidate, BigInteger odd, int twos)
    {
        var drawn = Number(RandomNumberGenerator.GetBytes((int)candidate.GetBitLength() / 8)) % (candidate - 3) + 2;
        var power = BigInteger.ModPow(drawn, odd, candidate);
        if (power.IsOne || power == candidate - 1) return true;
        for (var i = 1; i < twos; i++)
        {
            power = BigInteger.ModPow(power, 2, candidate);
            if (power == candidate - 1) return true;
        }

        return false;
    }

    private static RSAParameters Parameters(BigInteger p, BigInteger q, int bits)
    {
        int whole = bits / 8, half = bits / 16;
        var d = Inverse(Exponent, (p - 1) * (q - 1));
        return new RSAParameters
        {
            Modulus = Bytes(p * q, whole),
            Exponent = [1, 0, 1],
            D = Bytes(d, whole),
            P = Bytes(p, half),
            Q = Bytes(q, half),
            DP = Bytes(d % (p - 1), half),
            DQ = Bytes(d % (q - 1), half),
            InverseQ = Bytes(Inverse(q, p), half),
        };
    }

    /// <summary>Euclid's extended algorithm.</summary>
    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        var (old, remainder, oldFactor, factor) = (value, modulus, BigInteger.One, BigInteger.Zero);
        while (!remainder.IsZero)
        {
            var quotient = BigInteger.Divide(old, remainder);
            (old, remainder) = (remainder, old - quotient * remainder);
            (oldFactor, factor) = (factor, oldFactor - quotient * factor);
        }

        return (oldFactor % modulus + modulus) % modulus;
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[length];
        bytes.CopyTo(padded, length - bytes.Length);
        return padded;
    }
}
