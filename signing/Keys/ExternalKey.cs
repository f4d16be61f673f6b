namespace ECopy.Signing.Keys;

/// <summary>
/// A key that only its holder's own program can use: whole files go out and come back signed (profile approval). It stands for
/// its certificate; no digest is ever sent to it.
/// </summary>
public sealed class ExternalKey(CertificateChain chain) : ISigningKey
{
    public CertificateChain Chain { get; } = chain;

    public SignatureAlgorithm Algorithm { get; } = SignatureAlgorithm.DefaultFor(chain.Signer);

    public bool NeedsAuthorization => true;

    public Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken) =>
        Task.FromResult<SigningAnswer>(new SigningAnswer.Refused("signing-key-failed", "this key signs files at its holder's, not digests"));
}
