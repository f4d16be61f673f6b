using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ECopy.Signing.Timestamp;

/// <summary>A TimeStampReq (RFC 3161, 2.4.1).</summary>
/// <param name="Policy">The policy asked for; null leaves it to the authority.</param>
/// <param name="Nonce">A positive INTEGER's bytes; null where there is none.</param>
/// <param name="WantsCertificate">certReq: the token is to carry the authority's certificate.</param>
/// <param name="HasExtensions">Extensions are asked for, of which none is known here.</param>
public sealed record TimestampRequest(MessageImprint Imprint, string? Policy, ReadOnlyMemory<byte>? Nonce, bool WantsCertificate, bool HasExtensions = false)
{
    // 64 bits: some authorities take no more.
    private const int NonceLength = 8;
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>A new request with a nonce of its own and the certificate wanted.</summary>
    public static TimestampRequest Create(MessageImprint imprint, string? policy = null)
    {
        ArgumentNullException.ThrowIfNull(imprint);
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        // Positive and in its shortest form, so that every authority gives back the same bytes.
        nonce[0] = (byte)((nonce[0] & 0x3F) | 0x40);
        return new TimestampRequest(imprint, policy, nonce, WantsCertificate: true);
    }

    public byte[] Encode()
    {
        if (HasExtensions) throw new InvalidOperationException("no extension is ever asked for");
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            Imprint.Write(writer);
            if (Policy is not null) writer.WriteObjectIdentifier(Policy);
            if (Nonce is { } nonce) writer.WriteInteger(nonce.Span);
            // DER leaves out a value that is the default.
            if (WantsCertificate) writer.WriteBoolean(true);
        }

        return writer.Encode();
    }

    /// <exception cref="TimestampFormatException">The bytes are no request.</exception>
    public static TimestampRequest Read(ReadOnlyMemory<byte> encoded) => TimestampReading.Typed(encoded, () =>
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.BER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!reader.TryReadInt32(out var version) || version != 1)
            throw new TimestampFormatException("timestamp-version", "The version of the timestamp request is unknown.");
        var imprint = TimestampReading.ReadImprint(reader);
        var policy = TimestampReading.Next(reader, Asn1Tag.ObjectIdentifier) ? reader.ReadObjectIdentifier() : null;
        // A bare null would become an empty memory, by way of an array.
        var nonce = TimestampReading.Next(reader, Asn1Tag.Integer) ? reader.ReadIntegerBytes() : default(ReadOnlyMemory<byte>?);
        var wantsCertificate = TimestampReading.Next(reader, Asn1Tag.Boolean) && reader.ReadBoolean();
        var hasExtensions = TimestampReading.Next(reader, Extensions);
        if (hasExtensions) TimestampReading.ReadExtensions(reader, Extensions);
        reader.ThrowIfNotEmpty();
        return new TimestampRequest(imprint, policy, nonce, wantsCertificate, hasExtensions);
    });
}
