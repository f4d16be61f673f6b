using System.Formats.Asn1;

namespace ECopy.Signing.Cms;

/// <summary>Whether bytes are DER (X.690, 10 and 11) as far as structure goes: definite minimal lengths, primitive strings, sorted sets.</summary>
internal static class Der
{
    private const int MaxDepth = 32;

    public static bool Is(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var reader = new AsnReader(encoded, AsnEncodingRules.DER);
            Walk(reader, 0);
            return !reader.HasData;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static void Walk(AsnReader reader, int depth)
    {
        if (depth > MaxDepth) throw new AsnContentException("nested too deeply");
        var tag = reader.PeekTag();
        if (tag.HasSameClassAndValue(Asn1Tag.SetOf)) WalkAll(reader.ReadSetOf(), depth);
        else if (tag.IsConstructed && tag.TagClass == TagClass.Universal && tag.TagValue != (int)UniversalTagNumber.Sequence) throw new AsnContentException("a string in pieces");
        else if (tag.IsConstructed) WalkAll(reader.ReadSequence(tag), depth);
        else if (tag.HasSameClassAndValue(Asn1Tag.Integer)) reader.ReadIntegerBytes();
        else if (tag.HasSameClassAndValue(Asn1Tag.Boolean)) reader.ReadBoolean();
        else reader.ReadEncodedValue();
    }

    private static void WalkAll(AsnReader inner, int depth)
    {
        while (inner.HasData) Walk(inner, depth + 1);
    }
}
