using System.Formats.Asn1;
using System.Numerics;

namespace ECopy.Signing.Timestamp;

/// <summary>PKIStatus (RFC 3161, 2.4.2).</summary>
public enum PkiStatus
{
    Granted = 0,
    GrantedWithMods = 1,
    Rejection = 2,
    Waiting = 3,
    RevocationWarning = 4,
    RevocationNotification = 5,
}

/// <summary>The bits of PKIFailureInfo that RFC 3161, 2.4.2 names; others are read as their numbers.</summary>
public enum PkiFailure
{
    BadAlgorithm = 0,
    BadRequest = 2,
    BadDataFormat = 5,
    TimeNotAvailable = 14,
    UnacceptedPolicy = 15,
    UnacceptedExtension = 16,
    AdditionalInformationNotAvailable = 17,
    SystemFailure = 25,
}

/// <summary>A TimeStampResp (RFC 3161, 2.4.2). A token is there exactly when it was granted.</summary>
/// <param name="Text">What the authority says in words, to be logged and not shown.</param>
/// <param name="Token">Encoded; see <see cref="TimestampToken.Read"/>.</param>
public sealed record TimestampResponse(PkiStatus Status, IReadOnlyList<string> Text, IReadOnlyList<PkiFailure> Failures, ReadOnlyMemory<byte>? Token)
{
    private const int MostTexts = 16;
    private const int MostFailureBytes = 8;

    public bool IsGranted => Status is PkiStatus.Granted or PkiStatus.GrantedWithMods;

    /// <exception cref="TimestampFormatException">The bytes are no response.</exception>
    public static TimestampResponse Read(ReadOnlyMemory<byte> encoded) => TimestampReading.Typed(encoded, () =>
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.BER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var information = reader.ReadSequence();
        if (!information.TryReadInt32(out var status) || status is < 0 or > 5) throw new AsnContentException("an unknown status");
        var text = TimestampReading.Next(information, Asn1Tag.Sequence) ? ReadText(information.ReadSequence()) : [];
        var failures = TimestampReading.Next(information, Asn1Tag.PrimitiveBitString) ? ReadFailures(information) : [];
        information.ThrowIfNotEmpty();
        // A bare null would become an empty memory, by way of an array.
        var token = reader.HasData ? reader.ReadEncodedValue() : default(ReadOnlyMemory<byte>?);
        reader.ThrowIfNotEmpty();
        var response = new TimestampResponse((PkiStatus)status, text, failures, token);
        return response.IsGranted == token is not null ? response : throw new AsnContentException("a token belongs to what was granted, and to nothing else");
    });

    internal static byte[] Granted(ReadOnlySpan<byte> token)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence()) writer.WriteInteger((int)PkiStatus.Granted);
            writer.WriteEncodedValue(token);
        }

        return writer.Encode();
    }

    internal static byte[] Rejected(PkiFailure failure, string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteInteger((int)PkiStatus.Rejection);
            using (writer.PushSequence()) writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
            // X.690, 11.2.2: a named bit list ends with its last bit that is set.
            var bits = new byte[((int)failure / 8) + 1];
            bits[^1] = (byte)(0x80 >> ((int)failure % 8));
            writer.WriteBitString(bits, BitOperations.TrailingZeroCount(bits[^1]));
        }

        return writer.Encode();
    }

    private static List<string> ReadText(AsnReader list)
    {
        var text = new List<string>();
        while (list.HasData)
        {
            if (text.Count == MostTexts) throw new AsnContentException("too many texts");
            text.Add(list.ReadCharacterString(UniversalTagNumber.UTF8String));
        }

        return text;
    }

    private static List<PkiFailure> ReadFailures(AsnReader reader)
    {
        var bits = reader.ReadBitString(out _);
        if (bits.Length > MostFailureBytes) throw new AsnContentException("too many failures");
        return [.. Enumerable.Range(0, bits.Length * 8).Where(bit => (bits[bit / 8] & (0x80 >> (bit % 8))) != 0).Select(bit => (PkiFailure)bit)];
    }
}
