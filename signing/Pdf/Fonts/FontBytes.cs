using System.Buffers.Binary;

namespace ECopy.Signing.Pdf.Fonts;

/// <summary>A stretch of a font file; reading past its end is a format error, never another exception.</summary>
internal readonly struct FontBytes(ReadOnlyMemory<byte> bytes)
{
    public int Length => bytes.Length;

    public ReadOnlyMemory<byte> Memory => bytes;

    public ushort UInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(Part(at, 2));

    public short Int16(int at) => BinaryPrimitives.ReadInt16BigEndian(Part(at, 2));

    public uint UInt32(int at) => BinaryPrimitives.ReadUInt32BigEndian(Part(at, 4));

    public byte Byte(int at) => Part(at, 1)[0];

    public sbyte SByte(int at) => (sbyte)Part(at, 1)[0];

    public FontBytes From(long at, long length)
    {
        if (at < 0 || length < 0 || at + length > bytes.Length) throw new FontFormatException("table outside the file");
        return new FontBytes(bytes.Slice((int)at, (int)length));
    }

    public FontBytes From(long at) => From(at, bytes.Length - at);

    private ReadOnlySpan<byte> Part(int at, int length)
    {
        if (at < 0 || at > bytes.Length - length) throw new FontFormatException("value outside its table");
        return bytes.Span.Slice(at, length);
    }
}
