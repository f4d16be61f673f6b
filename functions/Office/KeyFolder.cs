using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>
/// The folder of key files (<c>keys/</c> of the data folder unless set), written durably and for its owner only (0600). On this
/// machine's disk always, also when the records are elsewhere: a key is no record.
/// </summary>
internal sealed class KeyFolder(FileBlobStore folder)
{
    // Strong enough for what lies beside its password; the iterations protect nothing there.
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2_000);

    /// <summary>
    /// Keeps certificate, key and issuers under a password of its own, so that the one typed by a person is written nowhere.
    /// The password first: a kill in between leaves one that the next attempt uses.
    /// </summary>
    public async Task AddAsync(string name, X509Certificate2 withKey, IEnumerable<X509Certificate2> issuers, CancellationToken cancellationToken)
    {
        var drawn = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        if (await folder.CreateIfAbsentAsync(Password(name), Encoding.ASCII.GetBytes(drawn), cancellationToken) is CreateOutcome.OtherAlreadyThere)
            drawn = Encoding.ASCII.GetString((await folder.ReadAsync(Password(name), cancellationToken) ?? throw new IntegrityException(Password(name), "missing")).Content.Span);
        X509Certificate2[] all = [withKey, .. issuers];
        // Another encryption of the same key may be there already; its name is the certificate's.
        await folder.CreateIfAbsentAsync($"{name}.p12", new X509Certificate2Collection(all).ExportPkcs12(Encryption, drawn), cancellationToken);
    }

    private static string Password(string name) => $"{name}.password";
}
