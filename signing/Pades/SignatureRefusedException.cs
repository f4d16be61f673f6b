namespace ECopy.Signing.Pades;

/// <summary>
/// The document cannot be signed so, or a stage does not fit the one before. Stable codes: <c>field-missing</c>, <c>field-signed</c>,
/// <c>field-not-signature</c>, <c>field-unusable</c>, <c>lock-missing</c>, <c>signature-order</c>, <c>contents-overflow</c>,
/// <c>trailing-bytes</c>, <c>prepared-mismatch</c>, <c>signature-value-wrong</c>, <c>cms-mismatch</c>, <c>timestamp-mismatch</c>,
/// <c>store-unusable</c>.
/// </summary>
public sealed class SignatureRefusedException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
