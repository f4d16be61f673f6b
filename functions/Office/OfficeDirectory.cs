using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Office;

/// <summary>Reads agencies, persons and certificates from the store; they change rarely and each read is one small file.</summary>
internal sealed class OfficeDirectory(IBlobStore store)
{
    /// <exception cref="IntegrityException">No such agency: requests are only taken for agencies that exist.</exception>
    public async Task<Agency> AgencyAsync(string agency, CancellationToken cancellationToken) =>
        await FindAgencyAsync(agency, cancellationToken) ?? throw new IntegrityException(BlobPaths.Agency(agency), "missing");

    public async Task<Agency?> FindAgencyAsync(string agency, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<Agency>(BlobPaths.Agency(agency), cancellationToken))?.Value;

    public async Task<Person?> FindPersonAsync(string agency, string personId, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<Person>(BlobPaths.Person(agency, personId), cancellationToken))?.Value;

    /// <exception cref="IntegrityException">No such person, though a stored record names them.</exception>
    public async Task<Person> PersonAsync(string agency, string personId, CancellationToken cancellationToken) =>
        await FindPersonAsync(agency, personId, cancellationToken) ?? throw new IntegrityException(BlobPaths.Person(agency, personId), "missing");

    public async Task<OfficeCertificate?> FindCertificateAsync(string agency, string thumbprint, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<OfficeCertificate>(BlobPaths.Certificate(agency, thumbprint), cancellationToken))?.Value;

    /// <summary>All agencies of the store, by code.</summary>
    public Task<IReadOnlyList<Agency>> AgenciesAsync(CancellationToken cancellationToken) => AllAsync<Agency>(BlobPaths.Agencies, cancellationToken);

    /// <summary>Persons of an agency, by person id; those who have left too.</summary>
    public Task<IReadOnlyList<Person>> PersonsAsync(string agency, CancellationToken cancellationToken) => AllAsync<Person>(BlobPaths.Persons(agency), cancellationToken);

    public Task<IReadOnlyList<Account>> AccountsAsync(string agency, CancellationToken cancellationToken) => AllAsync<Account>(BlobPaths.Accounts(agency), cancellationToken);

    public Task<IReadOnlyList<OfficeCertificate>> CertificatesAsync(string agency, CancellationToken cancellationToken) =>
        AllAsync<OfficeCertificate>(BlobPaths.Certificates(agency), cancellationToken);

    public Task<IReadOnlyList<StoredTrustAnchor>> StoredTrustAnchorsAsync(CancellationToken cancellationToken) =>
        AllAsync<StoredTrustAnchor>(BlobPaths.TrustAnchors, cancellationToken);

    /// <summary>Roots that copies may lead to, with the time in which each is trusted.</summary>
    public async Task<TrustAnchors> TrustAnchorsAsync(CancellationToken cancellationToken)
    {
        var stored = await StoredTrustAnchorsAsync(cancellationToken);
        return new TrustAnchors([.. stored.Select(one => new TrustAnchor(CertificateOf(BlobPaths.TrustAnchor(one.Thumbprint), one.Certificate), one.From, one.Until))]);
    }

    /// <exception cref="IntegrityException">The stored bytes are no certificate.</exception>
    public static X509Certificate2 CertificateOf(string path, byte[] stored)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(stored);
        }
        catch (CryptographicException damaged)
        {
            throw new IntegrityException(path, $"holds no certificate ({damaged.Message})");
        }
    }

    private async Task<IReadOnlyList<T>> AllAsync<T>(string prefix, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        var all = new List<T>();
        await foreach (var path in store.ListAsync(prefix, cancellationToken))
        {
            if ((await store.ReadJsonAsync<T>(path, cancellationToken))?.Value is { } one) all.Add(one);
        }

        return all;
    }
}
