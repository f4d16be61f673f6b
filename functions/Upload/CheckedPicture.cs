using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Upload;

/// <summary>A page that a copy can be made of: read whole, within limits.</summary>
/// <param name="Extension">jpg or png, by content.</param>
/// <param name="Width">Pixels as seen, after the EXIF orientation.</param>
internal sealed record CheckedPicture(string Extension, int Width, int Height, string Sha256)
{
    /// <summary>Rejects <c>image-…</c>; <paramref name="number"/> names the file for whoever chose several.</summary>
    public static Result<CheckedPicture> Read(ReadOnlyMemory<byte> content, int number)
    {
        try
        {
            var picture = ScanImage.Read(content, ImageLimits.Default);
            // What the bytes are, not what a name said: JPEG begins with FF D8, the only other kind is PNG.
            return new CheckedPicture(
                content.Span[0] == 0xFF ? "jpg" : "png", picture.Width, picture.Height, Convert.ToHexStringLower(SHA256.HashData(content.Span)));
        }
        catch (ImageFormatException refused)
        {
            return new Rejection(refused.Code, new Dictionary<string, string> { ["page"] = number.ToString(CultureInfo.InvariantCulture), ["kind"] = refused.Kind ?? "" });
        }
    }
}
