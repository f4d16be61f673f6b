namespace ECopy.Signing.Timestamp;

/// <summary>
/// The bytes are no usable RFC 3161 request, response or token. Stable codes: <c>timestamp-encoding</c>, <c>timestamp-too-large</c>,
/// <c>timestamp-version</c>, <c>timestamp-not-token</c>.
/// </summary>
public sealed class TimestampFormatException(string code, string message, Exception? inner = null) : FormatException(message, inner)
{
    public string Code { get; } = code;
}
