using System.Formats.Asn1;
using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>Signs what an authority says, in the form that certificates, lists and answers share (RFC 5280, 4.1.1).</summary>
internal static class RevocationSigning
{
    /// <summary>Writes the signed bytes, the algorithm and the signature value into the open sequence.</summary>
    /// <exception cref="KeyRefusedException"><c>key-not-allowed</c>: the key does not sign at once, as an authority's must.</exception>
    public static async Task WriteAsync(AsnWriter writer, ReadOnlyMemory<byte> signed, ISigningKey key, string what, CancellationToken cancellationToken)
    {
        var order = new SigningOrder(CryptographicOperations.HashData(key.Algorithm.Hash, signed.Span), what, null);
        if (await key.SignAsync(order, cancellationToken) is not SigningAnswer.Signed answer) throw new KeyRefusedException("key-not-allowed", "The authority's key does not sign at once.");
        writer.WriteEncodedValue(signed.Span);
        AlgorithmIdentifiers.WriteCombined(writer, key.Algorithm);
        writer.WriteBitString(answer.Value.Span);
    }
}
