using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>What an authority knows of a certificate that it issued.</summary>
/// <param name="Revoked">Null while it is good.</param>
public sealed record IssuedCertificate(RevokedCertificate? Revoked);

/// <summary>
/// Answers OCSP (RFC 6960): the bytes of a request in, the bytes of an answer out. For the demo authority and tests; it serves
/// no addresses and keeps no records.
/// </summary>
/// <param name="key">The issuer's own, or one to whose certificate the issuer gave the right to answer.</param>
/// <param name="find">By serial number; null for what this authority never issued.</param>
/// <param name="validity">From an answer to its next update.</param>
public sealed class OcspResponder(ISigningKey key, X509Certificate2 issuer, Func<ReadOnlyMemory<byte>, IssuedCertificate?> find, TimeProvider clock, TimeSpan validity)
{
    private const int LongestNonce = 130;
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <summary>Answers any bytes whatever.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            var asked = OcspRequest.Read(request);
            if (asked.Certificates.Count == 0) return OcspResponse.Failed(OcspStatus.MalformedRequest);
            // 2.3: a responder is not authorised to speak of another authority's certificates.
            if (!asked.Certificates.Any(certificate => certificate.IsOf(issuer))) return OcspResponse.Failed(OcspStatus.Unauthorized);
            return await AnswerAsync(asked.Certificates, asked.Nonce is { Length: <= LongestNonce } nonce ? nonce : default(ReadOnlyMemory<byte>?), cancellationToken);
        }
        catch (RevocationFormatException)
        {
            return OcspResponse.Failed(OcspStatus.MalformedRequest);
        }
    }

    internal async Task<byte[]> AnswerAsync(IReadOnlyList<OcspCertificateId> certificates, ReadOnlyMemory<byte>? nonce, CancellationToken cancellationToken)
    {
        var basic = new AsnWriter(AsnEncodingRules.DER);
        using (basic.PushSequence())
        {
            await RevocationSigning.WriteAsync(basic, Content(certificates, nonce), key, "OCSP answer", cancellationToken);
            if (!key.Chain.Signer.RawDataMemory.Span.SequenceEqual(issuer.RawDataMemory.Span))
            {
                using (basic.PushSequence(Context0))
                using (basic.PushSequence())
                    basic.WriteEncodedValue(key.Chain.Signer.RawData);
            }
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEnumeratedValue(OcspStatus.Successful);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(OcspResponse.BasicOid);
                writer.WriteOctetString(basic.Encode());
            }
        }

        return writer.Encode();
    }

    private byte[] Content(IReadOnlyList<OcspCertificateId> certificates, ReadOnlyMemory<byte>? nonce)
    {
        var now = clock.GetUtcNow();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(Context2)) writer.WriteOctetString(OcspCertificateId.KeyDigest(HashAlgorithmName.SHA1, key.Chain.Signer));
            writer.WriteGeneralizedTime(now, omitFractionalSeconds: true);
            using (writer.PushSequence())
            {
                foreach (var certificate in certificates) WriteSingle(writer, certificate, now);
            }

            if (nonce is { } asked)
            {
                using (writer.PushSequence(Context1))
                using (writer.PushSequence())
                    RevocationReading.WriteExtension(writer, OcspRequest.NonceOid, critical: false, asked.Span);
            }
        }

        return writer.Encode();
    }

    private void WriteSingle(AsnWriter writer, OcspCertificateId certificate, DateTimeOffset now)
    {
        using var single = writer.PushSequence();
        certificate.Write(writer);
        var known = certificate.IsOf(issuer) ? find(certificate.Serial) : null;
        if (known is null) writer.WriteNull(new Asn1Tag(TagClass.ContextSpecific, 2));
        else if (known.Revoked is not { } revoked) writer.WriteNull(new Asn1Tag(TagClass.ContextSpecific, 0));
        else
        {
            using (writer.PushSequence(Context1))
            {
                writer.WriteGeneralizedTime(revoked.Since.ToUniversalTime(), omitFractionalSeconds: true);
                using (writer.PushSequence(Context0)) writer.WriteEnumeratedValue(revoked.Reason);
            }
        }

        writer.WriteGeneralizedTime(now, omitFractionalSeconds: true);
        using (writer.PushSequence(Context0)) writer.WriteGeneralizedTime(now + validity, omitFractionalSeconds: true);
    }
}
