using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Cms;

namespace ECopy.Signing.Timestamp;

/// <summary>What request, response and token have in common when they are read.</summary>
internal static class TimestampReading
{
    // Tokens have a few kilobytes, with many certificates some tens.
    private const int MaxLength = 1 << 20;

    /// <summary>Nothing but <see cref="TimestampFormatException"/> leaves, whatever the platform's readers throw on hostile bytes.</summary>
    public static T Typed<T>(ReadOnlyMemory<byte> encoded, Func<T> read)
    {
        if (encoded.Length > MaxLength) throw new TimestampFormatException("timestamp-too-large", "The timestamp is larger than 1 MiB.");
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new TimestampFormatException("timestamp-encoding", "The timestamp cannot be read: " + fault.Message, fault);
        }
        catch (CmsFormatException fault)
        {
            throw new TimestampFormatException("timestamp-not-token", "The timestamp is no signed message: " + fault.Message, fault);
        }
    }

    /// <summary>MessageImprint (RFC 3161, 2.4.1): a digest algorithm and a digest.</summary>
    public static MessageImprint ReadImprint(AsnReader reader)
    {
        var imprint = reader.ReadSequence();
        var oid = imprint.ReadSequence().ReadObjectIdentifier();
        var digest = imprint.ReadOctetString();
        imprint.ThrowIfNotEmpty();
        return new MessageImprint(oid, digest);
    }

    /// <summary>
    /// RFC 3161, 2.4.2: <c>YYYYMMDDhhmmss[.s...]Z</c>, the Z and the seconds required, no zero at the end of a fraction.
    /// What is finer than the platform's 100 ns is cut off.
    /// </summary>
    public static DateTimeOffset ReadTime(AsnReader reader)
    {
        if (reader.PeekTag() != new Asn1Tag(UniversalTagNumber.GeneralizedTime)) throw new AsnContentException("no time, or one in pieces");
        var text = Encoding.ASCII.GetString(reader.PeekContentBytes().Span);
        reader.ReadEncodedValue();
        var fraction = text is [.., 'Z'] ? text[..^1] : throw new AsnContentException("a time without its Z");
        var whole = fraction.Length >= 14 ? fraction[..14] : throw new AsnContentException("a time without seconds");
        fraction = fraction[14..];
        if (!DateTimeOffset.TryParseExact(whole, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new AsnContentException("not a time");
        if (fraction.Length == 0) return time;
        if (fraction is not ['.', .. var digits] || digits.Length is 0 or > 20 || digits.AsSpan().ContainsAnyExceptInRange('0', '9') || digits[^1] == '0')
            throw new AsnContentException("not a fraction of a second");
        return time.AddTicks(long.Parse(digits.PadRight(7, '0')[..7], CultureInfo.InvariantCulture));
    }

    /// <summary>Extensions (RFC 5280, 4.1): whether any of them is critical. None is known here, and one that is critical must be.</summary>
    public static bool ReadExtensions(AsnReader reader, Asn1Tag tag)
    {
        var critical = false;
        var list = reader.ReadSequence(tag);
        while (list.HasData)
        {
            var extension = list.ReadSequence();
            extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean) critical |= extension.ReadBoolean();
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
        }

        return critical;
    }

    public static bool Next(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag() == tag;
}
