using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Keys;

/// <summary>
/// A key in a PKCS#12 file with password, for demonstrations and small offices: whoever has file and password can sign,
/// so it gives no sole control.
/// </summary>
public sealed class Pkcs12SigningKey : ISigningKey, IDisposable
{
    private readonly X509Certificate2 certificate;

    private Pkcs12SigningKey(X509Certificate2 certificate, CertificateChain chain, SignatureAlgorithm algorithm)
    {
        this.certificate = certificate;
        Chain = chain;
        Algorithm = algorithm;
    }

    public CertificateChain Chain { get; }

    public SignatureAlgorithm Algorithm { get; }

    public bool NeedsAuthorization => false;

    /// <summary>Opens the file; refuses (<see cref="KeyRefusedException"/>) a wrong password, a file without exactly one key, a key or algorithm not allowed.</summary>
    /// <param name="algorithm">Null: the usual one of the key (<see cref="SignatureAlgorithm.DefaultFor"/>).</param>
    public static Pkcs12SigningKey Load(ReadOnlySpan<byte> file, string password, SignatureAlgorithm? algorithm = null)
    {
        var certificates = Open(file, password);
        var withKey = certificates.Where(candidate => candidate.HasPrivateKey).ToList();
        if (withKey.Count == 0) throw new KeyRefusedException("key-missing", "The key file holds no private key.");
        if (withKey.Count > 1) throw new KeyRefusedException("key-ambiguous", "The key file holds more than one private key.");
        var signer = withKey[0];
        algorithm ??= SignatureAlgorithm.DefaultFor(signer);
        algorithm.RequireFor(signer);
        return new Pkcs12SigningKey(signer, new CertificateChain(Order(signer, certificates)), algorithm);
    }

    public Task<SigningAnswer> SignAsync(SigningOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        cancellationToken.ThrowIfCancellationRequested();
        if (order.Digest.Length != Algorithm.HashLength)
            throw new ArgumentException($"the digest does not fit {Algorithm.Id}", nameof(order));
        return Task.FromResult<SigningAnswer>(new SigningAnswer.Signed(Sign(order.Digest.Span)));
    }

    public void Dispose() => certificate.Dispose();

    // Each call takes its own handle on the key: requests are signed side by side.
    private byte[] Sign(ReadOnlySpan<byte> digest)
    {
        if (Algorithm.Scheme == SignatureScheme.Ecdsa)
        {
            using var ecdsa = certificate.GetECDsaPrivateKey()!;
            return ecdsa.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);
        }

        using var rsa = certificate.GetRSAPrivateKey()!;
        return rsa.SignHash(digest, Algorithm.Hash, Algorithm.Scheme == SignatureScheme.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    private static X509Certificate2Collection Open(ReadOnlySpan<byte> file, string password)
    {
        // Nothing of the key is left on disk where the platform can do without (macOS cannot).
        var flags = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
        try
        {
            return X509CertificateLoader.LoadPkcs12Collection(file, password, flags);
        }
        catch (CryptographicException wrong) when ((wrong.HResult & 0xFFFF) == 86)
        {
            throw new KeyRefusedException("key-wrong-password", "The password does not open the key file.", wrong);
        }
        catch (CryptographicException unreadable)
        {
            throw new KeyRefusedException("key-file-unreadable", "The key file is damaged or not PKCS#12.", unreadable);
        }
    }

    private static List<X509Certificate2> Order(X509Certificate2 signer, X509Certificate2Collection all)
    {
        var ordered = new List<X509Certificate2> { X509CertificateLoader.LoadCertificate(signer.RawData) };
        var rest = all.Where(candidate => !candidate.HasPrivateKey).ToList();
        while (rest.Find(candidate => candidate.SubjectName.RawData.AsSpan().SequenceEqual(ordered[^1].IssuerName.RawData)) is { } issuer)
        {
            ordered.Add(issuer);
            rest.Remove(issuer);
        }

        return ordered;
    }
}
