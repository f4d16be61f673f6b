using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;

namespace ECopy.Signing.Timestamp;

/// <summary>
/// A TimeStampToken as read (RFC 3161, 2.4.2): a signed message around a <see cref="TimestampContent"/>. Reading judges nothing;
/// <see cref="TimestampCheck"/> does.
/// </summary>
public sealed class TimestampToken
{
    private TimestampToken(CmsSignedData cms, TimestampContent content)
    {
        Cms = cms;
        Content = content;
    }

    public CmsSignedData Cms { get; }

    public TimestampContent Content { get; }

    /// <summary>As it was read, without padding.</summary>
    public ReadOnlyMemory<byte> Encoded => Cms.Encoded;

    public DateTimeOffset Time => Content.Time;

    /// <summary>The authority's certificate, where the token carries it or it is among those supplied; null when not.</summary>
    public X509Certificate2? FindSigner(IEnumerable<X509Certificate2> supplied) =>
        Cms.Signers is [var signer] ? signer.FindCertificate(Cms.Certificates.Concat(supplied)) : null;

    /// <summary>Reads a token with nothing but zeros behind it (the padding of /Contents).</summary>
    /// <exception cref="TimestampFormatException">The bytes are no token.</exception>
    public static TimestampToken Read(ReadOnlyMemory<byte> encoded) => TimestampReading.Typed(encoded, () =>
    {
        var cms = CmsSignedData.Read(encoded);
        if (cms.ContentType != Oids.TimestampContent || cms.Content is not { } content)
            throw new TimestampFormatException("timestamp-not-token", "The signed message is no timestamp.");
        return new TimestampToken(cms, TimestampContent.Read(content));
    });
}
