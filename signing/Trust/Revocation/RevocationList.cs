using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>One entry of a list.</summary>
/// <param name="KeyInDoubtSince">invalidityDate, where the authority gives it.</param>
public sealed record RevocationListEntry(DateTimeOffset RevokedAt, RevocationReason Reason, DateTimeOffset? KeyInDoubtSince);

/// <summary>
/// A CertificateList as read (RFC 5280, 5). The entries are gone through where they lie, however many there are; no object is
/// made for any but the one looked for. Reading judges nothing; <see cref="RevocationListRules"/> does.
/// </summary>
public sealed class RevocationList
{
    private const int MaxLength = 256 << 20;
    private const string ReasonCode = "2.5.29.21";
    private const string InvalidityDate = "2.5.29.24";
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly ReadOnlyMemory<byte> entries;

    private RevocationList(ReadOnlyMemory<byte> encoded, SignedPart part, ReadOnlyMemory<byte> issuer, ReadOnlyMemory<byte> entries, List<RevocationExtension> extensions)
    {
        Encoded = encoded;
        Part = part;
        Issuer = issuer;
        this.entries = entries;
        Extensions = extensions;
    }

    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>The issuer's name, encoded.</summary>
    public ReadOnlyMemory<byte> Issuer { get; }

    public DateTimeOffset ThisUpdate { get; private init; }

    public DateTimeOffset? NextUpdate { get; private init; }

    internal SignedPart Part { get; }

    internal IReadOnlyList<RevocationExtension> Extensions { get; }

    /// <exception cref="RevocationFormatException">The bytes are no list. Entries are not looked at yet.</exception>
    public static RevocationList Read(ReadOnlyMemory<byte> encoded)
    {
        if (encoded.Length > MaxLength) throw new RevocationFormatException("crl-too-large", "The revocation list is larger than 256 MiB.");
        return RevocationReading.Typed("crl-encoding", () =>
        {
            var outer = new AsnReader(encoded, AsnEncodingRules.DER);
            var list = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var signed = list.ReadEncodedValue();
            var algorithm = list.PeekEncodedValue();
            var part = SignedPart.Read(signed, list);
            list.ThrowIfNotEmpty();

            var reader = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
            var version = 0;
            if (RevocationReading.Next(reader, Asn1Tag.Integer) && (!reader.TryReadInt32(out version) || version != 1)) throw new AsnContentException("an unknown version");
            // RFC 5280, 5.1.1.2: the algorithm inside the signed part must be the one outside.
            if (!reader.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw new AsnContentException("two algorithms");
            var issuer = reader.ReadEncodedValue();
            var thisUpdate = ReadTime(reader);
            DateTimeOffset? nextUpdate = reader.HasData && IsTime(reader.PeekTag()) ? ReadTime(reader) : null;
            var entries = ReadOnlyMemory<byte>.Empty;
            if (RevocationReading.Next(reader, Asn1Tag.Sequence))
            {
                entries = reader.PeekContentBytes();
                reader.ReadEncodedValue();
            }

            var extensions = version == 1 && RevocationReading.Next(reader, Context0) ? RevocationReading.ReadExtensions(reader, Context0) : [];
            reader.ThrowIfNotEmpty();
            return new RevocationList(encoded, part, issuer, entries, extensions) { ThisUpdate = thisUpdate, NextUpdate = nextUpdate };
        });
    }

    /// <summary>
    /// The entry of that serial number, or null. Always goes to the end: an entry anywhere that cannot be understood makes the
    /// whole list useless (RFC 5280, 5.3).
    /// </summary>
    /// <exception cref="RevocationFormatException">An entry cannot be read, or has a critical extension.</exception>
    public RevocationListEntry? Find(ReadOnlySpan<byte> serial)
    {
        try
        {
            return Search(serial);
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException or ArgumentException or OverflowException)
        {
            throw new RevocationFormatException("crl-encoding", "An entry of the revocation list cannot be read: " + fault.Message, fault);
        }
    }

    private RevocationListEntry? Search(ReadOnlySpan<byte> serial)
    {
        RevocationListEntry? found = null;
        for (var rest = entries.Span; rest.Length > 0;)
        {
            AsnDecoder.ReadSequence(rest, AsnEncodingRules.DER, out var offset, out var length, out var consumed);
            var entry = rest.Slice(offset, length);
            rest = rest[consumed..];
            var number = AsnDecoder.ReadIntegerBytes(entry, AsnEncodingRules.DER, out var used);
            var isThis = number.SequenceEqual(serial);
            entry = entry[used..];
            if (entry.Length == 0) throw new AsnContentException("an entry without a date");
            // A date is either 13 or 15 characters; that of another certificate is not looked at.
            AsnDecoder.ReadEncodedValue(entry, AsnEncodingRules.DER, out _, out _, out used);
            var date = entry[..used];
            var extensions = entry[used..];
            var read = isThis ? new RevocationListEntry(ReadTime(date), RevocationReason.Unspecified, null) : null;
            if (extensions.Length > 0) ReadExtensions(extensions, ref read);
            // A list that names a certificate twice means the first time.
            if (read is not null && read.Reason != RevocationReason.RemoveFromList && (found is null || read.RevokedAt < found.RevokedAt)) found = read;
        }

        return found;
    }

    private static void ReadExtensions(ReadOnlySpan<byte> entry, ref RevocationListEntry? read)
    {
        AsnDecoder.ReadSequence(entry, AsnEncodingRules.DER, out var offset, out var length, out var consumed);
        if (consumed != entry.Length) throw new AsnContentException("something after an entry's extensions");
        for (var rest = entry.Slice(offset, length); rest.Length > 0;)
        {
            AsnDecoder.ReadSequence(rest, AsnEncodingRules.DER, out offset, out length, out consumed);
            var extension = rest.Slice(offset, length);
            rest = rest[consumed..];
            AsnDecoder.ReadEncodedValue(extension, AsnEncodingRules.DER, out _, out _, out var oidLength);
            var after = extension[oidLength..];
            if (after is [1, ..])
            {
                // A certificate issuer is among these: such a list speaks for several authorities.
                if (AsnDecoder.ReadBoolean(after, AsnEncodingRules.DER, out var used)) throw new RevocationFormatException("crl-critical-entry", "An entry of the revocation list has a critical extension that is not understood.");
                after = after[used..];
            }

            if (read is null) continue;
            var value = AsnDecoder.ReadOctetString(after, AsnEncodingRules.DER, out _);
            switch (AsnDecoder.ReadObjectIdentifier(extension, AsnEncodingRules.DER, out _))
            {
                case ReasonCode:
                    read = read with { Reason = OcspResponse.ReadReason(AsnDecoder.ReadEnumeratedBytes(value, AsnEncodingRules.DER, out _)) };
                    break;
                case InvalidityDate:
                    read = read with { KeyInDoubtSince = AsnDecoder.ReadGeneralizedTime(value, AsnEncodingRules.DER, out _) };
                    break;
            }
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag == Asn1Tag.UtcTime || tag == Asn1Tag.GeneralizedTime;

    private static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> encoded) => encoded[0] == 0x17
        ? AsnDecoder.ReadUtcTime(encoded, AsnEncodingRules.DER, out _)
        : AsnDecoder.ReadGeneralizedTime(encoded, AsnEncodingRules.DER, out _);
}
