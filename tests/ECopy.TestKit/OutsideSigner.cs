using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.TestKit;

/// <summary>A person at their own computer: poppler's pdfsig, with a certificate and its key in an NSS database.</summary>
public sealed class OutsideSigner : IDisposable
{
    private const string Nickname = "signer";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ecopy-nss-");

    /// <param name="key">RSA: pdfsig signs with nothing else.</param>
    public OutsideSigner(X509Certificate2 certificate, AsymmetricAlgorithm key, params IReadOnlyList<X509Certificate2> issuers)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(issuers);
        File.WriteAllText(Place("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Place("certificate.pem"), string.Join('\n', issuers.Prepend(certificate).Select(one => one.ExportCertificatePem())));
        Require(OutsideTool.Run("openssl", "pkcs12", "-export", "-inkey", Place("key.pem"), "-in", Place("certificate.pem"), "-name", Nickname, "-out", Place("key.p12"), "-passout", "pass:x"));
        Directory.CreateDirectory(Database);
        Require(OutsideTool.Run("certutil", "-N", "-d", "sql:" + Database, "--empty-password"));
        Require(OutsideTool.Run("pk12util", "-i", Place("key.p12"), "-d", "sql:" + Database, "-W", "x"));
    }

    private string Database => Place("nss");

    /// <summary>The file with one revision more: an invisible signature, <c>adbe.pkcs7.detached</c>.</summary>
    public byte[] Sign(byte[] document)
    {
        File.WriteAllBytes(Place("out.pdf"), document);
        File.Delete(Place("signed.pdf"));
        var answer = OutsideTool.Run("pdfsig", "-nssdir", Database, "-add-signature", "-nick", Nickname, Place("out.pdf"), Place("signed.pdf"));
        Require(answer);
        return File.Exists(Place("signed.pdf")) ? File.ReadAllBytes(Place("signed.pdf")) : throw new InvalidOperationException("pdfsig did not sign: " + answer.All);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string Place(string name) => Path.Combine(folder.FullName, name);

    private static void Require(ToolAnswer answer)
    {
        if (answer.ExitCode != 0) throw new InvalidOperationException(answer.All);
    }
}
