using System.IO.Compression;

namespace ECopy.Signing.Pdf;

/// <summary>Streams with FlateDecode (ISO 32000-2, 7.4.4), the one compression that our writer applies itself.</summary>
internal static class FlateStreams
{
    public static PdfStream Compress(PdfDictionary dictionary, ReadOnlySpan<byte> plain)
    {
        dictionary["Filter"] = new PdfName("FlateDecode");
        return new PdfStream(dictionary, Compress(plain));
    }

    public static byte[] Compress(ReadOnlySpan<byte> plain)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(plain);
        return compressed.ToArray();
    }
}
