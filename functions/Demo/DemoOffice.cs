using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Demo;

/// <summary>
/// The invented agencies of a demo store (<see cref="DemoAgencies"/>), their people, certificates and keys. Made at first start;
/// a start that was killed in the middle goes on where it stopped, since every record is created only if absent.
/// </summary>
internal sealed class DemoOffice(IBlobStore store, KeyFiles authorityFiles, KeyFiles keyFiles, TimeProvider clock)
{
    public const string AgencyCode = "H99.9.1";
    public const string Clerk = "motcua.linh";
    public const string Attestor = "lanhdao.binh";

    /// <summary>
    /// When the office's certificates and delegations begin: the demo data reach back into the year before, counted from the last
    /// working day, which in the first days of a year is one of the old one.
    /// </summary>
    public static DateOnly FoundedOn(DateTimeOffset now) => new(LocalTime.DateOf(now).AddDays(-14).Year - 1, 1, 1);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        DemoAuthority? authority = null;
        try
        {
            foreach (var agency in DemoAgencies.All)
            {
                // The agency is written last: where it stands, everything before it does.
                if (await store.ReadAsync(BlobPaths.Agency(agency.Code), cancellationToken) is not null) continue;
                authority ??= await OpenAuthorityAsync(cancellationToken);
                await FoundAsync(agency, authority, cancellationToken);
            }
        }
        finally
        {
            authority?.Dispose();
        }
    }

    private async Task<DemoAuthority> OpenAuthorityAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var authority = await DemoAuthority.OpenOrFoundAsync(authorityFiles, LocalTime.StartOf(FoundedOn(now)), now, cancellationToken);
        var root = authority.Root;
        var rootName = KeyRing.Thumbprint(root.RawData);
        await store.CreateJsonAsync(
            BlobPaths.TrustAnchor(rootName),
            new StoredTrustAnchor(1, rootName, root.RawData, root.NotBefore.ToUniversalTime(), root.NotAfter.ToUniversalTime()),
            cancellationToken);
        return authority;
    }

    private async Task FoundAsync(DemoAgency agency, DemoAuthority authority, CancellationToken cancellationToken)
    {
        var since = FoundedOn(clock.GetUtcNow());
        foreach (var person in agency.People)
        {
            var certificate = person.Signs ? await CertifyAsync(agency, authority, person.PersonId, person.PersonId, person.FullName, cancellationToken) : null;
            var delegation = person.Delegation is { } number ? new Delegation("phân công", number, since, null) : null;
            await store.CreateJsonAsync(
                BlobPaths.Person(agency.Code, person.PersonId),
                new Person(1, agency.Code, person.PersonId, person.FullName, person.TitleLines, [person.Role], delegation, certificate),
                cancellationToken);
            await store.CreateJsonAsync(
                BlobPaths.Account(agency.Code, person.PersonId), new Account(Account.CurrentSchema, agency.Code, person.PersonId, person.PersonId), cancellationToken);
        }

        var seal = await CertifyAsync(agency, authority, agency.SealKey, null, agency.FullName, cancellationToken);
        await store.CreateJsonAsync(
            BlobPaths.Agency(agency.Code),
            new Agency(Agency.CurrentSchema, agency.Code, agency.HeaderLines, agency.ShortName, agency.FullName, agency.Place, agency.Hotline, "SCT/BS", seal, agency.Policies),
            cancellationToken);
    }

    /// <summary>The key file first, then the record that names it: a record never points to a key that was lost.</summary>
    private async Task<string> CertifyAsync(
        DemoAgency agency, DemoAuthority authority, string keyName, string? holder, string commonName, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        using var certificate = await keyFiles.OpenOrCreateAsync(
            keyName,
            () => authority.Issue(commonName, agency.FullName, LocalTime.StartOf(FoundedOn(now)), now.AddYears(3), agency.EllipticKeys),
            authority.Chain,
            cancellationToken);
        var thumbprint = KeyRing.Thumbprint(certificate.RawData);
        await store.CreateJsonAsync(
            BlobPaths.Certificate(agency.Code, thumbprint),
            new OfficeCertificate(1, agency.Code, thumbprint, holder, [certificate.RawData, .. authority.Chain.Select(above => above.RawData)], $"pkcs12:{keyName}"),
            cancellationToken);
        return thumbprint;
    }
}
