using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Web;

/// <summary>Kestrel's own settings: <c>Kestrel:Certificates:Default</c> with Path, KeyPath, Password, from appsettings.json or the environment.</summary>
internal static class TlsCertificate
{
    private const string Place = "Kestrel:Certificates:Default";

    public static IConfigurationSection Section() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build()
        .GetSection(Place);

    /// <summary>Paths are the caller's, as everywhere on the command line; Kestrel would look beside the program.</summary>
    public static void MakeAbsolute(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Place);
        foreach (var name in (string[])["Path", "KeyPath"])
        {
            if (section[name] is { } path) section[name] = Path.GetFullPath(path);
        }
    }

    public static Rejection? Unusable(IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        // A certificate of the machine's store is Kestrel's to find.
        if (section["Path"] is not { } path) return null;
        try
        {
            using var certificate = section["KeyPath"] is { } key
                ? section["Password"] is { } word ? X509Certificate2.CreateFromEncryptedPemFile(path, word, key) : X509Certificate2.CreateFromPemFile(path, key)
                : X509CertificateLoader.LoadPkcs12FromFile(path, section["Password"], X509KeyStorageFlags.EphemeralKeySet);
            return certificate.HasPrivateKey ? null : Reason("no private key");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return Reason(unreadable.Message);
        }

        Rejection Reason(string reason) => new("tls-certificate-unusable", new Dictionary<string, string> { ["path"] = path, ["reason"] = reason });
    }
}
