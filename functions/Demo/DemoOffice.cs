using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Demo;

/// <summary>
/// The invented commune of a demo store: xã Mẫu An, its people, their certificates and keys. Made at first start;
/// a start that was killed in the middle goes on where it stopped, since every record is created only if absent.
/// </summary>
internal sealed class DemoOffice(IBlobStore store, KeyFiles authorityFiles, KeyFiles keyFiles, TimeProvider clock)
{
    public const string AgencyCode = "H99.9.1";
    public const string Clerk = "motcua.linh";
    public const string Attestor = "lanhdao.binh";
    private const string SealKey = "seal";
    private const string Organization = "Ủy ban nhân dân xã Mẫu An";

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        // The agency is written last: where it stands, everything before it does.
        if (await store.ReadAsync(BlobPaths.Agency(AgencyCode), cancellationToken) is not null) return;
        var now = clock.GetUtcNow();
        using var authority = await DemoAuthority.OpenOrFoundAsync(authorityFiles, now, cancellationToken);
        var root = authority.Root;
        var rootName = KeyRing.Thumbprint(root.RawData);
        await store.CreateJsonAsync(
            BlobPaths.TrustAnchor(rootName),
            new StoredTrustAnchor(1, rootName, root.RawData, root.NotBefore.ToUniversalTime(), root.NotAfter.ToUniversalTime()),
            cancellationToken);

        var binh = await CertifyAsync(authority, Attestor, Attestor, "Trần Văn Mẫu", now, cancellationToken);
        var an = await CertifyAsync(authority, "chutich.an", "chutich.an", "Lê Thị An Mẫu", now, cancellationToken);
        var seal = await CertifyAsync(authority, SealKey, null, Organization, now, cancellationToken);

        var from = LocalTime.DateOf(now).AddDays(-1);
        Person[] persons =
        [
            new(1, AgencyCode, Clerk, "Nguyễn Thị Linh Mẫu", [], [OfficeRole.OneStopClerk], null, null),
            new(1, AgencyCode, Attestor, "Trần Văn Mẫu", ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], [OfficeRole.Attestor], new Delegation("phân công", "01/PC-UBND", from, null), binh),
            new(1, AgencyCode, "chutich.an", "Lê Thị An Mẫu", ["CHỦ TỊCH"], [OfficeRole.Attestor], null, an),
            new(1, AgencyCode, "vanthu.ha", "Phạm Thị Hà Mẫu", [], [OfficeRole.SealKeeper], null, null),
            new(1, AgencyCode, "doankt.son", "Võ Văn Sơn Mẫu", [], [OfficeRole.Inspector], null, null),
            new(1, AgencyCode, "quantri.mau", "Đinh Thị Mẫu", [], [OfficeRole.AgencyAdmin], null, null),
        ];
        foreach (var person in persons)
        {
            await store.CreateJsonAsync(BlobPaths.Person(AgencyCode, person.PersonId), person, cancellationToken);
            await store.CreateJsonAsync(BlobPaths.Account(AgencyCode, person.PersonId), new Account(Account.CurrentSchema, AgencyCode, person.PersonId, person.PersonId), cancellationToken);
        }

        await store.CreateJsonAsync(
            BlobPaths.Agency(AgencyCode),
            new Agency(
                1,
                AgencyCode,
                ["ỦY BAN NHÂN DÂN", "XÃ MẪU AN"],
                "UBND xã Mẫu An",
                Organization,
                "Xã Mẫu An",
                "1900 0000",
                "SCT/BS",
                seal,
                new AgencyPolicies(AutomaticSeal: true, FourEyes: true, PadesLevel.BaselineB)),
            cancellationToken);
    }

    /// <summary>The key file first, then the record that names it: a record never points to a key that was lost.</summary>
    private async Task<string> CertifyAsync(DemoAuthority authority, string keyName, string? holder, string commonName, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var certificate = await keyFiles.OpenOrCreateAsync(keyName, () => authority.Issue(commonName, Organization, now), authority.Chain, cancellationToken);
        var thumbprint = KeyRing.Thumbprint(certificate.RawData);
        await store.CreateJsonAsync(
            BlobPaths.Certificate(AgencyCode, thumbprint),
            new OfficeCertificate(1, AgencyCode, thumbprint, holder, [certificate.RawData, .. authority.Chain.Select(above => above.RawData)], $"pkcs12:{keyName}"),
            cancellationToken);
        return thumbprint;
    }
}
