using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>The agency's certificates and how long they last; keys come in here, or stay in their vault, and never go out.</summary>
[Authorize(Access.Admin)]
internal sealed class CertificatesModel(ImportCertificate import, TakeVaultCertificate take, KeyVaults vaults, OfficeDirectory office, TimeProvider clock) : AdminPageModel
{
    public const string Address = "/office/certificates";

    public IReadOnlyList<CertificateRow> Rows { get; private set; } = [];

    /// <summary>Who may be given a certificate: the officials, and the agency itself (empty id).</summary>
    public IReadOnlyList<Person> Officials { get; private set; } = [];

    public IReadOnlyList<(string Name, DateOnly Until)> Roots { get; private set; } = [];

    /// <summary>Vaults that a certificate can be taken from; none where none is configured.</summary>
    public IReadOnlyList<Uri> Vaults => vaults.Vaults;

    public string? TypedHolder { get; private set; }

    public string? TypedName { get; private set; }

    public Task OnGetAsync() => ShowAsync();

    public async Task<IActionResult> OnPostAsync([FromForm] string? holder, [FromForm] string? password)
    {
        TypedHolder = holder;
        var file = await FileAsync("file", ImportCertificate.MostBytes);
        var issuers = await FileAsync("issuers", ImportCertificate.MostBytes);
        var imported = await import.RunAsync(
            new CertificateImport(Caller.Agency, string.IsNullOrEmpty(holder) ? null : holder, file, password ?? "", issuers), Actor, HttpContext.RequestAborted);
        if (!imported.IsRejected) return Kept(Address);
        await ShowAsync();
        return Again(imported.Rejection!);
    }

    public async Task<IActionResult> OnPostVaultAsync([FromForm] string? holder, [FromForm] string? vault, [FromForm] string? certificate)
    {
        (TypedHolder, TypedName) = (holder, certificate);
        var issuers = await FileAsync("issuers", ImportCertificate.MostBytes);
        var taken = await take.RunAsync(
            new VaultCertificateOrder(Caller.Agency, string.IsNullOrEmpty(holder) ? null : holder, vault, certificate ?? "", issuers), Actor, HttpContext.RequestAborted);
        if (!taken.IsRejected) return Kept(Address);
        await ShowAsync();
        return Again(taken.Rejection!);
    }

    private async Task ShowAsync()
    {
        var now = clock.GetUtcNow();
        var persons = await office.PersonsAsync(Caller.Agency, HttpContext.RequestAborted);
        Officials = [.. persons.Where(person => person.Has(OfficeRole.Attestor))];
        Rows = [.. (await office.CertificatesAsync(Caller.Agency, HttpContext.RequestAborted)).Select(one => AdminWords.RowOf(one, Agency, persons, now)).OrderByDescending(row => row.InUse).ThenBy(row => row.Until)];
        Roots =
        [
            .. (await office.StoredTrustAnchorsAsync(HttpContext.RequestAborted)).Select(anchor =>
            {
                using var root = OfficeDirectory.CertificateOf(BlobPaths.TrustAnchor(anchor.Thumbprint), anchor.Certificate);
                return (root.GetNameInfo(X509NameType.SimpleName, false), LocalTime.DateOf(anchor.Until));
            }),
        ];
    }
}
