namespace ECopy.Signing.Keys;

/// <summary>
/// A private key that never leaves its home: a digest goes out, a signature comes back, perhaps much later.
/// Implementations: PKCS#12 (here), Azure Key Vault, Cloud Signature Consortium.
/// </summary>
public interface ISigningKey
{
    /// <summary>The certificate of this key and its issuers.</summary>
    CertificateChain Chain { get; }

    /// <summary>From <see cref="SignatureAlgorithm.Allowed"/>.</summary>
    SignatureAlgorithm Algorithm { get; }

    /// <summary>
    /// True where a signature needs a person's confirmation. Such a key keeps by itself, durably and by digest, what it has asked
    /// for: asked again with the same digest it finds that, whatever was stopped in between, and at most one authorisation is
    /// outstanding. False where asking again with the same digest is harmless.
    /// </summary>
    bool NeedsAuthorization { get; }

    /// <summary>
    /// Signs the digest (its length fits <see cref="SignatureAlgorithm.Hash"/>). ECDSA values are DER (r, s).
    /// Throws only on transient faults, which may be tried again with the same order.
    /// </summary>
    Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken);
}

/// <param name="Digest">Digest of the DER-encoded signed attributes.</param>
/// <param name="Document">What the holder is shown by remote services: a short description without personal data.</param>
/// <param name="TransactionId">From an earlier <see cref="SigningAnswer.Pending"/>; null the first time.</param>
public sealed record SigningOrder(ReadOnlyMemory<byte> Digest, string Document, string? TransactionId);

/// <summary>What a key answers.</summary>
public abstract record SigningAnswer
{
    private SigningAnswer()
    {
    }

    /// <param name="Value">The signature value as it goes into the CMS.</param>
    public sealed record Signed(ReadOnlyMemory<byte> Value) : SigningAnswer;

    /// <summary>The holder has not confirmed yet; ask again with the transaction, until it expires.</summary>
    /// <param name="LookAgainAt">When asking again makes sense; null: soon.</param>
    public sealed record Pending(string TransactionId, DateTimeOffset ExpiresAt, DateTimeOffset? LookAgainAt = null) : SigningAnswer;

    /// <param name="Code">Stable: <c>signer-refused</c>, <c>signing-key-failed</c>, <c>signing-time-limit</c>.</param>
    public sealed record Refused(string Code, string Reason) : SigningAnswer;
}
