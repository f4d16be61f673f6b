using System.Collections.Concurrent;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Functions.RemoteSigning;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Office;

/// <summary>Where signing keys are asked for: files here, vaults, and signing services.</summary>
internal interface IKeyRing
{
    /// <summary>The key, or <c>signing-key-missing</c> / <c>signing-key-unusable</c> / <c>key-vault-not-configured</c>.</summary>
    Result<ISigningKey> Open(OfficeCertificate certificate);
}

/// <summary>
/// Finds the key of a certificate where it lives: an Azure Key Vault, a signing service, or PKCS#12 files in the data folder's
/// <c>keys/</c>, each with its password beside it (mode 0600) — whoever reads that folder can sign, so this is no sole control.
/// </summary>
internal sealed class KeyRing(string folder, KeyVaults? vaults = null, RemoteKeys? remote = null) : IKeyRing, IDisposable
{
    private const string Pkcs12 = "pkcs12:";
    private const string Vault = "azure-key-vault:";
    private const string Remote = "csc:";

    /// <summary>How a certificate's record says that only its holder can use the key, on a token of theirs.</summary>
    public const string Outside = "external:holder";
    private readonly ConcurrentDictionary<string, Pkcs12SigningKey> opened = new(StringComparer.Ordinal);

    public Result<ISigningKey> Open(OfficeCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (opened.TryGetValue(certificate.Thumbprint, out var known)) return known;
        if (IsElsewhere(certificate.KeyLocation)) return OpenElsewhere(certificate);
        if (!certificate.KeyLocation.StartsWith(Pkcs12, StringComparison.Ordinal)) return new Rejection("signing-key-missing");
        var name = certificate.KeyLocation[Pkcs12.Length..];
        if (name.AsSpan().ContainsAny('/', '\\') || !File.Exists(KeyFile(name))) return new Rejection("signing-key-missing");
        try
        {
            var key = Pkcs12SigningKey.Load(File.ReadAllBytes(KeyFile(name)), File.ReadAllText(PasswordFile(name)).Trim());
            if (Thumbprint(key.Chain.Signer.RawData) != certificate.Thumbprint)
            {
                key.Dispose();
                return new Rejection("signing-key-unusable", "reason", "key-of-another-certificate");
            }

            // Two first uses at once: one key stays, the other is closed.
            var kept = opened.GetOrAdd(certificate.Thumbprint, key);
            if (!ReferenceEquals(kept, key)) key.Dispose();
            return kept;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new Rejection("signing-key-unusable", "reason", "key-file-unreadable");
        }
        catch (KeyRefusedException refused)
        {
            return new Rejection("signing-key-unusable", "reason", refused.Code);
        }
    }

    /// <summary>SHA-256 of a certificate, lower-case hex: its name in the store.</summary>
    public static string Thumbprint(ReadOnlySpan<byte> certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate));

    /// <summary>How a certificate's record names a key file.</summary>
    public static string Location(string name) => Pkcs12 + name;

    /// <summary>How it names a key of a vault.</summary>
    public static string Location(VaultKeyId key) => Vault + key;

    /// <summary>How it names a key at a signing service.</summary>
    public static string Location(RemoteKeyId key) => Remote + key;

    /// <summary>Not a file of ours: then it is this key and no other.</summary>
    public static bool IsElsewhere(string location) => IsInVault(location) || IsRemote(location) || IsOutside(location);

    public static bool IsRemote(string location) => location.StartsWith(Remote, StringComparison.Ordinal);

    public static bool IsInVault(string location) => location.StartsWith(Vault, StringComparison.Ordinal);

    public static bool IsOutside(string location) => location == Outside;

    public string KeyFile(string name) => Path.Combine(folder, name + ".p12");

    public string PasswordFile(string name) => Path.Combine(folder, name + ".password");

    /// <summary>Nothing is asked of a vault or a service before something is to be signed.</summary>
    private Result<ISigningKey> OpenElsewhere(OfficeCertificate certificate)
    {
        var path = BlobPaths.Certificate(certificate.Agency, certificate.Thumbprint);
        var chain = new CertificateChain([.. certificate.Chain.Select(der => OfficeDirectory.CertificateOf(path, der))]);
        try
        {
            if (IsOutside(certificate.KeyLocation)) return new ExternalKey(chain);
            var algorithm = certificate.Algorithm is { } name ? SignatureAlgorithm.Parse(name) : null;
            if (IsInVault(certificate.KeyLocation))
            {
                var inVault = VaultKeyId.Parse(certificate.KeyLocation[Vault.Length..]) ?? throw new IntegrityException(path, "names no key of a vault");
                return vaults is null ? new Rejection("key-vault-none") : vaults.Open(inVault, chain, algorithm);
            }

            var atService = RemoteKeyId.Parse(certificate.KeyLocation[Remote.Length..]) ?? throw new IntegrityException(path, "names no key of a signing service");
            return remote is null ? new Rejection("remote-signing-none") : remote.Open(atService, chain, algorithm);
        }
        catch (KeyRefusedException refused)
        {
            return new Rejection("signing-key-unusable", "reason", refused.Code);
        }
    }

    public void Dispose()
    {
        foreach (var key in opened.Values) key.Dispose();
    }
}
