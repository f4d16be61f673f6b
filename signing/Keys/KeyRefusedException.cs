namespace ECopy.Signing.Keys;

/// <summary>
/// A key, its file or its algorithm cannot be used for signing. Stable codes: <c>key-wrong-password</c>,
/// <c>key-file-unreadable</c>, <c>key-missing</c>, <c>key-ambiguous</c>, <c>key-not-allowed</c>, <c>algorithm-not-allowed</c>.
/// </summary>
public sealed class KeyRefusedException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
