using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;

namespace ECopy.Functions.Demo;

/// <summary>
/// Keys of a demo store as PKCS#12 files, each with its own random password beside it, readable by the owner only.
/// </summary>
internal sealed class KeyFiles(FileBlobStore folder)
{
    /// <summary>The certificate with key of this name; made once. The password is on disk before the file that it opens.</summary>
    public async Task<X509Certificate2> OpenOrCreateAsync(
        string name, Func<X509Certificate2> create, IReadOnlyList<X509Certificate2> issuers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(create);
        var file = name + ".p12";
        var passwordFile = name + ".password";
        if (await folder.ReadAsync(file, cancellationToken) is null)
        {
            // A password from a start that was killed here is kept: whichever file follows is made with it.
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            if (await folder.CreateIfAbsentAsync(passwordFile, Encoding.ASCII.GetBytes(password), cancellationToken) is CreateOutcome.OtherAlreadyThere)
                password = await ReadPasswordAsync(passwordFile, cancellationToken);
            using var created = create();
            var all = new X509Certificate2Collection(created);
            foreach (var issuer in issuers) all.Add(X509CertificateLoader.LoadCertificate(issuer.RawData));
            await folder.CreateIfAbsentAsync(file, all.Export(X509ContentType.Pkcs12, password)!, cancellationToken);
        }

        var stored = await folder.ReadAsync(file, cancellationToken) ?? throw new FileNotFoundException(file);
        var opening = await ReadPasswordAsync(passwordFile, cancellationToken);
        var opened = X509CertificateLoader.LoadPkcs12Collection(stored.Content.Span, opening, X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);
        return opened.Single(certificate => certificate.HasPrivateKey);
    }

    /// <summary>The same, as a key that signs.</summary>
    public async Task<Pkcs12SigningKey> OpenOrCreateKeyAsync(
        string name, Func<X509Certificate2> create, IReadOnlyList<X509Certificate2> issuers, CancellationToken cancellationToken)
    {
        using var certificate = await OpenOrCreateAsync(name, create, issuers, cancellationToken);
        var password = await ReadPasswordAsync(name + ".password", cancellationToken);
        return Pkcs12SigningKey.Load((await folder.ReadAsync(name + ".p12", cancellationToken) ?? throw new FileNotFoundException(name)).Content.Span, password);
    }

    private async Task<string> ReadPasswordAsync(string passwordFile, CancellationToken cancellationToken) =>
        Encoding.ASCII.GetString((await folder.ReadAsync(passwordFile, cancellationToken) ?? throw new FileNotFoundException(passwordFile)).Content.Span);
}
