using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Cms;

/// <summary>The public key of a certificate: RSA, or ECDSA on P-256, P-384, P-521.</summary>
internal sealed class VerificationKey : IDisposable
{
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;
    private readonly bool pssOnly;

    private VerificationKey(RSA? rsa, ECDsa? ecdsa, bool pssOnly, int bits)
    {
        this.rsa = rsa;
        this.ecdsa = ecdsa;
        this.pssOnly = pssOnly;
        Bits = bits;
    }

    public bool IsRsa => rsa is not null;

    public int Bits { get; }

    /// <summary>Null for a key of another kind, or one that cannot be read.</summary>
    public static VerificationKey? Of(X509Certificate2 certificate)
    {
        try
        {
            return certificate.GetKeyAlgorithm() switch
            {
                Oids.Rsa => OfRsa(certificate.PublicKey, pssOnly: false),
                Oids.RsaPss => OfRsa(certificate.PublicKey, pssOnly: true),
                Oids.EcPublicKey => OfCurve(certificate.PublicKey),
                _ => null,
            };
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or AsnContentException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>True or false; null where key and method do not belong together.</summary>
    public bool? Verify(SignatureMethod method, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (SignatureAlgorithm.LengthOf(method.Hash) != digest.Length) return null;
        if (method.Scheme == SignatureScheme.Ecdsa ? ecdsa is null : rsa is null) return null;
        if (pssOnly && method.Scheme != SignatureScheme.RsaPss) return null;
        try
        {
            return method.Scheme switch
            {
                SignatureScheme.Ecdsa => ecdsa!.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence),
                SignatureScheme.RsaPkcs1 => rsa!.VerifyHash(digest, signature, method.Hash, RSASignaturePadding.Pkcs1),
                // The platform knows PSS with one salt length only; anything else goes through our own decoding.
                _ when method.MaskHash == method.Hash && method.SaltLength == digest.Length =>
                    rsa!.VerifyHash(digest, signature, method.Hash, RSASignaturePadding.Pss),
                _ => VerifyPss(method, digest, signature),
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        rsa?.Dispose();
        ecdsa?.Dispose();
    }

    private static VerificationKey OfRsa(PublicKey key, bool pssOnly)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportRSAPublicKey(key.EncodedKeyValue.RawData, out _);
            return new VerificationKey(rsa, null, pssOnly, rsa.KeySize);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    private static VerificationKey? OfCurve(PublicKey key)
    {
        // Named curves only: explicit parameters are how CVE-2020-0601 forged a certificate.
        if (key.EncodedParameters is not { } parameters) return null;
        var bits = AsnDecoder.ReadObjectIdentifier(parameters.RawData, AsnEncodingRules.DER, out _) switch
        {
            Oids.P256 => 256,
            Oids.P384 => 384,
            Oids.P521 => 521,
            _ => 0,
        };
        if (bits == 0) return null;
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), out _);
            return new VerificationKey(null, ecdsa, pssOnly: false, bits);
        }
        catch
        {
            ecdsa.Dispose();
            throw;
        }
    }

    // RFC 8017, 8.1.2 and 9.1.2 (RSASSA-PSS-VERIFY, EMSA-PSS-VERIFY). Only public values are handled here.
    private bool VerifyPss(SignatureMethod method, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var key = rsa!.ExportParameters(includePrivateParameters: false);
        var modulus = new BigInteger(key.Modulus!, isUnsigned: true, isBigEndian: true);
        var value = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        // A huge exponent would only burn time.
        if (key.Exponent is not { Length: <= 8 } exponent || signature.Length != (Bits + 7) / 8 || value >= modulus) return false;

        var encodedBits = (int)modulus.GetBitLength() - 1;
        var encodedLength = (encodedBits + 7) / 8;
        var message = BigInteger.ModPow(value, new BigInteger(exponent, isUnsigned: true, isBigEndian: true), modulus);
        var bytes = message.ToByteArray(isUnsigned: true, isBigEndian: true);
        if (bytes.Length > encodedLength) return false;
        var encoded = new byte[encodedLength];
        bytes.CopyTo(encoded, encodedLength - bytes.Length);

        if (encodedLength < digest.Length + method.SaltLength + 2 || encoded[^1] != 0xBC) return false;
        var block = encoded.AsSpan(0, encodedLength - digest.Length - 1);
        var hash = encoded.AsSpan(block.Length, digest.Length);
        var unusedBits = (8 * encodedLength) - encodedBits;
        if (block[0] >> (8 - unusedBits) != 0) return false;
        Unmask(block, hash, method.MaskHash);
        block[0] &= (byte)(0xFF >> unusedBits);
        var padding = block.Length - method.SaltLength - 1;
        if (block[..padding].ContainsAnyExcept((byte)0) || block[padding] != 1) return false;

        byte[] salted = [.. new byte[8], .. digest, .. block[(padding + 1)..]];
        return CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(method.Hash, salted), hash);
    }

    // RFC 8017, B.2.1 (MGF1).
    private static void Unmask(Span<byte> block, ReadOnlySpan<byte> seed, HashAlgorithmName hash)
    {
        byte[] input = [.. seed, 0, 0, 0, 0];
        for (int done = 0, counter = 0; done < block.Length; counter++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(seed.Length), counter);
            foreach (var octet in CryptographicOperations.HashData(hash, input))
            {
                if (done == block.Length) break;
                block[done++] ^= octet;
            }
        }
    }
}
