using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.KeyVault;
using ECopy.Functions.Office;
using ECopy.Functions.RemoteSigning;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>The agency's certificates and how long they last; keys come in here, or stay in their vault, and never go out.</summary>
[Authorize(Access.Admin)]
internal sealed class CertificatesModel(ImportCertificate import, TakeVaultCertificate take, TakeOutsideCertificate outside, KeyVaults vaults, TakeRemoteCertificate remote, RemoteServices services, OfficeDirectory office, TimeProvider clock) : AdminPageModel
{
    public const string Address = "/office/certificates";

    public IReadOnlyList<CertificateRow> Rows { get; private set; } = [];

    /// <summary>Who may be given a certificate: the officials, and the agency itself (empty id).</summary>
    public IReadOnlyList<Person> Officials { get; private set; } = [];

    public IReadOnlyList<(string Name, DateOnly Until)> Roots { get; private set; } = [];

    /// <summary>Vaults that a certificate can be taken from; none where none is configured.</summary>
    public IReadOnlyList<Uri> Vaults => vaults.Vaults;

    /// <summary>Signing services that a certificate can be taken from.</summary>
    public IReadOnlyList<RemoteService> Services => services.All;

    /// <summary>What the service offers, once it was asked; null before.</summary>
    public IReadOnlyList<OfferedCredential>? Offered { get; private set; }

    public string? TypedService { get; private set; }

    public string? TypedUser { get; private set; }

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

    /// <summary>Asks the service what there is to be taken; nothing changes.</summary>
    public async Task<IActionResult> OnPostOfferedAsync([FromForm] string? holder, [FromForm] string? service, [FromForm] string? user)
    {
        (TypedHolder, TypedService, TypedUser) = (holder, service, user);
        var offered = await remote.OfferedAsync(service, user, HttpContext.RequestAborted);
        await ShowAsync();
        if (offered.IsRejected) return Again(offered.Rejection!);
        Offered = offered.Value;
        return Page();
    }

    public async Task<IActionResult> OnPostRemoteAsync([FromForm] string? holder, [FromForm] string? service, [FromForm] string? user, [FromForm] string? credential)
    {
        (TypedHolder, TypedService, TypedUser, TypedName) = (holder, service, user, credential);
        // Enter in a field takes the form's first button: without a choice that is the question what there is.
        if (string.IsNullOrEmpty(credential)) return await OnPostOfferedAsync(holder, service, user);
        var taken = await remote.RunAsync(
            new RemoteCertificateOrder(Caller.Agency, string.IsNullOrEmpty(holder) ? null : holder, service, credential), Actor, HttpContext.RequestAborted);
        if (!taken.IsRejected) return Kept(Address);
        await ShowAsync();
        return Again(taken.Rejection!);
    }

    public async Task<IActionResult> OnPostOutsideAsync([FromForm] string? holder)
    {
        TypedHolder = holder;
        var file = await FileAsync("file", ImportCertificate.MostBytes);
        var issuers = await FileAsync("issuers", ImportCertificate.MostBytes);
        var taken = await outside.RunAsync(new OutsideCertificate(Caller.Agency, string.IsNullOrEmpty(holder) ? null : holder, file, issuers), Actor, HttpContext.RequestAborted);
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
