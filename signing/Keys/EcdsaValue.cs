using System.Formats.Asn1;

namespace ECopy.Signing.Keys;

/// <summary>The two ways in which an ECDSA value is written.</summary>
public static class EcdsaValue
{
    /// <summary>
    /// From r and s side by side, each as long as the curve's order (RFC 7518, 3.4), to the DER sequence that a CMS wants
    /// (RFC 5753, 2.1.1). Null for what cannot be two numbers.
    /// </summary>
    public static byte[]? ToDer(ReadOnlySpan<byte> both)
    {
        if (both.Length == 0 || both.Length % 2 != 0) return null;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteNumber(writer, both[..(both.Length / 2)]);
            WriteNumber(writer, both[(both.Length / 2)..]);
        }

        return writer.Encode();
    }

    private static void WriteNumber(AsnWriter writer, ReadOnlySpan<byte> number)
    {
        var trimmed = number.TrimStart((byte)0);
        writer.WriteIntegerUnsigned(trimmed.IsEmpty ? [0] : trimmed);
    }
}
