using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ECopy.Signing.Keys;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pades;

/// <summary>
/// A document that waits for its signature, and the digest that the key is to sign. Stored before the key is asked, so that a
/// restart asks again with the same digest: the document's bytes, and <see cref="ToJson"/> beside them.
/// </summary>
/// <param name="Capacity">Bytes of CMS for which /Contents has room.</param>
/// <param name="SignedAttributes">DER SET OF.</param>
/// <param name="SignedAttributesDigest">What the key signs.</param>
/// <param name="Chain">Of the key that was meant: another one would not fit the signed attributes.</param>
public sealed record PreparedSignature(
    ReadOnlyMemory<byte> Document,
    string FieldName,
    ByteRange Range,
    int Capacity,
    ReadOnlyMemory<byte> SignedAttributes,
    ReadOnlyMemory<byte> SignedAttributesDigest,
    SignatureAlgorithm Algorithm,
    CertificateChain Chain)
{
    private const int Schema = 1;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Everything but the document, which is named by its SHA-256.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new Stored(
            Schema,
            Convert.ToHexStringLower(SHA256.HashData(Document.Span)),
            FieldName,
            [0, Range.A, Range.B, Range.C],
            Capacity,
            SignedAttributes.ToArray(),
            SignedAttributesDigest.ToArray(),
            Algorithm.Id,
            [.. Chain.Certificates.Select(certificate => certificate.RawData)]),
        Json);

    /// <summary>Puts the two stored pieces together again.</summary>
    /// <exception cref="SignatureRefusedException"><c>prepared-mismatch</c>: they do not belong together, or are damaged.</exception>
    public static PreparedSignature FromJson(ReadOnlySpan<byte> json, ReadOnlyMemory<byte> document)
    {
        try
        {
            var stored = JsonSerializer.Deserialize<Stored>(json, Json);
            if (stored is not { Schema: Schema, ByteRange: [0, var a, var b, var c], Chain.Length: > 0 })
                throw new SignatureRefusedException("prepared-mismatch", "The prepared signature is of another form.");
            var algorithm = SignatureAlgorithm.Parse(stored.Algorithm);
            if (stored.Document != Convert.ToHexStringLower(SHA256.HashData(document.Span))
                || !CryptographicOperations.HashData(algorithm.Hash, stored.SignedAttributes).AsSpan().SequenceEqual(stored.Digest)
                || !new ByteRange(a, b, c).Fits(document.Length))
                throw new SignatureRefusedException("prepared-mismatch", "The prepared document is not the one that the signed attributes were made for.");
            return new PreparedSignature(
                document,
                stored.FieldName,
                new ByteRange(a, b, c),
                stored.Capacity,
                stored.SignedAttributes,
                stored.Digest,
                algorithm,
                new CertificateChain([.. stored.Chain.Select(certificate => X509CertificateLoader.LoadCertificate(certificate))]));
        }
        catch (Exception damaged) when (damaged is JsonException or CryptographicException or KeyRefusedException or FormatException or ArgumentException)
        {
            throw new SignatureRefusedException("prepared-mismatch", "The prepared signature is damaged.", damaged);
        }
    }

    private sealed record Stored(
        int Schema,
        [property: System.Text.Json.Serialization.JsonRequired] string Document,
        [property: System.Text.Json.Serialization.JsonRequired] string FieldName,
        [property: System.Text.Json.Serialization.JsonRequired] long[] ByteRange,
        int Capacity,
        [property: System.Text.Json.Serialization.JsonRequired] byte[] SignedAttributes,
        [property: System.Text.Json.Serialization.JsonRequired] byte[] Digest,
        [property: System.Text.Json.Serialization.JsonRequired] string Algorithm,
        [property: System.Text.Json.Serialization.JsonRequired] byte[][] Chain);
}
