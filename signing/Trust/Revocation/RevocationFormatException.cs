namespace ECopy.Signing.Trust.Revocation;

/// <summary>
/// The bytes are no usable OCSP request or answer, or no usable revocation list. Stable codes: <c>ocsp-encoding</c>,
/// <c>ocsp-too-large</c>, <c>ocsp-not-basic</c>, <c>crl-encoding</c>, <c>crl-too-large</c>, <c>crl-critical-entry</c>.
/// </summary>
public sealed class RevocationFormatException(string code, string message, Exception? inner = null) : FormatException(message, inner)
{
    public string Code { get; } = code;
}
