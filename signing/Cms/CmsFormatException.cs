namespace ECopy.Signing.Cms;

/// <summary>
/// The bytes are no usable CMS SignedData. Stable codes: <c>cms-empty</c>, <c>cms-too-large</c>, <c>cms-encoding</c>,
/// <c>cms-not-signed-data</c>, <c>cms-trailing-bytes</c>, <c>cms-certificate</c>, <c>cms-attribute</c>.
/// </summary>
public sealed class CmsFormatException(string code, string message, Exception? inner = null) : FormatException(message, inner)
{
    public string Code { get; } = code;
}
