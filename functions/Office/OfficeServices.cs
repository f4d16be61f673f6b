using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>Everything that changes the office's records, for pages and command line alike.</summary>
internal static class OfficeServices
{
    /// <param name="keys">On this machine: keys live there, wherever the records are.</param>
    public static IServiceCollection AddOfficeChanges(this IServiceCollection services, KeysFolder keys)
    {
        services.AddSingleton<OfficeWriter>();
        services.AddSingleton<Administrators>();
        services.AddSingleton<OpenSessions>();
        services.AddSingleton<ChangeAgency>();
        services.AddSingleton<ChangePerson>();
        services.AddSingleton<ChangeAccount>();
        services.AddSingleton(provider => new KeyFolder(FileBlobStore.OpenShared(keys.Keys)));
        services.AddSingleton<GiveCertificate>();
        services.AddSingleton<ImportCertificate>();
        services.AddSingleton<TakeVaultCertificate>();
        services.AddSingleton<TakeRemoteCertificate>();
        services.AddSingleton<TakeOutsideCertificate>();
        services.AddSingleton<AddTrustAnchor>();
        services.AddSingleton<CertificateWatch>();
        return services;
    }
}
