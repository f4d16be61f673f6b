using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>One extension of an answer or a list (RFC 5280, 4.1).</summary>
internal sealed record RevocationExtension(string Oid, bool Critical, ReadOnlyMemory<byte> Value);

/// <summary>What OCSP and revocation lists have in common when they are read. Both are DER and nothing else.</summary>
internal static class RevocationReading
{
    private const int MostExtensions = 64;

    /// <summary>Nothing but <see cref="RevocationFormatException"/> leaves, whatever the platform's readers throw on hostile bytes.</summary>
    public static T Typed<T>(string code, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new RevocationFormatException(code, "The revocation data cannot be read: " + fault.Message, fault);
        }
    }

    /// <summary>Explicitly tagged extensions.</summary>
    public static List<RevocationExtension> ReadExtensions(AsnReader reader, Asn1Tag tag)
    {
        var wrapper = reader.ReadSequence(tag);
        var list = wrapper.ReadSequence();
        wrapper.ThrowIfNotEmpty();
        var extensions = new List<RevocationExtension>();
        while (list.HasData)
        {
            if (extensions.Count == MostExtensions) throw new AsnContentException("too many extensions");
            var extension = list.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var critical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            if (extensions.Exists(other => other.Oid == oid)) throw new AsnContentException("an extension occurs twice");
            extensions.Add(new RevocationExtension(oid, critical, extension.ReadOctetString()));
            extension.ThrowIfNotEmpty();
        }

        return extensions;
    }

    public static bool Next(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag() == tag;

    public static DateTimeOffset? GeneralizedTime(IEnumerable<RevocationExtension> extensions, string oid) =>
        extensions.FirstOrDefault(extension => extension.Oid == oid) is { } found ? new AsnReader(found.Value, AsnEncodingRules.DER).ReadGeneralizedTime() : null;

    public static void WriteExtension(AsnWriter writer, string oid, bool critical, ReadOnlySpan<byte> value)
    {
        using var extension = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (critical) writer.WriteBoolean(true);
        writer.WriteOctetString(value);
    }
}
