using System.Formats.Asn1;

namespace ECopy.Signing.Timestamp;

/// <summary>A TSTInfo (RFC 3161, 2.4.2): what the authority signs.</summary>
/// <param name="SerialNumber">An INTEGER's bytes; with the authority's name it names this token.</param>
/// <param name="Time">genTime, in UTC.</param>
/// <param name="Accuracy">How far the time may be off either way; null where the authority does not say.</param>
/// <param name="Ordering">Whether tokens of this authority can be ordered by their times whatever the accuracy.</param>
/// <param name="Authority">tsa: an encoded GeneralName, a hint and no proof.</param>
/// <param name="HasCriticalExtension">An extension that must be understood, and none is.</param>
public sealed record TimestampContent(
    string Policy,
    MessageImprint Imprint,
    ReadOnlyMemory<byte> SerialNumber,
    DateTimeOffset Time,
    TimeSpan? Accuracy = null,
    bool Ordering = false,
    ReadOnlyMemory<byte>? Nonce = null,
    ReadOnlyMemory<byte>? Authority = null,
    bool HasCriticalExtension = false)
{
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Millis = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Micros = new(TagClass.ContextSpecific, 1);

    /// <summary>The latest moment that the token can mean.</summary>
    public DateTimeOffset LatestTime => Accuracy is { } accuracy && accuracy < DateTimeOffset.MaxValue - Time ? Time + accuracy : Time;

    internal static TimestampContent Read(ReadOnlyMemory<byte> encoded)
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.BER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!reader.TryReadInt32(out var version) || version != 1)
            throw new TimestampFormatException("timestamp-version", "The version of the timestamp is unknown.");
        var content = new TimestampContent(
            reader.ReadObjectIdentifier(), TimestampReading.ReadImprint(reader), reader.ReadIntegerBytes(), TimestampReading.ReadTime(reader));
        if (TimestampReading.Next(reader, Asn1Tag.Sequence)) content = content with { Accuracy = ReadAccuracy(reader.ReadSequence()) };
        if (TimestampReading.Next(reader, Asn1Tag.Boolean)) content = content with { Ordering = reader.ReadBoolean() };
        if (TimestampReading.Next(reader, Asn1Tag.Integer)) content = content with { Nonce = reader.ReadIntegerBytes() };
        if (TimestampReading.Next(reader, Context0))
        {
            // Explicit, since GeneralName is a choice.
            var name = reader.ReadSequence(Context0);
            content = content with { Authority = name.ReadEncodedValue() };
            name.ThrowIfNotEmpty();
        }

        if (TimestampReading.Next(reader, Context1)) content = content with { HasCriticalExtension = TimestampReading.ReadExtensions(reader, Context1) };
        reader.ThrowIfNotEmpty();
        return content;
    }

    internal byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(Policy);
            Imprint.Write(writer);
            writer.WriteInteger(SerialNumber.Span);
            writer.WriteGeneralizedTime(Time.ToUniversalTime(), omitFractionalSeconds: false);
            if (Accuracy is { } accuracy) WriteAccuracy(writer, accuracy);
            if (Ordering) writer.WriteBoolean(true);
            if (Nonce is { } nonce) writer.WriteInteger(nonce.Span);
            if (Authority is { } name)
            {
                using (writer.PushSequence(Context0)) writer.WriteEncodedValue(name.Span);
            }
        }

        return writer.Encode();
    }

    // Accuracy { seconds INTEGER, millis [0] INTEGER (1..999), micros [1] INTEGER (1..999) }, each of them optional.
    private static TimeSpan ReadAccuracy(AsnReader reader)
    {
        var (seconds, millis, micros) = (0, 0, 0);
        if (TimestampReading.Next(reader, Asn1Tag.Integer) && (!reader.TryReadInt32(out seconds) || seconds < 0)) throw new AsnContentException("not an accuracy");
        if (TimestampReading.Next(reader, Millis) && (!reader.TryReadInt32(out millis, Millis) || millis is < 1 or > 999)) throw new AsnContentException("not an accuracy");
        if (TimestampReading.Next(reader, Micros) && (!reader.TryReadInt32(out micros, Micros) || micros is < 1 or > 999)) throw new AsnContentException("not an accuracy");
        reader.ThrowIfNotEmpty();
        return new TimeSpan(seconds * TimeSpan.TicksPerSecond) + TimeSpan.FromMilliseconds(millis) + TimeSpan.FromMicroseconds(micros);
    }

    private static void WriteAccuracy(AsnWriter writer, TimeSpan accuracy)
    {
        using var sequence = writer.PushSequence();
        var seconds = (long)accuracy.TotalSeconds;
        if (seconds > 0) writer.WriteInteger(seconds);
        if (accuracy.Milliseconds > 0) writer.WriteInteger(accuracy.Milliseconds, Millis);
        if (accuracy.Microseconds > 0) writer.WriteInteger(accuracy.Microseconds, Micros);
    }
}
