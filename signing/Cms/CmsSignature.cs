using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Cms;

/// <summary>One attribute: its type and its values, each DER-encoded.</summary>
public sealed record CmsAttribute(string Oid, IReadOnlyList<ReadOnlyMemory<byte>> Values);

/// <summary>
/// Writes a detached CMS SignedData around a signature value that was made elsewhere, perhaps much later
/// than <see cref="SignedAttributes.Create"/>.
/// </summary>
public static class CmsSignature
{
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>The DER-encoded ContentInfo (RFC 5652, 5.1): one signer, no content, the whole chain inside.</summary>
    /// <param name="signedAttributes">From <see cref="SignedAttributes.Create"/>.</param>
    /// <param name="unsignedAttributes">For instance a signature timestamp; usually empty.</param>
    public static byte[] Build(
        ReadOnlySpan<byte> signedAttributes,
        ReadOnlySpan<byte> signatureValue,
        SignatureAlgorithm algorithm,
        CertificateChain chain,
        IReadOnlyList<CmsAttribute> unsignedAttributes)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(unsignedAttributes);
        return Write(Oids.Data, null, signedAttributes, signatureValue, algorithm, chain.Signer, chain.Certificates, unsignedAttributes);
    }

    /// <summary>The same around content of its own, as in a timestamp token; <paramref name="certificates"/> may leave out the signer's.</summary>
    internal static byte[] BuildAround(
        string contentType,
        ReadOnlyMemory<byte> content,
        ReadOnlySpan<byte> signedAttributes,
        ReadOnlySpan<byte> signatureValue,
        SignatureAlgorithm algorithm,
        X509Certificate2 signer,
        IReadOnlyList<X509Certificate2> certificates) =>
        Write(contentType, content, signedAttributes, signatureValue, algorithm, signer, certificates, []);

    private static byte[] Write(
        string contentType,
        ReadOnlyMemory<byte>? content,
        ReadOnlySpan<byte> signedAttributes,
        ReadOnlySpan<byte> signatureValue,
        SignatureAlgorithm algorithm,
        X509Certificate2 signer,
        IReadOnlyList<X509Certificate2> certificates,
        IReadOnlyList<CmsAttribute> unsignedAttributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.SignedData);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence())
            {
                // RFC 5652, 5.1: version 1 where the content is id-data and 3 otherwise, since the signer is named by issuer and
                // serial number, and there are only plain certificates.
                writer.WriteInteger(contentType == Oids.Data ? 1 : 3);
                using (writer.PushSetOf()) AlgorithmIdentifiers.WriteDigest(writer, algorithm.Hash);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(contentType);
                    if (content is { } inside)
                    {
                        using (writer.PushSequence(Context0)) writer.WriteOctetString(inside.Span);
                    }
                }

                if (certificates.Count > 0)
                {
                    using (writer.PushSetOf(Context0))
                    {
                        foreach (var certificate in certificates) writer.WriteEncodedValue(certificate.RawData);
                    }
                }

                using (writer.PushSetOf())
                    WriteSigner(writer, signedAttributes, signatureValue, algorithm, signer, unsignedAttributes);
            }
        }

        return writer.Encode();
    }

    /// <summary>
    /// The longest CMS that this algorithm and chain can give, found by a dry run with the longest possible signature value.
    /// Sizes /Contents before anything is signed.
    /// </summary>
    /// <param name="reserveForTimestamp">Room for an unsigned attribute with a timestamp token of up to so many bytes; 0 for none.</param>
    public static int UpperBound(SignatureAlgorithm algorithm, CertificateChain chain, int reserveForTimestamp = 0)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentOutOfRangeException.ThrowIfNegative(reserveForTimestamp);
        algorithm.RequireFor(chain.Signer);
        var unsigned = reserveForTimestamp == 0 ? [] : new[] { LargestTimestamp(reserveForTimestamp) };
        try
        {
            var attributes = SignedAttributes.Create(algorithm, new byte[algorithm.HashLength], chain.Signer);
            return Build(attributes, new byte[SigningKeyKind.Of(chain.Signer).LongestSignature], algorithm, chain, unsigned).Length;
        }
        catch (Exception unusable) when (unusable is ArgumentException or CryptographicException)
        {
            throw new KeyRefusedException("key-not-allowed", "The certificate is not DER, so that no signature can name it.", unusable);
        }
    }

    private static CmsAttribute LargestTimestamp(int length)
    {
        var token = new AsnWriter(AsnEncodingRules.DER);
        token.WriteOctetString(new byte[length]);
        return new CmsAttribute(Oids.SignatureTimestamp, [token.Encode()]);
    }

    private static void WriteSigner(
        AsnWriter writer,
        ReadOnlySpan<byte> signedAttributes,
        ReadOnlySpan<byte> signatureValue,
        SignatureAlgorithm algorithm,
        X509Certificate2 signer,
        IReadOnlyList<CmsAttribute> unsignedAttributes)
    {
        using var signerIdentity = writer.PushSequence();
        writer.WriteInteger(1);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(signer.IssuerName.RawData);
            writer.WriteInteger(signer.SerialNumberBytes.Span);
        }

        AlgorithmIdentifiers.WriteDigest(writer, algorithm.Hash);
        // The attributes are signed as a SET and stored as [0] IMPLICIT (RFC 5652, 5.4): only the first octet differs.
        var tagged = signedAttributes.ToArray();
        tagged[0] = 0xA0;
        writer.WriteEncodedValue(tagged);
        AlgorithmIdentifiers.WriteSignature(writer, algorithm);
        writer.WriteOctetString(signatureValue);
        if (unsignedAttributes.Count == 0) return;
        using (writer.PushSetOf(Context1))
        {
            foreach (var attribute in unsignedAttributes)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(attribute.Oid);
                    using (writer.PushSetOf())
                    {
                        foreach (var value in attribute.Values) writer.WriteEncodedValue(value.Span);
                    }
                }
            }
        }
    }
}
