using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>An unsigned OCSPRequest (RFC 6960, 4.1.1).</summary>
/// <param name="Nonce">The extension's value as it stands (RFC 8954: an OCTET STRING, encoded); null where there is none.</param>
public sealed record OcspRequest(IReadOnlyList<OcspCertificateId> Certificates, ReadOnlyMemory<byte>? Nonce)
{
    internal const string NonceOid = "1.3.6.1.5.5.7.48.1.2";
    private const int NonceLength = 32;
    private const int MostCertificates = 100;
    private const int MaxLength = 1 << 16;
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <summary>Asks for one certificate, with a nonce of its own. Many responders know SHA-1 only, which proves nothing here and harms nothing.</summary>
    public static OcspRequest Create(X509Certificate2 certificate, X509Certificate2 issuer, HashAlgorithmName hash)
    {
        var nonce = new AsnWriter(AsnEncodingRules.DER);
        nonce.WriteOctetString(RandomNumberGenerator.GetBytes(NonceLength));
        return new OcspRequest([OcspCertificateId.Of(certificate, issuer, hash)], nonce.Encode());
    }

    public byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                foreach (var certificate in Certificates)
                {
                    using (writer.PushSequence()) certificate.Write(writer);
                }
            }

            if (Nonce is { } nonce)
            {
                using (writer.PushSequence(Context2))
                using (writer.PushSequence())
                    RevocationReading.WriteExtension(writer, NonceOid, critical: false, nonce.Span);
            }
        }

        return writer.Encode();
    }

    /// <exception cref="RevocationFormatException">The bytes are no request.</exception>
    public static OcspRequest Read(ReadOnlyMemory<byte> encoded)
    {
        if (encoded.Length > MaxLength) throw new RevocationFormatException("ocsp-too-large", "The OCSP request is larger than 64 KiB.");
        return RevocationReading.Typed("ocsp-encoding", () =>
        {
            var outer = new AsnReader(encoded, AsnEncodingRules.DER);
            var request = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var reader = request.ReadSequence();
            // A signature over the request says who asks, which nobody here needs to know.
            if (RevocationReading.Next(request, Context0)) request.ReadEncodedValue();
            request.ThrowIfNotEmpty();
            if (RevocationReading.Next(reader, Context0) && (!reader.ReadSequence(Context0).TryReadInt32(out var version) || version != 0)) throw new AsnContentException("an unknown version");
            if (RevocationReading.Next(reader, Context1)) reader.ReadEncodedValue();
            var list = reader.ReadSequence();
            var certificates = new List<OcspCertificateId>();
            while (list.HasData)
            {
                if (certificates.Count == MostCertificates) throw new AsnContentException("too many certificates are asked for");
                certificates.Add(OcspCertificateId.Read(list.ReadSequence()));
            }

            var extensions = RevocationReading.Next(reader, Context2) ? RevocationReading.ReadExtensions(reader, Context2) : [];
            reader.ThrowIfNotEmpty();
            if (extensions.Exists(extension => extension.Critical && extension.Oid != NonceOid)) throw new AsnContentException("a critical extension that is not understood");
            return new OcspRequest(certificates, extensions.Find(extension => extension.Oid == NonceOid)?.Value);
        });
    }
}
