using System.Text;

namespace ECopy.Signing.Pdf.Images;

/// <summary>Tells what a file is by its first bytes, so that a refusal can name it.</summary>
internal static class ImageKinds
{
    public const string Jpeg = "jpeg";
    public const string Png = "png";
    public const string Unknown = "unknown";

    /// <summary>ISO/IEC 15948, 5.2: made to show damage by transfers that change line ends or drop the eighth bit.</summary>
    public static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public static string Detect(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith<byte>([0xFF, 0xD8])) return Jpeg;
        if (file is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] || PngSignature.StartsWith(file)) return Png;
        if (file[..Math.Min(file.Length, 1024)].IndexOf("%PDF-"u8) >= 0) return "pdf";
        if (file.StartsWith("GIF8"u8)) return "gif";
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8)) return "tiff";
        if (file.StartsWith("BM"u8)) return "bmp";
        if (file.StartsWith("PK\x3\x4"u8)) return "zip";
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8)) return "webp";
        if (file.Length >= 12 && file[4..8].SequenceEqual("ftyp"u8)) return BoxBrand(Encoding.Latin1.GetString(file[8..12]));
        return Unknown;
    }

    private static string BoxBrand(string brand) => brand switch
    {
        "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "mif1" or "msf1" => "heic",
        "avif" or "avis" => "avif",
        _ => Unknown,
    };
}
