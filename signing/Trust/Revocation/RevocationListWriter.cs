using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>A certificate that an authority has revoked.</summary>
/// <param name="Serial">The INTEGER's bytes.</param>
public sealed record RevokedCertificate(ReadOnlyMemory<byte> Serial, DateTimeOffset Since, RevocationReason Reason, DateTimeOffset? KeyInDoubtSince = null);

/// <summary>Writes complete revocation lists (RFC 5280, 5). For the demo authority and tests.</summary>
public static class RevocationListWriter
{
    private const string NumberOid = "2.5.29.20";
    private const string AuthorityKeyOid = "2.5.29.35";
    private const string ReasonOid = "2.5.29.21";
    private const string InvalidityOid = "2.5.29.24";
    private const int LongestEntry = 96;
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <param name="number">Greater than that of the list before.</param>
    public static Task<byte[]> WriteAsync(
        ISigningKey issuer,
        IEnumerable<RevokedCertificate> revoked,
        DateTimeOffset thisUpdate,
        DateTimeOffset nextUpdate,
        BigInteger number,
        CancellationToken cancellationToken) => WriteAsync(issuer, revoked, thisUpdate, nextUpdate, number, null, cancellationToken);

    /// <param name="more">Further extensions.</param>
    internal static async Task<byte[]> WriteAsync(
        ISigningKey issuer,
        IEnumerable<RevokedCertificate> revoked,
        DateTimeOffset thisUpdate,
        DateTimeOffset? nextUpdate,
        BigInteger number,
        Action<AsnWriter>? more,
        CancellationToken cancellationToken)
    {
        var entries = revoked.ToList();
        // The platform's writer grows by a kilobyte at a time, which costs minutes on a long list.
        var content = new AsnWriter(AsnEncodingRules.DER, 4096 + (entries.Count * LongestEntry));
        using (content.PushSequence())
        {
            content.WriteInteger(1);
            AlgorithmIdentifiers.WriteCombined(content, issuer.Algorithm);
            content.WriteEncodedValue(issuer.Chain.Signer.SubjectName.RawData);
            WriteTime(content, thisUpdate);
            if (nextUpdate is { } next) WriteTime(content, next);
            WriteEntries(content, entries);
            using (content.PushSequence(Context0))
            using (content.PushSequence())
            {
                WriteAuthorityKey(content, issuer.Chain.Signer);
                RevocationReading.WriteExtension(content, NumberOid, critical: false, Value(value => value.WriteInteger(number)));
                more?.Invoke(content);
            }
        }

        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence()) await RevocationSigning.WriteAsync(list, content.Encode(), issuer, "revocation list", cancellationToken);
        return list.Encode();
    }

    private static void WriteEntries(AsnWriter writer, List<RevokedCertificate> revoked)
    {
        // 5.1.2.6: no list of entries where there are none.
        if (revoked.Count == 0) return;
        using var entries = writer.PushSequence();
        foreach (var certificate in revoked)
        {
            using var entry = writer.PushSequence();
            writer.WriteInteger(certificate.Serial.Span);
            WriteTime(writer, certificate.Since);
            // 5.3.1: unspecified is left out.
            if (certificate.Reason == RevocationReason.Unspecified && certificate.KeyInDoubtSince is null) continue;
            using var extensions = writer.PushSequence();
            if (certificate.Reason != RevocationReason.Unspecified)
                RevocationReading.WriteExtension(writer, ReasonOid, critical: false, Value(value => value.WriteEnumeratedValue(certificate.Reason)));
            if (certificate.KeyInDoubtSince is { } doubt)
                RevocationReading.WriteExtension(writer, InvalidityOid, critical: false, Value(value => value.WriteGeneralizedTime(doubt.ToUniversalTime(), omitFractionalSeconds: true)));
        }
    }

    private static void WriteAuthorityKey(AsnWriter writer, X509Certificate2 issuer)
    {
        if (issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } identifier)
            RevocationReading.WriteExtension(writer, AuthorityKeyOid, critical: false, X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier).RawData);
    }

    // RFC 5280, 5.1.2.4: UTCTime through 2049, then GeneralizedTime; never a fraction.
    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        if (utc.Year < 2050) writer.WriteUtcTime(utc);
        else writer.WriteGeneralizedTime(utc, omitFractionalSeconds: true);
    }

    private static byte[] Value(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }
}
