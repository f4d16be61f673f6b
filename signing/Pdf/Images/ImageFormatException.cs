namespace ECopy.Signing.Pdf.Images;

/// <summary>The only exception that reading a picture may throw. <see cref="Code"/> is stable.</summary>
public sealed class ImageFormatException : Exception
{
    /// <summary>Another format; <see cref="Kind"/> says which.</summary>
    public const string UnsupportedType = "image-unsupported-type";

    /// <summary>JPEG or PNG, but a variant that cannot be carried into the copy; <see cref="Kind"/> says which.</summary>
    public const string UnsupportedVariant = "image-unsupported-variant";

    /// <summary>Four colour components: its colours cannot be shown rightly without a CMYK profile.</summary>
    public const string Cmyk = "image-cmyk";

    /// <summary>No bytes at all.</summary>
    public const string Empty = "image-empty";

    /// <summary>The file stops before its end mark.</summary>
    public const string Truncated = "image-truncated";

    /// <summary>The structure contradicts itself, or a checksum differs.</summary>
    public const string Corrupt = "image-corrupt";

    /// <summary>More pixels, or a longer side, than <see cref="ImageLimits"/> allows.</summary>
    public const string TooLarge = "image-too-large";

    public ImageFormatException(string code, string message, string? kind = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Kind = kind;
    }

    public ImageFormatException()
        : this(Corrupt, "")
    {
    }

    public ImageFormatException(string message)
        : this(Corrupt, message)
    {
    }

    public ImageFormatException(string message, Exception innerException)
        : this(Corrupt, message, null, innerException)
    {
    }

    /// <summary>Stable; sentences for people are looked up by it.</summary>
    public string Code { get; }

    /// <summary>What was found instead: pdf, heic, gif, tiff, webp, bmp, zip, unknown; or jpeg-arithmetic, jpeg-lossless, jpeg-12-bit …</summary>
    public string? Kind { get; }
}
